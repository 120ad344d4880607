//! The Node surface of longhaul's QUIC transport.
//!
//! Handles with `close()`, plain objects, Buffers and string error codes cross; nothing crosses per packet. Events leave
//! in batches of numbers and Buffers (`batch.rs`), writes come in the same shape (`ops.rs`). Everything else is in
//! `longhaul-quic`.

// napi exports nothing under `cfg(test)`; the tests of this crate are TypeScript.
#![cfg_attr(test, allow(dead_code))]

mod batch;
mod congestion;
mod connection;
mod error;
mod identity;
mod listener;
mod ops;
mod options;
mod repair;
mod stream_news;
mod tcp;
