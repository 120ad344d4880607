//! Tests of `packets.rs`.
