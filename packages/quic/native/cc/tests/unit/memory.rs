//! Tests of `memory.rs`.
