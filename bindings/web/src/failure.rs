//! Why something failed, as JSON.

use serde::Serialize;
use visavis::{Advice, Error};

/// A call's answer, or its failure, each as JSON.
pub(crate) type Json = Result<String, String>;

#[derive(Serialize)]
struct Failure<'a> {
    message: &'a str,
    code: &'a str,
    number: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    side: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stage: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    index: Option<usize>,
    advice: Vec<&'static str>,
}

/// An error for the JavaScript half, which turns it into a `VisavisError`.
pub(crate) fn failure(error: &Error) -> String {
    json(&Failure {
        message: error.message(),
        code: error.kind().name(),
        number: error.kind().number(),
        side: error.side().map(visavis::Side::name),
        stage: error.stage().map(visavis::Stage::name),
        index: error.index(),
        advice: names(error.advice()),
    })
}

/// The names of the advice.
pub(crate) fn names(advice: &[Advice]) -> Vec<&'static str> {
    advice.iter().map(|advice| advice.name()).collect()
}

pub(crate) fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("all keys of our answers are strings")
}
