//! Tests of `params.rs`.
