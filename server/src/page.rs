//! The demo page and the description of the API: files compiled into the program.

/// The part of the policy that all files of the page share.
macro_rules! policy {
    () => {
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
         base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    };
}

/// A file that is served as it is.
pub(crate) struct Asset {
    /// Its path without the leading slash.
    pub(crate) path: &'static str,
    /// Its media type.
    pub(crate) kind: &'static str,
    /// Its content.
    pub(crate) content: &'static [u8],
    /// Its content security policy.
    pub(crate) policy: &'static str,
    /// Its Cache-Control: who may store it, and for how long.
    pub(crate) caching: &'static str,
}

/// The page itself, and the place in it where the server adds its attributes.
pub(crate) const INDEX: &str = include_str!("../page/index.html");
pub(crate) const PLACE: &str = "<html lang=\"en\"";

/// What a browser may do with the page: run its own files and send requests to its own server, and nothing else. Text
/// cannot become script, and no page of another origin can frame it.
const POLICY: &str = concat!(policy!(), "; trusted-types 'none'; require-trusted-types-for 'script'");

/// The same, and the page may create a worker.
pub(crate) const POLICY_WITH_WORKER: &str =
    concat!(policy!(), "; trusted-types device; require-trusted-types-for 'script'");

/// The headers of a file besides its policy.
pub(crate) const HEADERS: &[(&str, &str)] = &[
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("permissions-policy", "camera=(self), microphone=(), geolocation=()"),
    ("referrer-policy", "no-referrer"),
    ("x-content-type-options", "nosniff"),
];

/// A file that must not be stored.
const fn asset(path: &'static str, kind: &'static str, content: &'static str) -> Asset {
    Asset { path, kind, content: content.as_bytes(), policy: POLICY, caching: "no-store" }
}

/// Declares files of `page/` with their media types.
macro_rules! page {
    ($($path:literal = $kind:literal,)+) => {
        &[
            asset("", "text/html; charset=utf-8", INDEX),
            asset("openapi.json", "application/json", include_str!("../openapi.json")),
            $(asset($path, $kind, include_str!(concat!("../page/", $path))),)+
        ]
    };
}

/// Every file.
pub(crate) const ASSETS: &[Asset] = page! {
    "page.css" = "text/css; charset=utf-8",
    "icon.svg" = "image/svg+xml",
    "page.js" = "text/javascript; charset=utf-8",
    "picker.js" = "text/javascript; charset=utf-8",
    "device.js" = "text/javascript; charset=utf-8",
    "guide.js" = "text/javascript; charset=utf-8",
    "camera.js" = "text/javascript; charset=utf-8",
    "photo.js" = "text/javascript; charset=utf-8",
    "result.js" = "text/javascript; charset=utf-8",
    "words.js" = "text/javascript; charset=utf-8",
};
