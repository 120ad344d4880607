//! Rust's errors as JavaScript errors with a `code`.

use longhaul_quic::{BindError, DialError, IdentityError, LinkError};

/// An error whose `code` in JavaScript is the string.
pub(crate) type JsError = napi::Error<&'static str>;

pub(crate) fn from_identity(error: &IdentityError) -> JsError {
    JsError::new("LH_QUIC_IDENTITY", error.to_string())
}

pub(crate) fn from_bind(error: &BindError) -> JsError {
    JsError::new("LH_TRANSPORT_IO", error.to_string())
}

pub(crate) fn from_link(error: &LinkError) -> JsError {
    JsError::new(error.failure.code(), error.message.clone())
}

pub(crate) fn from_dial(error: &DialError) -> JsError {
    match error {
        DialError::Bind(error) => from_bind(error),
        DialError::Identity(error) => from_identity(error),
        DialError::Target(error) => from_link(error),
    }
}

/// An argument that TypeScript should have refused.
pub(crate) fn bad_argument(text: impl ToString) -> JsError {
    JsError::new("LH_QUIC_ARGUMENT", text)
}

/// napi's own errors, while values are made.
pub(crate) fn from_napi(error: napi::Error) -> JsError {
    JsError::new("LH_QUIC_NATIVE", error.reason.clone())
}
