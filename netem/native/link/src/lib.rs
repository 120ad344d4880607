//! One direction of a network path in virtual time.
//!
//! A packet passes fixed stages: blackhole → policer → loss → droptail byte queue with a rate or a trace → delay with
//! in-order jitter → reordering and duplication. [`Link::push`] says at once whether the packet is dropped and why;
//! [`Link::next_deadline`] and [`Link::pop`] say when and what comes out. Time is an argument, in integer nanoseconds
//! since the link began; the crate has no clock and does no I/O.
//!
//! Every stage draws from a ChaCha8 stream of its own, keyed by (seed, direction, stage), so changing one stage does not
//! shift the draws of another, and the same seed with the same pushes gives the same record on every machine.

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

pub mod config;
mod delay;
mod link;
pub mod loss;
mod policer;
mod queue;
mod schedule;
mod stats;
mod stream;

pub use config::{Bottleneck, ConfigError, Direction, LinkConfig};
pub use link::{Delivery, Link, PacketId};
pub use loss::LossModel;
pub use stats::{Drop, LinkStats};

/// Nanoseconds of link time.
pub type Nanos = u64;

/// Nanoseconds in a second.
pub const SECOND: Nanos = 1_000_000_000;

/// Nanoseconds in a millisecond.
pub const MILLISECOND: Nanos = 1_000_000;
