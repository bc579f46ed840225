//! The demo page and the description of the API: files compiled into the program.

/// A file that is served as it is.
pub struct Asset {
    /// Its path without the slash in front.
    pub path: &'static str,
    /// Its media type.
    pub kind: &'static str,
    /// Its content.
    pub content: &'static str,
}

/// What a browser may do with the page: run its own files, ask its own server, and nothing else.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
    img-src 'self' blob: data:; media-src 'self' blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; \
    frame-ancestors 'none'";

/// Every file.
pub const ASSETS: &[Asset] = &[
    Asset { path: "", kind: "text/html; charset=utf-8", content: include_str!("../page/index.html") },
    Asset { path: "page.css", kind: "text/css; charset=utf-8", content: include_str!("../page/page.css") },
    Asset {
        path: "page.js",
        kind: "text/javascript; charset=utf-8",
        content: include_str!("../page/page.js"),
    },
    Asset { path: "openapi.json", kind: "application/json", content: include_str!("../openapi.json") },
];
