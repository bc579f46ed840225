//! Settings from environment variables.

use std::env;
use std::fmt::Display;
use std::str::FromStr;

const PREFIX: &str = "VISAVIS_";

/// Variables with the prefix that are not settings.
const OTHERS: &[&str] = &["CONFIG", "USERNAME", "PASSWORD"];

/// Variables that Kubernetes sets for a service called `visavis`.
const OF_SERVICES: &[&str] = &["SERVICE_", "PORT"];

/// Fails if a variable looks like a setting but is not one: ignoring it silently would hide a mistake.
pub(crate) fn check(settings: &[&str]) -> Result<(), String> {
    let known = |name: &str| {
        OTHERS.contains(&name)
            || OF_SERVICES.iter().any(|start| name.starts_with(start))
            || settings.iter().any(|setting| setting.to_ascii_uppercase() == name)
    };
    let names = env::vars_os().filter_map(|(name, _)| name.into_string().ok());
    let mut unknown = names.filter(|name| name.strip_prefix(PREFIX).is_some_and(|name| !known(name)));
    unknown.next().map_or(Ok(()), |name| Err(format!("{name} is not a setting")))
}

/// The value of a setting's variable, if it has one.
pub(crate) fn value<T: FromStr<Err: Display>>(setting: &str) -> Result<Option<T>, String> {
    let name = format!("{PREFIX}{}", setting.to_ascii_uppercase());
    let parse = |text: String| text.parse().map_err(|error| format!("{name}: invalid value: {error}"));
    variable(&name)?.map(parse).transpose()
}

/// A variable that is set and not empty.
pub fn variable(name: &str) -> Result<Option<String>, String> {
    match env::var(name) {
        Ok(value) => Ok(Some(value).filter(|value| !value.is_empty())),
        Err(env::VarError::NotPresent) => Ok(None),
        Err(env::VarError::NotUnicode(_)) => Err(format!("{name} is not UTF-8")),
    }
}
