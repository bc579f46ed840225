//! The address of a collector of traces.

use http::Uri;

/// The protocol's path, used if the endpoint has none.
const PATH: &str = "/v1/traces";

/// The complete address, if one is named.
pub(crate) fn whole(endpoint: &str) -> Result<Option<String>, String> {
    if endpoint.is_empty() {
        return Ok(None);
    }
    if cfg!(not(feature = "otlp")) {
        return Err("this program was built without the feature otlp".to_owned());
    }
    let uri = endpoint.parse::<Uri>().ok().filter(|uri| host(uri).is_some());
    let uri = uri.ok_or_else(|| format!("{endpoint:?} is not an address such as http://127.0.0.1:4318"))?;
    let start = endpoint.trim_end_matches('/');
    Ok(Some(if matches!(uri.path(), "" | "/") { format!("{start}{PATH}") } else { start.to_owned() }))
}

/// Host and port of `http://host:port/...`.
pub(crate) fn host(uri: &Uri) -> Option<(&str, u16)> {
    let host = uri.host()?.trim_matches(['[', ']']);
    (uri.scheme_str() == Some("http")).then(|| (host, uri.port_u16().unwrap_or(80)))
}

#[cfg(all(test, feature = "otlp"))]
mod tests {
    use super::*;

    #[test]
    fn endpoints_are_completed_and_invalid_ones_refused() {
        for (endpoint, address) in [
            ("", None),
            ("http://127.0.0.1:4318", Some("http://127.0.0.1:4318/v1/traces")),
            ("http://collector/", Some("http://collector/v1/traces")),
            ("http://[::1]:4318/otlp/v1/traces", Some("http://[::1]:4318/otlp/v1/traces")),
        ] {
            assert_eq!(whole(endpoint), Ok(address.map(str::to_owned)));
        }
        for wrong in ["collector", "https://collector", "127.0.0.1:4318", "http://", "/v1/traces"] {
            assert!(whole(wrong).is_err(), "{wrong}");
        }
    }
}
