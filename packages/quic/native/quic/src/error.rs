//! What can go wrong, by operation. Texts name the value and the rule; codes cross to JavaScript.

use std::{io, net::SocketAddr};

/// The class of a link's failure; each is a `TransportErrorCode` of `@longhaul/transport`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// Nothing came from the peer for too long.
    Timeout,
    /// The peer does not take connections.
    Refused,
    /// A certificate, a name or the TLS negotiation was not accepted, by either end.
    Tls,
    /// An end broke QUIC's rules.
    Protocol,
    /// The socket failed, or the peer lost the connection's state.
    Io,
    /// A defect of this crate or the engine.
    Internal,
}

impl Failure {
    /// The stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Timeout => "LH_TRANSPORT_TIMEOUT",
            Self::Refused => "LH_TRANSPORT_REFUSED",
            Self::Tls => "LH_TRANSPORT_TLS",
            Self::Protocol => "LH_TRANSPORT_PROTOCOL",
            Self::Io => "LH_TRANSPORT_IO",
            Self::Internal => "LH_TRANSPORT_INTERNAL",
        }
    }
}

/// A link could not be made or was lost.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct LinkError {
    /// The class.
    pub failure: Failure,
    /// For people: who and why.
    pub message: String,
}

impl LinkError {
    /// An error of class `failure`.
    pub fn new(failure: Failure, message: impl Into<String>) -> Self {
        Self {
            failure,
            message: message.into(),
        }
    }
}

/// Certificate, key or authorities cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// Not PEM, or nothing of the kind in it.
    #[error("{part}: {reason}")]
    Pem {
        /// `certificate`, `key` or `authorities`.
        part: &'static str,
        /// What was wrong.
        reason: String,
    },
    /// The certificate names no relay.
    #[error(
        "certificate: no DNS name among its subject alternative names; the relay id must be one"
    )]
    NoName,
    /// The key is not the certificate's, or of a kind that cannot sign.
    #[error("key: {0}")]
    Key(String),
    /// A configuration could not be made of the parts.
    #[error("TLS configuration: {0}")]
    Config(String),
}

/// A UDP socket could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum BindError {
    /// The address is taken or not ours.
    #[error("cannot bind UDP {address}: {source}")]
    Bind {
        /// What was asked for.
        address: SocketAddr,
        /// The system's word.
        source: io::Error,
    },
    /// The socket exists but the engine could not use it.
    #[error("cannot set up UDP {address}: {source}")]
    Setup {
        /// What was asked for.
        address: SocketAddr,
        /// The system's word.
        source: io::Error,
    },
}
