//! What happened to the packets of followed streams, for JavaScript: six numbers each.

use std::time::Instant;

use longhaul_quic::{Fate, Link};
use napi::bindgen_prelude::Float64Array;
use napi_derive::napi;

use crate::batch::number;

/// News since the last call, oldest first.
#[napi(object)]
pub struct NativeStreamNews {
    /// `[fate, packet, age in milliseconds, stream, start, end]` each; fates are 0 sent, 1 acknowledged, 2 lost.
    pub numbers: Float64Array,
    /// News that did not fit.
    pub left_out: f64,
}

pub(crate) fn take(link: &Link) -> NativeStreamNews {
    let (news, left_out) = link.take_stream_news();
    let now = Instant::now();
    let mut numbers = Vec::with_capacity(news.len() * 6);
    for each in news {
        let age = now.saturating_duration_since(each.at).as_secs_f64() * 1_000.0;
        let fate = match each.fate {
            Fate::Sent => 0.0,
            Fate::Acked => 1.0,
            Fate::Lost => 2.0,
        };
        let (start, end) = (number(each.range.start), number(each.range.end));
        numbers.extend([
            fate,
            number(each.packet),
            age,
            number(each.stream),
            start,
            end,
        ]);
    }
    NativeStreamNews {
        numbers: Float64Array::new(numbers),
        left_out: number(left_out),
    }
}
