//! Congestion controllers and pacing of longhaul links.
//!
//! Pure: no engine types, no clock, no I/O. The time is an argument (`Duration` since any fixed moment), sizes are bytes
//! of UDP payload, rates are bytes per second. The `longhaul-quic` crate adapts what is here to the engine.

pub mod fixed;
pub mod pace;

pub use fixed::FixedRate;
pub use pace::Pace;
