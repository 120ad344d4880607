//! How the value of a knob is kept, and the number that it is outside.

use std::time::Duration;

/// A type a knob's number is kept as.
pub(crate) trait Value: Copy {
    const WHOLE: bool;
    fn from_number(number: f64) -> Self;
    fn to_number(self) -> f64;
}

impl Value for f64 {
    const WHOLE: bool = false;
    fn from_number(number: f64) -> Self {
        number
    }
    fn to_number(self) -> f64 {
        self
    }
}

impl Value for u64 {
    const WHOLE: bool = true;
    fn from_number(number: f64) -> Self {
        number as u64
    }
    fn to_number(self) -> f64 {
        self as f64
    }
}

impl Value for bool {
    const WHOLE: bool = true;
    fn from_number(number: f64) -> Self {
        number != 0.0
    }
    fn to_number(self) -> f64 {
        f64::from(u8::from(self))
    }
}

/// Milliseconds outside.
impl Value for Duration {
    const WHOLE: bool = false;
    fn from_number(number: f64) -> Self {
        Duration::from_secs_f64(number / 1_000.0)
    }
    fn to_number(self) -> f64 {
        self.as_secs_f64() * 1_000.0
    }
}
