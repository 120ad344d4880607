//! Tests of `flow.rs`.
