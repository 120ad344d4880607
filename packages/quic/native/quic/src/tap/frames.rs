//! What a packet carries, read from its plaintext payload (RFC 9000 §19 and the extensions that the engine speaks).

use std::ops::{Range, RangeInclusive};

use octets::Octets;

/// A frame that carries our bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Carried {
    /// Bytes of a stream by their offsets; `fin`: the stream ends with them.
    Stream {
        /// The engine's stream id.
        id: u64,
        /// Offsets of the bytes.
        range: Range<u64>,
        /// The last of the stream.
        fin: bool,
    },
    /// A datagram of the application's, of so many bytes.
    Datagram(u64),
    /// A datagram with a symbol of a repair block.
    Symbol {
        /// The block.
        block: u64,
        /// The datagram's length.
        bytes: u64,
    },
}

/// Calls `visit` for each frame of `payload` that carries our bytes, in order. `false`: the walk ended at a frame of a
/// type that is not known here, so that what follows was not seen.
pub(crate) fn walk(payload: &[u8], mut visit: impl FnMut(Carried)) -> bool {
    let mut rest = Octets::with_slice(payload);
    while rest.cap() > 0 {
        if step(&mut rest, &mut visit).is_none() {
            return false;
        }
    }
    true
}

/// Calls `visit` for each range of packet numbers that the ACK frames of `payload` acknowledge.
pub(crate) fn acknowledged(payload: &[u8], mut visit: impl FnMut(RangeInclusive<u64>)) {
    let mut rest = Octets::with_slice(payload);
    while rest.cap() > 0 {
        let known = match rest.peek_u8() {
            Ok(0x02 | 0x03) => ack_ranges(&mut rest, &mut visit),
            _ => step(&mut rest, &mut |_| {}),
        };
        if known.is_none() {
            return;
        }
    }
}

/// A STREAM frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StreamFrame<'a> {
    /// The engine's stream id.
    pub(crate) id: u64,
    pub(crate) offset: u64,
    pub(crate) bytes: &'a [u8],
    /// The stream ends with it.
    pub(crate) fin: bool,
}

impl StreamFrame<'_> {
    /// The offset behind its last byte.
    pub(crate) fn end(&self) -> u64 {
        self.offset + self.bytes.len() as u64
    }
}

/// Calls `visit` for each STREAM frame of `payload`, in order.
pub(crate) fn stream_frames<'a>(payload: &'a [u8], mut visit: impl FnMut(StreamFrame<'a>)) {
    let mut rest = Octets::with_slice(payload);
    while rest.cap() > 0 {
        let known = match rest.peek_u8() {
            Ok(0x08..=0x0f) => stream_frame(&mut rest).map(&mut visit),
            _ => step(&mut rest, &mut |_| {}),
        };
        if known.is_none() {
            return;
        }
    }
}

/// RFC 9000 §19.3.1.
fn ack_ranges(rest: &mut Octets<'_>, visit: &mut impl FnMut(RangeInclusive<u64>)) -> Option<()> {
    let kind = rest.get_varint().ok()?;
    let mut largest = rest.get_varint().ok()?;
    skip_varints(rest, 1)?;
    let more = rest.get_varint().ok()?;
    let mut smallest = largest.checked_sub(rest.get_varint().ok()?)?;
    visit(smallest..=largest);
    for _ in 0..more {
        largest = smallest.checked_sub(rest.get_varint().ok()?.checked_add(2)?)?;
        smallest = largest.checked_sub(rest.get_varint().ok()?)?;
        visit(smallest..=largest);
    }
    skip_varints(rest, if kind == 0x03 { 3 } else { 0 })
}

fn step(rest: &mut Octets<'_>, visit: &mut impl FnMut(Carried)) -> Option<()> {
    if let Ok(0x08..=0x0f) = rest.peek_u8() {
        return stream(rest, visit);
    }
    let kind = rest.get_varint().ok()?;
    match kind {
        // PADDING, PING, HANDSHAKE_DONE, IMMEDIATE_ACK
        0x00 | 0x01 | 0x1e | 0x1f => Some(()),
        // ACK, with and without counts of ECN
        0x02 | 0x03 => skip_ack(rest, kind == 0x03),
        // PATH_ACK (draft-ietf-quic-multipath)
        0x3e | 0x3f => skip_varints(rest, 1).and_then(|()| skip_ack(rest, kind == 0x3f)),
        // CRYPTO
        0x06 => skip_varints(rest, 1).and_then(|()| skip_block(rest)),
        // NEW_TOKEN
        0x07 => skip_block(rest),
        0x30 | 0x31 => datagram(rest, kind, visit),
        // NEW_CONNECTION_ID, PATH_NEW_CONNECTION_ID
        0x18 => skip_varints(rest, 2).and_then(|()| skip_connection_id(rest)),
        0x3e78 => skip_varints(rest, 3).and_then(|()| skip_connection_id(rest)),
        // PATH_CHALLENGE, PATH_RESPONSE
        0x1a | 0x1b => skip_bytes(rest, 8),
        // CONNECTION_CLOSE of the transport, of the application
        0x1c => skip_varints(rest, 2).and_then(|()| skip_block(rest)),
        0x1d => skip_varints(rest, 1).and_then(|()| skip_block(rest)),
        _ => skip_varints(rest, varints_of(kind)?),
    }
}

/// How many variable-length integers a frame of nothing else has.
fn varints_of(kind: u64) -> Option<usize> {
    Some(match kind {
        // MAX_DATA, MAX_STREAMS, DATA_BLOCKED, STREAMS_BLOCKED, RETIRE_CONNECTION_ID
        0x10 | 0x12 | 0x13 | 0x14 | 0x16 | 0x17 | 0x19 => 1,
        // STOP_SENDING, MAX_STREAM_DATA, STREAM_DATA_BLOCKED
        0x05 | 0x11 | 0x15 => 2,
        // RESET_STREAM
        0x04 => 3,
        // ACK_FREQUENCY (draft-ietf-quic-ack-frequency)
        0xaf => 4,
        // PATH_ABANDON, PATH_BACKUP, PATH_AVAILABLE, PATH_RETIRE_CONNECTION_ID, PATH_CIDS_BLOCKED
        0x3e75..=0x3e77 | 0x3e79 | 0x3e7c => 2,
        // MAX_PATH_ID, PATHS_BLOCKED
        0x3e7a | 0x3e7b => 1,
        _ => return None,
    })
}

/// RFC 9000 §19.8: bits 0x04 offset present, 0x02 length present, 0x01 fin.
fn stream_frame<'a>(rest: &mut Octets<'a>) -> Option<StreamFrame<'a>> {
    let kind = rest.get_varint().ok()?;
    let id = rest.get_varint().ok()?;
    let offset = if kind & 0x04 == 0 {
        0
    } else {
        rest.get_varint().ok()?
    };
    let length = length(rest, kind & 0x02 != 0)?;
    let bytes = rest.get_bytes(length).ok()?.buf();
    offset.checked_add(length as u64)?;
    Some(StreamFrame {
        id,
        offset,
        bytes,
        fin: kind & 0x01 != 0,
    })
}

fn stream(rest: &mut Octets<'_>, visit: &mut impl FnMut(Carried)) -> Option<()> {
    let frame = stream_frame(rest)?;
    visit(Carried::Stream {
        id: frame.id,
        range: frame.offset..frame.end(),
        fin: frame.fin,
    });
    Some(())
}

/// RFC 9221 §4.
fn datagram(rest: &mut Octets<'_>, kind: u64, visit: &mut impl FnMut(Carried)) -> Option<()> {
    let length = length(rest, kind & 0x01 != 0)?;
    let bytes = length as u64;
    let content = rest.get_bytes(length).ok()?;
    visit(match longhaul_repair::block_of(content.buf()) {
        Some(block) => Carried::Symbol { block, bytes },
        None => Carried::Datagram(bytes),
    });
    Some(())
}

/// The frame's own length, or all that is left of the packet.
fn length(rest: &mut Octets<'_>, given: bool) -> Option<usize> {
    if given {
        usize::try_from(rest.get_varint().ok()?).ok()
    } else {
        Some(rest.cap())
    }
}

fn skip_ack(rest: &mut Octets<'_>, ecn: bool) -> Option<()> {
    skip_varints(rest, 2)?;
    let ranges = rest.get_varint().ok()?;
    skip_varints(rest, 1)?;
    for _ in 0..ranges {
        skip_varints(rest, 2)?;
    }
    skip_varints(rest, if ecn { 3 } else { 0 })
}

fn skip_connection_id(rest: &mut Octets<'_>) -> Option<()> {
    let length = rest.get_u8().ok()?;
    skip_bytes(rest, usize::from(length) + RESET_TOKEN_BYTES)
}

fn skip_block(rest: &mut Octets<'_>) -> Option<()> {
    let length = length(rest, true)?;
    skip_bytes(rest, length)
}

fn skip_varints(rest: &mut Octets<'_>, count: usize) -> Option<()> {
    for _ in 0..count {
        rest.get_varint().ok()?;
    }
    Some(())
}

fn skip_bytes(rest: &mut Octets<'_>, count: usize) -> Option<()> {
    rest.skip(count).ok()
}

const RESET_TOKEN_BYTES: usize = 16;

#[cfg(test)]
#[path = "../../tests/unit/tap/frames.rs"]
mod tests;
