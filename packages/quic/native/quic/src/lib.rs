//! longhaul's QUIC link transport on the noq engine, without Node in it.
//!
//! [`dial`] and [`Listener`] make [`Link`]s. A link takes batches of [`Op`]s and gives batches of [`Event`]s; between
//! the two stand tasks on one runtime of this crate: a sender (opens streams, writes by priority), one reader per
//! stream (drains the engine into a bounded buffer) and a supervisor (handshake, identity, close). Nothing here waits
//! for whoever takes the events: a slow taker fills the buffers, then the windows, then blocks the peer.

mod backlog;
mod close;
mod command;
mod controller;
mod datagrams;
mod dial;
mod endpoint;
mod error;
mod event;
mod fault;
mod fills;
#[cfg(any(test, feature = "fuzz"))]
#[doc(hidden)]
pub mod fuzz;
mod guard;
mod handshakes;
mod identity;
mod known_paths;
mod lease;
mod link;
mod listen;
mod meter;
mod op;
mod openings;
mod options;
mod outbox;
mod outgoing;
mod reader;
mod reassembly;
mod repair;
mod reset;
mod resumption;
mod runtime;
mod sender;
mod shared;
mod stats;
mod supervisor;
mod tail_care;
mod tap;
mod verify;
mod warm_up;

pub use close::{CloseReport, Closer};
pub use controller::CongestionView;
pub use dial::{DialError, DialTarget, dial};
pub use endpoint::SocketBuffers;
pub use error::{BindError, Failure, IdentityError, LinkError};
pub use event::{EarlyData, Event};
pub use fault::Fault;
pub use handshakes::{HandshakeCounts, HandshakeLimits};
pub use identity::{Identity, Pem};
pub use link::Link;
pub use listen::{Accepted, Listener, Refusal};
pub use op::Op;
pub use options::{ControllerChoice, LinkOptions};
pub use repair::{RepairSettings, RepairStats};
pub use stats::LinkStats;
pub use tap::{Carried, Fate, PacketNews, StreamNews, TapTotals};
pub use verify::Fingerprint;

/// The application protocol of a link (RFC 7301), docs/wire.md §1.
pub const ALPN: &[u8] = b"longhaul/1";
