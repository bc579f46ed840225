//! Which pages of other origins may call the API (Fetch standard, CORS protocol): those on a list, none by default.

use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_METHOD, HeaderValue,
    ORIGIN, VARY,
};
use http::{HeaderMap, Method, Uri};
use warp::reply::Response;

/// The origins whose pages may call the API.
pub(crate) struct Origins(Vec<HeaderValue>);

impl Origins {
    /// Reads origins such as `https://example.org`, separated by commas.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let parse = |part: &str| {
            let is_origin = part.parse::<Uri>().is_ok_and(|uri| {
                uri.scheme().is_some()
                    && uri.authority().is_some()
                    && !part.ends_with('/')
                    && uri.path() == "/"
            });
            let value = HeaderValue::from_str(part).ok().filter(|_| is_origin);
            value.ok_or_else(|| format!("{part:?} is not an origin such as https://example.org"))
        };
        let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
        parts.map(parse).collect::<Result<_, _>>().map(Origins)
    }

    /// Whether a request is a preflight request of a listed origin.
    pub(crate) fn is_preflight(&self, method: &Method, headers: &HeaderMap) -> bool {
        method == Method::OPTIONS
            && headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD)
            && self.listed(headers).is_some()
    }

    /// Lets the page that sent a request read its response.
    pub(crate) fn admit(&self, headers: &HeaderMap, is_preflight: bool, response: &mut Response) {
        if self.0.is_empty() {
            return;
        }
        let to = response.headers_mut();
        // Also if the origin is not listed: a cache must not serve that response to one that is.
        to.insert(VARY, HeaderValue::from_static("origin"));
        let Some(origin) = self.listed(headers) else { return };
        to.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
        if is_preflight {
            to.insert(ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("POST"));
            let allowed =
                HeaderValue::from_static("authorization, content-type, traceparent, x-api-key, x-request-id");
            to.insert(ACCESS_CONTROL_ALLOW_HEADERS, allowed);
            to.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
        } else {
            let exposed = HeaderValue::from_static("retry-after, x-request-id");
            to.insert(ACCESS_CONTROL_EXPOSE_HEADERS, exposed);
        }
    }

    fn listed(&self, headers: &HeaderMap) -> Option<&HeaderValue> {
        let origin = headers.get(ORIGIN)?;
        self.0.iter().find(|listed| *listed == origin)
    }
}
