//! What precedes the body: a proxy's header, and the head of a request.

use std::net::IpAddr;
use std::sync::LazyLock;

use http::{HeaderMap, HeaderName, HeaderValue};
use visavis_server::login::Presented;
use visavis_server::names::Names;
use visavis_server::proxies::Proxies;
use visavis_server::proxy_header::{Beginning, beginning};

const STRANGER: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(203, 0, 113, 7));
const PROXY: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(10, 0, 0, 1));

static PROXIES: LazyLock<Proxies> =
    LazyLock::new(|| Proxies::parse("10.0.0.0/8, fd00::/8").expect("two networks"));

/// The beginning of a connection, as a proxy's header and as lines of a head: headers of untrusted peers are ignored, a
/// proxy's header is never longer than the data and does not change if more follows, and names are fit for a log.
pub fn head(data: &[u8]) {
    if let Beginning::Header(length, client) = beginning(data) {
        assert!((1..=data.len()).contains(&length));
        assert_eq!(beginning(&data[..length]), Beginning::Header(length, client));
        assert!(client.is_none_or(|client| client == client.to_canonical()));
    }
    let headers = headers(data);
    assert_eq!(PROXIES.client(STRANGER, &headers), STRANGER, "an untrusted peer was believed");
    PROXIES.client(PROXY, &headers);
    if let Presented::Login(login) = Presented::in_headers(&headers) {
        assert!(!login.name.contains(&b':') && login.name.len() + login.password.len() < data.len());
    }
    let names = Names::of(&headers);
    let is_hex = |text: &str| text.bytes().all(|byte| byte.is_ascii_hexdigit());
    assert!(names.request.len() <= 64 && names.request.bytes().all(|byte| byte.is_ascii_graphic()));
    assert!(names.trace.len() == 32 && is_hex(&names.trace));
    assert!(names.span.len() == 16 && is_hex(&names.span) && names.parent.is_none_or(|span| is_hex(&span)));
}

/// The lines that have the form of a header.
fn headers(data: &[u8]) -> HeaderMap {
    let lines = data.split(|byte| *byte == b'\n').filter_map(|line| {
        let colon = line.iter().position(|byte| *byte == b':')?;
        let name = HeaderName::from_bytes(&line[..colon]).ok()?;
        Some((name, HeaderValue::from_bytes(line[colon + 1..].trim_ascii()).ok()?))
    });
    let mut headers = HeaderMap::new();
    for (name, value) in lines {
        headers.append(name, value);
    }
    headers
}
