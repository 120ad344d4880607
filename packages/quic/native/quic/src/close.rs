//! Why a link ended.

use noq::{ConnectionError, TransportErrorCode, VarInt};

use crate::{
    error::{Failure, LinkError},
    verify::plain,
};

/// Who ended the link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Closer {
    /// This end, by `Link::close`.
    Local,
    /// The far end's owner.
    Peer,
    /// Neither: `CloseReport::error` says what happened.
    Transport,
}

/// The end of a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CloseReport {
    /// Who ended it.
    pub by: Closer,
    /// The owner's code, 0 to 2^32-1; 0 for `Transport`.
    pub code: u32,
    /// The owner's reason.
    pub reason: String,
    /// Set for `Transport` only.
    pub error: Option<LinkError>,
}

impl CloseReport {
    pub(crate) fn local(code: u32, reason: String) -> Self {
        Self {
            by: Closer::Local,
            code,
            reason,
            error: None,
        }
    }

    pub(crate) fn transport(error: LinkError) -> Self {
        Self {
            by: Closer::Transport,
            code: 0,
            reason: String::new(),
            error: Some(error),
        }
    }

    /// What the engine says, told with the peer's name.
    pub(crate) fn from_engine(error: &ConnectionError, peer: &str) -> Self {
        if let ConnectionError::ApplicationClosed(close) = error
            && let Ok(code) = u32::try_from(close.error_code.into_inner())
        {
            return Self {
                by: Closer::Peer,
                code,
                reason: text(&close.reason),
                error: None,
            };
        }
        Self::transport(describe(error, peer))
    }
}

/// The engine's error as ours. `peer` names the far end: `relay "edge-1" at 192.0.2.1:4433`.
pub(crate) fn describe(error: &ConnectionError, peer: &str) -> LinkError {
    let (failure, detail) = match error {
        ConnectionError::TimedOut => (Failure::Timeout, "nothing received in time".to_owned()),
        ConnectionError::Reset => (
            Failure::Io,
            "does not know the connection any more (restarted?)".to_owned(),
        ),
        ConnectionError::VersionMismatch => (
            Failure::Protocol,
            "speaks no QUIC version of ours".to_owned(),
        ),
        ConnectionError::LocallyClosed => {
            (Failure::Internal, "closed here without a reason".to_owned())
        }
        ConnectionError::CidsExhausted => (Failure::Internal, "no connection ids left".to_owned()),
        ConnectionError::ApplicationClosed(close) => own_close(close.error_code, &close.reason),
        ConnectionError::ConnectionClosed(close) => {
            let reason = text(&close.reason);
            match tls_alert(close.error_code) {
                Some(alert) => (
                    Failure::Tls,
                    format!("refused us: {}", or(plain(&reason), alert)),
                ),
                None if close.error_code == TransportErrorCode::APPLICATION_ERROR => (
                    Failure::Refused,
                    "closed the connection during the handshake".to_owned(),
                ),
                None if close.error_code == TransportErrorCode::CONNECTION_REFUSED => (
                    Failure::Refused,
                    or(&reason, "takes no connections").to_owned(),
                ),
                None => (
                    Failure::Protocol,
                    format!("ended the connection: {} {reason}", close.error_code),
                ),
            }
        }
        ConnectionError::TransportError(error) => match tls_alert(error.code) {
            Some(alert) => (Failure::Tls, or(plain(&error.reason), alert).to_owned()),
            None => (Failure::Protocol, error.to_string()),
        },
    };
    LinkError::new(failure, format!("{peer}: {detail}"))
}

/// Closes above the owner's range are this crate's own word.
fn own_close(code: VarInt, reason: &[u8]) -> (Failure, String) {
    match code.into_inner() {
        IDENTITY_REFUSED => (Failure::Tls, format!("refused us: {}", text(reason))),
        _ => (Failure::Internal, format!("failed: {}", text(reason))),
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn or<'a>(reason: &'a str, fallback: &'a str) -> &'a str {
    if reason.is_empty() { fallback } else { reason }
}

/// The meaning of a CRYPTO_ERROR (RFC 9001 §4.8): an alert of RFC 8446 §6.
fn tls_alert(code: TransportErrorCode) -> Option<&'static str> {
    let alert = u64::from(code)
        .checked_sub(0x100)
        .filter(|alert| *alert < 0x100)?;
    Some(match alert {
        42 | 43 | 46 => "certificate not accepted",
        44 => "certificate revoked",
        45 => "certificate expired",
        48 => "certificate of an unknown authority",
        49 => "access denied",
        51 => "signature does not match",
        112 => "name not known",
        116 => "certificate required",
        120 => "no common application protocol (ALPN); longhaul/1 is needed",
        _ => "TLS handshake failed",
    })
}

/// A defect here ended the connection.
pub(crate) const INTERNAL_FAILURE: u64 = 1 << 32;

/// The peer's certificate is not accepted although the session was resumed.
pub(crate) const IDENTITY_REFUSED: u64 = (1 << 32) + 1;
