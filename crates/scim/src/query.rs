//! What a list or a search is asked for (RFC 7644, sections 3.4.2 and 3.4.3).

use crate::Object;
use crate::error::{ScimError, ScimType};
use crate::filter::{self, Filter};
use crate::shown::Shown;
use serde_json::Value;

/// Resources in an answer where nothing is said.
pub(crate) const USUAL: u64 = 100;

/// Resources in an answer at most.
pub(crate) const MOST: u64 = 1_000;

/// Schema of a search.
const SCHEMA: &str = "urn:ietf:params:scim:api:messages:2.0:SearchRequest";

/// What is asked for. Sorting is not supported, and what asks for it is passed over.
#[derive(Clone, Debug, PartialEq)]
pub struct Query {
    /// Which resources.
    pub filter: Option<Filter>,
    /// Resources to pass over.
    pub skip: u64,
    /// Resources in the answer at most.
    pub count: u64,
    /// Which of their attributes.
    pub shown: Shown,
}

impl Query {
    /// Reads the query of an address.
    ///
    /// # Errors
    /// When a value cannot be read.
    pub fn of_pairs(pairs: &[(String, String)]) -> Result<Self, ScimError> {
        let mut fields = Fields::default();
        for (name, value) in pairs {
            match name.to_ascii_lowercase().as_str() {
                "filter" => fields.filter = Some(value.clone()),
                "startindex" => fields.start = Some(number(name, value)?),
                "count" => fields.count = Some(number(name, value)?),
                "attributes" => fields.attributes.extend(listed(value)),
                "excludedattributes" => fields.excluded.extend(listed(value)),
                _ => {}
            }
        }
        fields.query()
    }

    /// Reads a search that came as a body.
    ///
    /// # Errors
    /// When it is none.
    pub fn of_body(body: &Object) -> Result<Self, ScimError> {
        let wrong = |name: &str| {
            ScimError::bad(
                ScimType::InvalidSyntax,
                format!("`{name}` is not what a search has there"),
            )
        };
        let mut fields = Fields::default();
        let mut is_search = false;
        for (name, value) in body {
            match (name.to_ascii_lowercase().as_str(), value) {
                (_, Value::Null) => {}
                ("schemas", Value::Array(all)) => {
                    is_search = all
                        .iter()
                        .any(|urn| urn.as_str().is_some_and(|urn| urn.eq_ignore_ascii_case(SCHEMA)));
                }
                ("filter", Value::String(text)) => fields.filter = Some(text.clone()),
                ("startindex", value) => fields.start = Some(value.as_i64().ok_or_else(|| wrong(name))?),
                ("count", value) => fields.count = Some(value.as_i64().ok_or_else(|| wrong(name))?),
                ("attributes", value) => fields.attributes = texts(value).ok_or_else(|| wrong(name))?,
                ("excludedattributes", value) => fields.excluded = texts(value).ok_or_else(|| wrong(name))?,
                ("schemas" | "filter", _) => return Err(wrong(name)),
                _ => {}
            }
        }
        match is_search {
            true => fields.query(),
            false => {
                let detail = format!("`schemas` lacks `{SCHEMA}`");
                Err(ScimError::bad(ScimType::InvalidSyntax, detail))
            }
        }
    }
}

#[derive(Default)]
struct Fields {
    filter: Option<String>,
    start: Option<i64>,
    count: Option<i64>,
    attributes: Vec<String>,
    excluded: Vec<String>,
}

impl Fields {
    fn query(self) -> Result<Query, ScimError> {
        // an index below 1 is 1, and a count below 0 is 0
        let skip = self.start.unwrap_or(1).saturating_sub(1).max(0);
        let count = self
            .count
            .map_or(USUAL, |count| u64::try_from(count).unwrap_or(0).min(MOST));
        Ok(Query {
            filter: self.filter.as_deref().map(filter::parse).transpose()?,
            skip: u64::try_from(skip).unwrap_or(0),
            count,
            shown: Shown::read(&self.attributes, &self.excluded)?,
        })
    }
}

fn number(name: &str, value: &str) -> Result<i64, ScimError> {
    let wrong = |_| ScimError::value(format!("`{name}` is not a whole number"));
    value.trim().parse().map_err(wrong)
}

fn listed(value: &str) -> impl Iterator<Item = String> {
    let names = value.split(',').map(str::trim).filter(|name| !name.is_empty());
    names.map(str::to_owned)
}

fn texts(value: &Value) -> Option<Vec<String>> {
    if let Value::String(text) = value {
        return Some(listed(text).collect());
    }
    let all = value.as_array()?.iter();
    all.map(|one| one.as_str().map(str::to_owned)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn asked(pairs: &[(&str, &str)]) -> Result<Query, ScimError> {
        let pairs: Vec<_> = pairs
            .iter()
            .map(|(a, b)| ((*a).to_owned(), (*b).to_owned()))
            .collect();
        Query::of_pairs(&pairs)
    }

    #[test]
    fn pages_have_their_bounds() {
        let page = |pairs: &[(&str, &str)]| asked(pairs).map(|query| (query.skip, query.count)).unwrap();
        assert_eq!(page(&[]), (0, USUAL));
        assert_eq!(page(&[("startIndex", "0"), ("count", "-3")]), (0, 0));
        assert_eq!(page(&[("STARTINDEX", "11"), ("count", "9999999")]), (10, MOST));
        assert_eq!(
            asked(&[("count", "many")]).unwrap_err().detail,
            "`count` is not a whole number"
        );
    }

    #[test]
    fn a_search_says_the_same_in_a_body() {
        let body = json!({
            "schemas": [SCHEMA], "filter": "active eq true", "startIndex": 3, "count": 5,
            "attributes": ["userName", "emails.value"], "sortBy": "userName", "excludedAttributes": null,
        });
        let pairs = [
            ("filter", "active eq true"),
            ("startIndex", "3"),
            ("count", "5"),
            ("attributes", "userName, emails.value"),
            ("sortBy", "userName"),
        ];
        assert_eq!(
            Query::of_body(body.as_object().unwrap()).unwrap(),
            asked(&pairs).unwrap()
        );
        for body in [
            json!({}),
            json!({"schemas": []}),
            json!({"schemas": [SCHEMA], "count": "x"}),
        ] {
            let error = Query::of_body(body.as_object().unwrap()).unwrap_err();
            assert_eq!(error.kind, Some(ScimType::InvalidSyntax), "{body}");
        }
    }
}
