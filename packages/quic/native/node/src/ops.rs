//! Requests on their way from JavaScript: four numbers each, bytes beside them in the same order.

use bytes::{Bytes, BytesMut};
use longhaul_quic::Op;
use napi::bindgen_prelude::Uint8ArraySlice;

use crate::error::{JsError, bad_argument};

/// Kinds of requests; src/outbox.ts has the same table.
mod kind {
    pub(super) const PROTECT: u32 = 21;
    pub(super) const OPEN_UNI: u32 = 1;
    pub(super) const OPEN_BIDI: u32 = 2;
    pub(super) const WRITE: u32 = 3;
    pub(super) const FINISH: u32 = 4;
    pub(super) const RESET: u32 = 5;
    pub(super) const PRIORITY: u32 = 6;
    pub(super) const STOP: u32 = 7;
    pub(super) const CONSUMED: u32 = 8;
    pub(super) const DATAGRAM: u32 = 9;
    pub(super) const METER: u32 = 20;
}

/// Reads `[kind, stream, a, b]` per request; a write takes `a` of `buffers`, joined, a datagram one.
pub(crate) fn parse(numbers: &[f64], buffers: &[Uint8ArraySlice<'_>]) -> Result<Vec<Op>, JsError> {
    let mut rest = buffers;
    let rows = numbers.chunks_exact(4);
    rows.map(|row| parse_row(row, &mut rest)).collect()
}

fn parse_row(row: &[f64], rest: &mut &[Uint8ArraySlice<'_>]) -> Result<Op, JsError> {
    let &[kind, id, a, _] = row else {
        return Err(bad_argument("a request is four numbers"));
    };
    // `as` saturates, and TypeScript has checked the ranges.
    let (id, code, priority) = (id as u64, a as u32, a as i32);
    Ok(match kind as u32 {
        kind::OPEN_UNI => Op::OpenUni { id, priority },
        kind::OPEN_BIDI => Op::OpenBidi { id, priority },
        kind::WRITE => Op::Write {
            id,
            bytes: take(rest, a as usize)?,
        },
        kind::PROTECT => Op::Protect {
            id,
            bytes: a as u64,
        },
        kind::FINISH => Op::Finish { id },
        kind::RESET => Op::Reset { id, code },
        kind::PRIORITY => Op::Priority { id, priority },
        kind::STOP => Op::Stop { id, code },
        kind::CONSUMED => Op::Consumed {
            id,
            bytes: a as u64,
        },
        kind::DATAGRAM => Op::Datagram {
            bytes: take(rest, 1)?,
        },
        kind::METER => Op::Meter {
            max_unsent_us: a as u64,
        },
        other => return Err(bad_argument(format!("no request has the number {other}"))),
    })
}

/// Copies the next `count` buffers into one piece.
fn take(rest: &mut &[Uint8ArraySlice<'_>], count: usize) -> Result<Bytes, JsError> {
    let Some((taken, left)) = rest.split_at_checked(count) else {
        return Err(bad_argument("fewer buffers than the requests name"));
    };
    *rest = left;
    if let [only] = taken {
        return Ok(Bytes::copy_from_slice(only));
    }
    let total = taken.iter().map(|piece| piece.len()).sum();
    let mut joined = BytesMut::with_capacity(total);
    taken
        .iter()
        .for_each(|piece| joined.extend_from_slice(piece));
    Ok(joined.freeze())
}
