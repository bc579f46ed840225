//! The demo page and the description of the API: files compiled into the program.

/// A file that is served as it is.
pub(crate) struct Asset {
    /// Its path without the slash in front.
    pub(crate) path: &'static str,
    /// Its media type.
    pub(crate) kind: &'static str,
    /// Its content.
    pub(crate) content: &'static str,
}

/// What a browser may do with the page: run its own files, ask its own server, use a camera, and nothing else. Text
/// cannot become script there, and no page of another origin can frame or read it.
pub(crate) const HEADERS: &[(&str, &str)] = &[
    (
        "content-security-policy",
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
         base-uri 'none'; form-action 'none'; frame-ancestors 'none'; trusted-types 'none'; \
         require-trusted-types-for 'script'",
    ),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("permissions-policy", "camera=(self), microphone=(), geolocation=()"),
    ("referrer-policy", "no-referrer"),
    ("x-content-type-options", "nosniff"),
];

/// Declares files of `page/` with their media types.
macro_rules! page {
    ($($path:literal = $kind:literal,)+) => {
        &[
            Asset { path: "", kind: "text/html; charset=utf-8", content: include_str!("../page/index.html") },
            Asset { path: "openapi.json", kind: "application/json", content: include_str!("../openapi.json") },
            $(Asset { path: $path, kind: $kind, content: include_str!(concat!("../page/", $path)) },)+
        ]
    };
}

/// Every file.
pub(crate) const ASSETS: &[Asset] = page! {
    "page.css" = "text/css; charset=utf-8",
    "icon.svg" = "image/svg+xml",
    "page.js" = "text/javascript; charset=utf-8",
    "picker.js" = "text/javascript; charset=utf-8",
    "camera.js" = "text/javascript; charset=utf-8",
    "photo.js" = "text/javascript; charset=utf-8",
    "result.js" = "text/javascript; charset=utf-8",
    "words.js" = "text/javascript; charset=utf-8",
};
