//! Tests of `controller.rs`.
