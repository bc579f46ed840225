//! The names and statuses of the errors.

use http::StatusCode;
use serde::Serialize;

macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $status:ident, $name:literal;)+) => {
        /// The `error` of a reply.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Code {
            $($(#[$doc])* $variant,)+
        }

        impl Code {
            /// Every code.
            pub const ALL: &'static [Code] = &[$(Code::$variant),+];

            /// The name in the JSON.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Code::$variant => $name,)+
                }
            }

            /// The HTTP status of the reply.
            pub const fn status(self) -> StatusCode {
                match self {
                    $(Code::$variant => StatusCode::$status,)+
                }
            }
        }
    };
}

codes! {
    /// The probe is missing, not Base64, or not a readable image.
    MissingProbeImage = OK, "MISSING_PROBE_IMAGE";
    /// The reference is missing, not Base64, or not a readable image.
    MissingReferenceImage = OK, "MISSING_REFERENCE_IMAGE";
    /// The probe shows no face that can be used.
    ProbeFaceNotFound = OK, "PROBE_FACE_NOT_FOUND";
    /// The reference shows no face that can be used.
    ReferenceFaceNotFound = OK, "REFERENCE_FACE_NOT_FOUND";
    /// The server failed.
    InternalError = INTERNAL_SERVER_ERROR, "INTERNAL_ERROR";
    /// The body is not JSON, or a member has the wrong type.
    InvalidRequest = BAD_REQUEST, "INVALID_REQUEST";
    /// No credentials, or wrong ones.
    Unauthorized = UNAUTHORIZED, "UNAUTHORIZED";
    /// No such path.
    NotFound = NOT_FOUND, "NOT_FOUND";
    /// The path exists, but not for this method.
    MethodNotAllowed = METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED";
    /// The body arrived too slowly.
    RequestTimeout = REQUEST_TIMEOUT, "REQUEST_TIMEOUT";
    /// The body has more bytes than allowed.
    RequestTooLarge = PAYLOAD_TOO_LARGE, "REQUEST_TOO_LARGE";
    /// Too many wrong passwords from this address.
    TooManyRequests = TOO_MANY_REQUESTS, "TOO_MANY_REQUESTS";
    /// The body has a content type or an encoding that is not accepted.
    UnsupportedMediaType = UNSUPPORTED_MEDIA_TYPE, "UNSUPPORTED_MEDIA_TYPE";
    /// More work than can be done now; try again.
    Overloaded = SERVICE_UNAVAILABLE, "OVERLOADED";
}

impl Serialize for Code {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}
