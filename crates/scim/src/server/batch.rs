//! Several operations in one request: each on its own, in an order in which each finds what it names.

use super::{Client, Method, Request, Response, Server, Target, bulk_answer, object};
use crate::bulk::{Bulk, BulkOperation, Made};
use crate::error::{ScimError, ScimType};
use serde_json::{Map, Value};

impl Server {
    pub(super) async fn bulk(&self, client: &Client, request: &Request<'_>) -> Result<Response, ScimError> {
        let bulk = Bulk::read(object(request.body)?)?;
        let mut made = Made::new();
        let mut errors = 0u64;
        let mut answers: Vec<Option<Value>> = vec![None; bulk.operations.len()];
        let mut waiting: Vec<(usize, BulkOperation)> = bulk.operations.into_iter().enumerate().collect();
        // each round does what speaks of nothing that is still to come; what is left speaks of what never comes
        while !waiting.is_empty() {
            let names: Vec<String> = waiting.iter().filter_map(|(_, one)| one.name.clone()).collect();
            let before = waiting.len();
            let mut later = Vec::new();
            for (index, mut operation) in waiting {
                if bulk.most_errors.is_some_and(|most| errors >= most.max(1)) {
                    return Ok(bulk_answer(answers.into_iter().flatten().collect()));
                }
                let missing = operation.waits_for(&made);
                let may_come = missing.iter().all(|name| names.iter().any(|other| other == name));
                let answer = match missing.first() {
                    Some(_) if may_come => {
                        later.push((index, operation));
                        continue;
                    }
                    Some(name) => Response::error(&unresolved(name)),
                    None => {
                        operation.resolve(&made);
                        self.operation(client, &operation).await
                    }
                };
                errors = errors.saturating_add(u64::from(answer.status >= 400));
                if let (Some(name), Some(location)) = (&operation.name, &answer.location) {
                    let id = location.rsplit('/').next().unwrap_or_default();
                    made.insert(name.clone(), id.to_owned());
                }
                if let Some(place) = answers.get_mut(index) {
                    *place = Some(told(&operation, answer));
                }
            }
            if later.len() == before {
                for (index, operation) in later {
                    let missing = operation
                        .waits_for(&made)
                        .first()
                        .map_or_else(String::new, |name| (*name).to_owned());
                    if let Some(place) = answers.get_mut(index) {
                        *place = Some(told(&operation, Response::error(&unresolved(&missing))));
                    }
                }
                break;
            }
            waiting = later;
        }
        Ok(bulk_answer(answers.into_iter().flatten().collect()))
    }

    async fn operation(&self, client: &Client, operation: &BulkOperation) -> Response {
        let body = operation.data.as_ref().map(Value::to_string).unwrap_or_default();
        let target = Target::parse(&operation.path);
        let target = target.filter(|target| matches!(target, Target::All(_) | Target::One(..)));
        let method = Method::parse(&operation.method).filter(|method| *method != Method::Get);
        let (Some(target), Some(method)) = (target, method) else {
            let detail = format!(
                "`{} {}` is no operation of a bulk request",
                operation.method, operation.path
            );
            return Response::error(&ScimError::bad(ScimType::InvalidSyntax, detail));
        };
        let request = Request {
            method,
            target,
            query: &[],
            if_match: operation.version.as_deref(),
            if_none_match: None,
            body: body.as_bytes(),
        };
        let answer = self.single(client, &request).await;
        answer.unwrap_or_else(|error| Response::error(&error))
    }
}

fn unresolved(name: &str) -> ScimError {
    ScimError::value(format!("`bulkId:{name}` was not made by this request"))
}

fn told(operation: &BulkOperation, answer: Response) -> Value {
    let mut told = Map::new();
    let mut say = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            told.insert(name.to_owned(), Value::String(value));
        }
    };
    say("method", Some(operation.method.clone()));
    say("bulkId", operation.name.clone());
    say("version", answer.tag);
    say("location", answer.location);
    say("status", Some(answer.status.to_string()));
    if let (400.., Some(body)) = (answer.status, answer.body) {
        told.insert("response".to_owned(), body);
    }
    Value::Object(told)
}
