#![allow(clippy::unwrap_used, clippy::panic)]

use proptest::prelude::*;

use super::*;
use crate::{
    block::MAX_SOURCES,
    sender::{LinkState, News, Sender, Settings},
};

const LINK: LinkState = LinkState {
    max_datagram: 1_162,
    limited: false,
    drain: Duration::ZERO,
};

fn at(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

fn content(length: usize) -> Vec<u8> {
    (0..length).map(|n| (n * 7 + n / 251) as u8).collect()
}

/// A sender that has sent `length` bytes of stream 3 and hears that the packets with `lost` were lost.
fn symbols_for(bytes: &[u8], lost: &[Range<u64>]) -> Vec<Vec<u8>> {
    let mut sender = Sender::new(Settings {
        max_share: 1.0,
        ahead: false,
    });
    sender.on_taken(at(0), 3, 0, Bytes::copy_from_slice(bytes));
    sender.on_fresh(1 << 20);
    let news: Vec<_> = lost
        .iter()
        .enumerate()
        .map(|(packet, range)| News {
            packet: packet as u64 * 2,
            lost: true,
            ranges: vec![(3, range.clone(), false)],
            blocks: Vec::new(),
        })
        .collect();
    sender.on_news(at(0), LINK, &news);
    std::iter::from_fn(|| sender.poll_transmit(at(1_000), LINK)).collect()
}

/// Bytes of the stream as far as they are known.
fn merge(into: &mut [Option<u8>], recovered: &[Recovered]) {
    for piece in recovered {
        for (n, byte) in piece.bytes.iter().enumerate() {
            let slot = &mut into[piece.offset as usize + n];
            assert!(slot.is_none_or(|known| known == *byte));
            *slot = Some(*byte);
        }
    }
}

proptest! {
    #[test]
    fn as_many_symbols_as_sources_restore_what_was_lost(
        length in 3_000_usize..30_000,
        starts in proptest::collection::vec(0.0..1.0_f64, 1..6),
        size in 100_u64..1_200,
        order in any::<u64>(),
    ) {
        let bytes = content(length);
        let lost: Vec<_> = starts
            .iter()
            .map(|start| {
                let start = (start * (length as f64 - size as f64)) as u64;
                start..start + size
            })
            .collect();
        let mut symbols = symbols_for(&bytes, &lost);
        let sources = Symbol::decode(&symbols[0]).unwrap().block.sources().len();
        prop_assert!(symbols.len() > sources);
        // Any of them, in any order.
        let shift = (order % symbols.len() as u64) as usize;
        symbols.rotate_left(shift);
        symbols.truncate(sources);
        let mut known: Vec<Option<u8>> = bytes.iter().copied().map(Some).collect();
        for range in &lost {
            known[range.start as usize..range.end as usize].fill(None);
        }
        let mut receiver = Receiver::default();
        for symbol in &symbols {
            let recovered = receiver.on_symbol(at(1), symbol);
            merge(&mut known, &recovered);
        }
        let known: Option<Vec<u8>> = known.into_iter().collect();
        prop_assert_eq!(known, Some(bytes));
        prop_assert_eq!(receiver.counters().used, sources as u64);
        prop_assert_eq!(receiver.counters().wrong, 0);
    }
}

#[test]
fn a_retransmission_stands_in_for_symbols() {
    let bytes = content(20_000);
    let lost = [1_000..2_000, 5_000..6_000, 9_000..10_000];
    let symbols = symbols_for(&bytes, &lost);
    let sources = Symbol::decode(&symbols[0]).unwrap().block.sources().len();
    let mut receiver = Receiver::default();
    for symbol in &symbols[..sources - 1] {
        assert_eq!(receiver.on_symbol(at(1), symbol), []);
    }
    let recovered = receiver.on_bytes(at(2), 3, 5_000, &bytes[5_000..6_000]);
    let restored: usize = recovered.iter().map(|piece| piece.bytes.len()).sum();
    assert_eq!(restored, 2_000);
    for piece in recovered {
        let at = piece.offset as usize;
        assert_eq!(piece.bytes, bytes[at..at + piece.bytes.len()]);
    }
    assert_eq!(MAX_SOURCES, 64);
}
