//! Datagrams of repair (docs/wire.md §6): what they look like, and the checks on what comes.

use std::ops::Range;

use octets::{Octets, OctetsMut};
use thiserror::Error;

use crate::block::{Block, MAX_PARITY, MAX_RANGES, MAX_SOURCES, MAX_SYMBOL_BYTES};

/// The type of a symbol: the varint 0x1f4c5201.
pub const SYMBOL: [u8; 4] = [0x9f, 0x4c, 0x52, 0x01];

/// The type of a hello: the varint 0x1f4c5202.
pub const HELLO: [u8; 4] = [0x9f, 0x4c, 0x52, 0x02];

/// Why a datagram of repair is not one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum DatagramError {
    /// It ends too early.
    #[error("a repair datagram ends too early")]
    Truncated,
    /// A number is outside of its range.
    #[error("a number of a repair datagram is outside of its range")]
    Range,
}

impl From<octets::BufferTooShortError> for DatagramError {
    fn from(_: octets::BufferTooShortError) -> Self {
        Self::Truncated
    }
}

/// Whether a datagram is of repair and not the application's.
pub fn is_ours(datagram: &[u8]) -> bool {
    datagram.starts_with(&SYMBOL) || datagram.starts_with(&HELLO)
}

/// Says that its sender understands symbols. docs/wire.md §6.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hello {
    /// The sender has the other end's hello.
    pub heard: bool,
}

impl Hello {
    /// The datagram.
    pub fn encode(self) -> Vec<u8> {
        let mut bytes = HELLO.to_vec();
        bytes.push(u8::from(self.heard));
        bytes
    }

    /// Reads a datagram that begins with [`HELLO`]; what follows the flags is of a later version.
    pub fn decode(datagram: &[u8]) -> Result<Self, DatagramError> {
        let flags = datagram.get(HELLO.len()).ok_or(DatagramError::Truncated)?;
        Ok(Self {
            heard: flags & 1 != 0,
        })
    }
}

/// One symbol of a block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Symbol<'a> {
    /// What it is a symbol of.
    pub block: Block,
    /// Its row of the code: source symbols come first.
    pub index: usize,
    /// `block.size` bytes.
    pub payload: &'a [u8],
}

impl<'a> Symbol<'a> {
    /// The datagram, with zeros behind the payload up to `least` bytes.
    pub fn encode(&self, least: usize) -> Vec<u8> {
        let mut bytes = vec![0; MAX_HEADER + self.payload.len()];
        let length = self
            .write(&mut OctetsMut::with_slice(&mut bytes))
            .unwrap_or(0);
        bytes.truncate(length);
        bytes.resize(length.max(least), 0);
        bytes
    }

    fn write(&self, to: &mut OctetsMut<'_>) -> Result<usize, octets::BufferTooShortError> {
        let block = &self.block;
        to.put_bytes(&SYMBOL)?;
        for number in [block.id, block.stream, self.index as u64, block.size as u64] {
            to.put_varint(number)?;
        }
        to.put_varint(block.unit)?;
        to.put_varint(block.final_size.map_or(0, |size| size + 1))?;
        to.put_u32(block.checksum)?;
        to.put_varint(block.ranges.len() as u64)?;
        let mut at = 0;
        for range in &block.ranges {
            to.put_varint(range.start - at)?;
            to.put_varint(range.end - range.start)?;
            at = range.end;
        }
        to.put_bytes(self.payload)?;
        Ok(to.off())
    }

    /// Reads a datagram that begins with [`SYMBOL`]. Whatever is accepted is within the limits of `block.rs`.
    pub fn decode(datagram: &'a [u8]) -> Result<Self, DatagramError> {
        let mut from = Octets::with_slice(datagram);
        from.skip(SYMBOL.len())?;
        let [id, stream, index, size, unit, last] = varints(&mut from)?;
        let checksum = from.get_u32()?;
        let block = Block {
            id,
            stream,
            size: bounded(size, MAX_SYMBOL_BYTES)?,
            unit,
            final_size: last.checked_sub(1),
            checksum,
            ranges: ranges(&mut from)?,
        };
        let sources = sources_of(&block)?;
        let index = bounded(index, sources + MAX_PARITY - 1)?;
        let start = from.off();
        let payload = datagram.get(start..start + block.size);
        Ok(Self {
            block,
            index,
            payload: payload.ok_or(DatagramError::Truncated)?,
        })
    }
}

/// The block of a symbol, for those who only follow what becomes of datagrams.
pub fn block_of(datagram: &[u8]) -> Option<u64> {
    if !datagram.starts_with(&SYMBOL) {
        return None;
    }
    let mut from = Octets::with_slice(datagram.get(SYMBOL.len()..)?);
    from.get_varint().ok()
}

fn varints<const COUNT: usize>(from: &mut Octets<'_>) -> Result<[u64; COUNT], DatagramError> {
    let mut numbers = [0; COUNT];
    for number in &mut numbers {
        *number = from.get_varint()?;
    }
    Ok(numbers)
}

fn ranges(from: &mut Octets<'_>) -> Result<Vec<Range<u64>>, DatagramError> {
    let count = bounded(from.get_varint()?, MAX_RANGES)?;
    let mut ranges = Vec::with_capacity(count);
    let mut at: u64 = 0;
    for _ in 0..count {
        let [gap, length] = varints(from)?;
        let start = at.checked_add(gap).ok_or(DatagramError::Range)?;
        at = start.checked_add(length).ok_or(DatagramError::Range)?;
        // RFC 9000 §4.5: no offset is beyond 2^62 - 1.
        if length == 0 || at > MAX_OFFSET {
            return Err(DatagramError::Range);
        }
        ranges.push(start..at);
    }
    Ok(ranges)
}

/// How many source symbols a block has that a header describes.
fn sources_of(block: &Block) -> Result<usize, DatagramError> {
    if block.ranges.is_empty() {
        // It tells the stream's length: then it must.
        let tells = block.size == 0 && block.final_size.is_some();
        return if tells {
            Ok(0)
        } else {
            Err(DatagramError::Range)
        };
    }
    let beyond = |last| block.extent().end > last;
    if block.size == 0 || block.final_size.is_some_and(beyond) {
        return Err(DatagramError::Range);
    }
    bounded(block.source_count(), MAX_SOURCES)
}

fn bounded(number: u64, most: usize) -> Result<usize, DatagramError> {
    let number = usize::try_from(number).map_err(|_| DatagramError::Range)?;
    if number <= most {
        Ok(number)
    } else {
        Err(DatagramError::Range)
    }
}

const MAX_OFFSET: u64 = (1 << 62) - 1;

/// Type, six numbers, checksum, the count and the ranges.
const MAX_HEADER: usize = 4 + 7 * 8 + 4 + MAX_RANGES * 16;

#[cfg(test)]
#[path = "../tests/unit/datagram.rs"]
mod tests;
