//! Finds the client behind proxies that are trusted to name it.

use std::net::{IpAddr, SocketAddr};

use http::HeaderMap;
use ipnet::IpNet;

/// Addresses and networks of trusted proxies.
pub struct Proxies(Vec<IpNet>);

impl Proxies {
    /// Reads addresses and networks, separated by commas.
    pub fn parse(text: &str) -> Result<Self, String> {
        let parse = |part: &str| {
            let address = part.parse::<IpAddr>().map(IpNet::from);
            address.or_else(|_| part.parse()).map_err(|_| format!("{part:?} is not an address or network"))
        };
        let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
        parts.map(parse).collect::<Result<_, _>>().map(Proxies)
    }

    /// Whether this address is trusted to name its clients.
    pub fn are_trusted(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }

    /// The client of a request: the nearest address on its path that is not a trusted proxy's. Headers of other clients are
    /// ignored.
    pub fn client(&self, nearest: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut client = nearest;
        let mut hops = hops(headers);
        while self.are_trusted(client) {
            match hops.pop() {
                Some(Some(hop)) => client = hop,
                Some(None) | None => break,
            }
        }
        client
    }
}

/// The addresses that proxies have added, the nearest last; `None` for anything else.
fn hops(headers: &HeaderMap) -> Vec<Option<IpAddr>> {
    let of = |name: &str| -> Vec<String> {
        let values = headers.get_all(name).iter().map(|value| value.to_str().unwrap_or_default());
        values.flat_map(|value| value.split(',')).map(|hop| hop.trim().to_owned()).collect()
    };
    let listed = of("x-forwarded-for");
    if !listed.is_empty() {
        return listed.iter().map(|hop| address(hop)).collect();
    }
    let for_part = |hop: &String| {
        let mut parts = hop.split(';').filter_map(|part| part.trim().split_once('='));
        let (_, value) = parts.find(|(name, _)| name.eq_ignore_ascii_case("for"))?;
        address(value.trim_matches('"'))
    };
    of("forwarded").iter().map(for_part).collect()
}

/// An address with or without a port.
fn address(text: &str) -> Option<IpAddr> {
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    let address = bare.parse().or_else(|_| text.parse::<SocketAddr>().map(|address| address.ip()));
    address.ok().map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(nearest: &str, headers: &[(&'static str, &str)]) -> String {
        let proxies = Proxies::parse("10.0.0.0/8, 192.0.2.1,fd00::/8").unwrap();
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, value.parse().unwrap());
        }
        proxies.client(nearest.parse().unwrap(), &map).to_string()
    }

    #[test]
    fn headers_count_only_as_far_as_the_proxies_are_trusted() {
        let chain = [("x-forwarded-for", "6.6.6.6, 203.0.113.9, 10.1.1.1")];
        assert_eq!(client("203.0.113.7", &chain), "203.0.113.7", "anybody can send a header");
        assert_eq!(client("10.2.2.2", &chain), "203.0.113.9", "entries before an untrusted one are ignored");
        assert_eq!(client("10.2.2.2", &[]), "10.2.2.2");
        assert_eq!(client("10.2.2.2", &[("x-forwarded-for", "203.0.113.9, no address")]), "10.2.2.2");
        let lines = [("x-forwarded-for", "203.0.113.9"), ("x-forwarded-for", "192.0.2.1")];
        assert_eq!(client("fd00::1", &lines), "203.0.113.9");
    }

    #[test]
    fn every_form_of_an_address_is_read() {
        for (name, value) in [
            ("x-forwarded-for", "203.0.113.9:4711"),
            ("x-forwarded-for", "::ffff:203.0.113.9"),
            ("forwarded", "for=203.0.113.9;proto=https;by=10.0.0.1"),
            ("forwarded", "for=6.6.6.6, proto=http; For=\"203.0.113.9:80\""),
        ] {
            assert_eq!(client("10.0.0.1", &[(name, value)]), "203.0.113.9", "{value}");
        }
        for value in ["for=\"[2001:db8::1]:4711\"", "for=\"[2001:db8::1]\""] {
            assert_eq!(client("10.0.0.1", &[("forwarded", value)]), "2001:db8::1", "{value}");
        }
        assert!(Proxies::parse("10.0.0.0/40").is_err() && Proxies::parse("proxy.example").is_err());
    }
}
