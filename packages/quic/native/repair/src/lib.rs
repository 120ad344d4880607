//! Repair of streams: what was lost is sent again as symbols of an erasure code, so that a retransmission that is lost
//! too costs nothing (docs/wire.md §6).
//!
//! Pure: no engine, no clock, no I/O; the time is an argument, counted from any origin. [`Sender`] stands beside what
//! writes the streams, [`Receiver`] and one [`Gate`] per stream beside what reads them. The streams themselves go on
//! as they are: the same bytes still come by the stream, and whatever comes first counts.

mod ahead;
mod block;
mod budget;
mod code;
mod counters;
mod datagram;
mod gate;
mod history;
mod loss;
mod plan;
mod receiver;
mod round;
mod sender;
mod spans;
mod store;
mod work;

pub use block::{Block, MAX_PARITY, MAX_RANGES, MAX_SOURCES, MAX_SYMBOL_BYTES};
pub use counters::{ReceiverCounters, SenderCounters};
pub use datagram::{DatagramError, HELLO, Hello, SYMBOL, Symbol, block_of, is_ours};
pub use gate::Gate;
pub use loss::LossView;
pub use receiver::{Receiver, Recovered};
pub use sender::{LinkState, News, Sender, Settings};
pub use spans::Spans;
