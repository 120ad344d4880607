//! Congestion controllers and pacing of longhaul links.
//!
//! Pure: no engine types, no clock, no I/O. The time is an argument (`Duration` since any fixed moment), sizes are bytes
//! of UDP payload, rates are bytes per second. The `longhaul-quic` crate adapts what is here to the engine: it holds one
//! [`Controller`] a path. A [`flow::Flow`] measures; an [`Algorithm`] decides and can be exchanged at any moment.

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

pub mod agent;
pub mod algorithm;
mod algorithms;
pub mod controller;
pub mod event;
pub mod flow;
pub mod memory;
pub mod pace;
pub mod params;
pub mod resume;

pub use algorithm::{Algorithm, Gauge, Handover, Kind};
pub use controller::Controller;
pub use memory::PathMemory;
pub use pace::Pace;
pub use params::{KNOBS, Knob, KnobError, Params};
pub use resume::Saved;
