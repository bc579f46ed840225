//! The document that describes the API, against the API.

use std::collections::BTreeSet;

use crate::common;
use crate::common::{LOGIN, Running, VERIFY, authorization, photo, post, request, verify_body};
use serde_json::Value;
use visavis_server::contract::Code;

fn document() -> Value {
    serde_json::from_str(include_str!("../../openapi.json")).unwrap()
}

fn schema(document: &Value, name: &str) -> Value {
    document["components"]["schemas"][name].clone()
}

/// The names under `properties`, or those that `required` lists.
fn names(value: &Value) -> BTreeSet<String> {
    match value {
        Value::Object(members) => members.keys().cloned().collect(),
        Value::Array(items) => items.iter().map(|item| item.as_str().unwrap().to_owned()).collect(),
        other => panic!("{other}"),
    }
}

/// Asserts that an answer has exactly the members of a schema, recursively.
fn assert_described(document: &Value, schema: &Value, answer: &Value, place: &str) {
    if let Some(reference) = schema["$ref"].as_str() {
        let target = document.pointer(reference.strip_prefix('#').unwrap()).unwrap();
        return assert_described(document, target, answer, place);
    }
    match answer {
        Value::Object(members) => {
            assert_eq!(names(answer), names(&schema["properties"]), "{place}");
            for (name, value) in members {
                assert_described(document, &schema["properties"][name], value, &format!("{place}.{name}"));
            }
        }
        Value::Array(items) => {
            assert_eq!(schema["type"], "array", "{place}");
            if let Some(count) = schema["minItems"].as_u64() {
                assert_eq!(items.len() as u64, count, "{place}");
            }
            for item in items {
                assert_described(document, &schema["items"], item, place);
            }
        }
        Value::Number(number) => {
            let bound = |name: &str, other: f64| schema[name].as_f64().unwrap_or(other);
            let value = number.as_f64().unwrap();
            assert!(
                (bound("minimum", f64::MIN)..=bound("maximum", f64::MAX)).contains(&value),
                "{place}: {value}"
            );
            assert!(
                schema["type"] == "number" || (schema["type"] == "integer" && number.is_u64()),
                "{place}"
            );
        }
        Value::Bool(value) => assert!(schema["type"] == "boolean" || schema["const"] == *value, "{place}"),
        Value::String(_) => {
            let named = schema["enum"].as_array().map(|values| values.contains(answer));
            assert!(named.unwrap_or(schema["type"] == "string"), "{place}: {answer}");
        }
        Value::Null => panic!("{place} is null"),
    }
}

#[test]
fn every_code_is_described_with_its_status() {
    let document = document();
    let described = names(&schema(&document, "Failure")["properties"]["error"]["enum"]);
    assert_eq!(described, Code::ALL.iter().map(|code| code.name().to_owned()).collect());
    let statuses = names(&document["paths"][VERIFY]["post"]["responses"]);
    // A described path never answers NOT_FOUND.
    let expected = Code::ALL.iter().filter(|code| **code != Code::NotFound);
    assert_eq!(statuses, expected.map(|code| code.status().as_u16().to_string()).collect());
    assert_eq!(
        document["paths"][VERIFY]["post"]["responses"],
        document["paths"][common::ALIAS]["post"]["responses"]
    );
    assert_eq!(document["info"]["version"], env!("CARGO_PKG_VERSION"));
}

#[test]
fn answers_are_as_described() {
    let (server, document) = (Running::start(), document());
    let body = verify_body("s", &photo("astronaut.jpg"), &photo("astronaut-blurred.jpg"));
    let verdict = server.raw(&post(&format!("{VERIFY}?details=true"), &body)).json();
    assert_described(&document, &schema(&document, "Verdict"), &verdict, "verdict");
    let failure = server.raw(&post(&format!("{VERIFY}?details=true"), br#"{"sessionId":"s"}"#)).json();
    assert_described(&document, &schema(&document, "Failure"), &failure, "failure");
    assert_eq!(
        names(&schema(&document, "Details")["required"]),
        names(&schema(&document, "Details")["properties"])
    );
}

#[test]
fn every_path_that_is_described_answers() {
    let (server, document) = (Running::start(), document());
    let login = authorization(LOGIN);
    let mut paths = 0;
    for (path, methods) in document["paths"].as_object().unwrap() {
        let (method, operation) = methods.as_object().unwrap().iter().next().unwrap();
        let headers = [("Authorization", &*login), ("Content-Type", "application/json")];
        let reply = server.raw(&request(
            &method.to_uppercase(),
            path,
            &headers,
            if method == "post" { b"{}" } else { b"" },
        ));
        assert_eq!(reply.status, 200, "{path}");
        let open = operation["security"].as_array().is_some_and(Vec::is_empty);
        let anonymous = server.raw(&request(&method.to_uppercase(), path, &headers[1..], b"")).status;
        assert_eq!(anonymous, if open { 200 } else { 401 }, "{path}");
        paths += 1;
    }
    assert_eq!(paths, 7);
}
