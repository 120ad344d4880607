//! Tests of `filter.rs`.
