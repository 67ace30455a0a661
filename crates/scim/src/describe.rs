//! What the server says about itself: made from the tables, so that it cannot say anything else than it does.

use crate::query::MOST;
use crate::schema::{
    Attribute, ENTERPRISE, GROUP, Kind, OURS, RESOURCE_TYPE, SCHEMA, SERVICE_PROVIDER_CONFIG, Schema, Sort,
    USER, When, Writing,
};
use serde_json::{Map, Value, json};

/// Operations in one bulk request.
pub(crate) const BULK_OPERATIONS: usize = 1_000;

/// Bytes of a body.
pub(crate) const BODY: usize = 1 << 20;

const ALL: [&Schema; 7] = [
    &USER,
    &GROUP,
    &ENTERPRISE,
    &OURS,
    &SERVICE_PROVIDER_CONFIG,
    &RESOURCE_TYPE,
    &SCHEMA,
];

/// What the server can do.
pub(crate) fn config(base: &str) -> Value {
    json!({
        "schemas": [SERVICE_PROVIDER_CONFIG.id],
        "patch": {"supported": true},
        "bulk": {"supported": true, "maxOperations": BULK_OPERATIONS, "maxPayloadSize": BODY},
        "filter": {"supported": true, "maxResults": MOST},
        "changePassword": {"supported": false},
        "sort": {"supported": false},
        "etag": {"supported": true},
        "authenticationSchemes": [{
            "type": "oauthbearertoken", "name": "Bearer token", "primary": true,
            "description": "A token of this client, in the header Authorization.",
            "specUri": "https://www.rfc-editor.org/rfc/rfc6750",
        }],
        "meta": {"resourceType": "ServiceProviderConfig", "location": format!("{base}/ServiceProviderConfig")},
    })
}

/// What sorts of resources there are.
pub(crate) fn resource_types(base: &str) -> Vec<Value> {
    Kind::ALL.iter().map(|kind| resource_type(*kind, base)).collect()
}

fn resource_type(kind: Kind, base: &str) -> Value {
    let extension = |schema: &&Schema| json!({"schema": schema.id, "required": false});
    let extensions: Vec<Value> = kind.extensions().iter().map(extension).collect();
    let name = kind.as_str();
    let mut described = json!({
        "schemas": [RESOURCE_TYPE.id], "id": name, "name": name, "description": kind.core().description,
        "endpoint": kind.endpoint(), "schema": kind.core().id,
        "meta": {"resourceType": "ResourceType", "location": format!("{base}/ResourceTypes/{name}")},
    });
    if let (Some(described), false) = (described.as_object_mut(), extensions.is_empty()) {
        described.insert("schemaExtensions".to_owned(), Value::Array(extensions));
    }
    described
}

/// What attributes there are.
pub(crate) fn schemas(base: &str) -> Vec<Value> {
    ALL.iter().map(|schema| self::schema(schema, base)).collect()
}

fn schema(schema: &Schema, base: &str) -> Value {
    let attributes: Vec<Value> = schema.attributes.iter().map(attribute).collect();
    json!({
        "schemas": [SCHEMA.id], "id": schema.id, "name": schema.name, "description": schema.description,
        "attributes": attributes,
        "meta": {"resourceType": "Schema", "location": format!("{base}/Schemas/{}", schema.id)},
    })
}

fn attribute(attribute: &Attribute) -> Value {
    let mut out = Map::new();
    let mut say = |name: &str, value: Value| out.insert(name.to_owned(), value);
    say("name", Value::from(attribute.name));
    let sort = match attribute.sort {
        Sort::Text => "string",
        Sort::Truth => "boolean",
        Sort::Number => "integer",
        Sort::Time => "dateTime",
        Sort::Reference => "reference",
        Sort::Complex(_) => "complex",
    };
    say("type", Value::from(sort));
    say("multiValued", Value::Bool(attribute.many));
    say("description", Value::from(attribute.description));
    say("required", Value::Bool(attribute.needed));
    if !attribute.words.is_empty() {
        say("canonicalValues", attribute.words.iter().copied().collect());
    }
    if matches!(attribute.sort, Sort::Text | Sort::Reference) {
        say("caseExact", Value::Bool(attribute.exact));
    }
    let writing = match attribute.writing {
        Writing::Server => "readOnly",
        Writing::Anyone => "readWrite",
        Writing::Once => "immutable",
        Writing::Blind => "writeOnly",
    };
    say("mutability", Value::from(writing));
    let shown = match attribute.shown {
        When::Always => "always",
        When::Never => "never",
        When::Usually => "default",
    };
    say("returned", Value::from(shown));
    say(
        "uniqueness",
        Value::from(if attribute.unique { "server" } else { "none" }),
    );
    if !attribute.refers.is_empty() {
        say("referenceTypes", attribute.refers.iter().copied().collect());
    }
    if !attribute.parts().is_empty() {
        let parts: Vec<Value> = attribute.parts().iter().map(self::attribute).collect();
        say("subAttributes", Value::Array(parts));
    }
    Value::Object(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_published_is_what_was_read() {
        insta::assert_json_snapshot!("schema_ours", schema(&OURS, "https://scim.test"));
        insta::assert_json_snapshot!("config", config("https://scim.test"));
        insta::assert_json_snapshot!("resource_types", resource_types("https://scim.test"));
    }

    #[test]
    fn protected_attributes_say_that_they_are_never_returned() {
        let published = schema(&OURS, "");
        let attributes = published["attributes"].as_array().unwrap();
        let never = attributes.iter().filter(|one| one["returned"] == "never");
        let never: Vec<&str> = never.filter_map(|one| one["name"].as_str()).collect();
        assert_eq!(never, ["citizenships", "usStatus", "screening"]);
    }
}
