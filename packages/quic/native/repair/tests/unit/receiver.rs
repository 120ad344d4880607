#![allow(clippy::unwrap_used, clippy::single_range_in_vec_init, clippy::panic)]

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

#[test]
fn a_block_that_does_not_match_its_checksum_is_thrown_away() {
    let bytes = content(20_000);
    let mut symbols = symbols_for(&bytes, std::slice::from_ref(&(1_000..2_000)));
    for symbol in &mut symbols {
        let end = symbol.len() - 1;
        symbol[end] ^= 1;
        symbol[end - 200] ^= 0x55;
    }
    let mut receiver = Receiver::default();
    for symbol in &symbols {
        assert_eq!(receiver.on_symbol(at(1), symbol), []);
    }
    assert_eq!(receiver.counters().wrong, 1);
    assert_eq!(receiver.counters().used, 0);
}

#[test]
fn a_peer_whose_symbols_contradict_its_streams_is_believed_no_more() {
    let bytes = content(20_000);
    let symbols = symbols_for(&bytes, std::slice::from_ref(&(1_000..2_000)));
    let mut receiver = Receiver::default();
    let restored: Vec<_> = symbols
        .iter()
        .flat_map(|symbol| receiver.on_symbol(at(1), symbol))
        .collect();
    assert!(!restored.is_empty());
    assert_eq!(receiver.on_bytes(at(2), 3, 1_000, &[0; 1_000]), []);
    assert_eq!(receiver.counters().wrong, 1);
    let others = symbols_for(&bytes, std::slice::from_ref(&(5_000..6_000)));
    for symbol in &others {
        assert_eq!(receiver.on_symbol(at(3), symbol), []);
    }
    assert!(!receiver.is_active(at(3)));
}

#[test]
fn symbols_come_twice_and_late_without_harm() {
    let bytes = content(20_000);
    let symbols = symbols_for(&bytes, std::slice::from_ref(&(1_000..2_000)));
    let mut receiver = Receiver::default();
    let mut restored = 0;
    for symbol in symbols.iter().chain(&symbols).chain(symbols.iter().rev()) {
        let pieces = receiver.on_symbol(at(1), symbol);
        restored += pieces.iter().map(|piece| piece.bytes.len()).sum::<usize>();
    }
    assert_eq!(restored, 1_000);
    assert_eq!(receiver.counters().wrong, 0);
}

#[test]
fn what_waits_is_bounded_in_bytes_blocks_and_time() {
    let mut receiver = Receiver::default();
    let payload = vec![9; 1_000];
    for id in 0..3_000_u64 {
        let symbol = Symbol {
            block: Block {
                id,
                stream: id % 5,
                size: 1_000,
                unit: 0,
                final_size: None,
                checksum: 0,
                ranges: std::iter::once(0..60_000).collect(),
            },
            index: 60 + (id % 50) as usize,
            payload: &payload,
        };
        receiver.on_symbol(at(id), &symbol.encode(0));
        assert!(receiver.held <= MAX_HELD && receiver.blocks.len() <= MAX_BLOCKS);
        assert_eq!(receiver.order.len(), receiver.blocks.len());
        assert!(receiver.done.len() <= MAX_DONE);
    }
    assert!(receiver.counters().useless > 2_000);
    assert!(!receiver.is_active(at(60_000)));
    assert_eq!((receiver.held, receiver.blocks.len()), (0, 0));
}

#[test]
fn decoding_stops_where_it_would_cost_too_much() {
    let mut receiver = Receiver::default();
    let payload = vec![9; 2_000];
    for id in 0..60_u64 {
        for row in 0..64 {
            let symbol = Symbol {
                block: Block {
                    id,
                    stream: 1,
                    size: 2_000,
                    unit: 0,
                    final_size: None,
                    checksum: 0,
                    ranges: std::iter::once(0..128_000).collect(),
                },
                index: 64 + row,
                payload: &payload,
            };
            receiver.on_symbol(at(1), &symbol.encode(0));
        }
    }
    // 8 MB of products each, and no more than the bucket holds.
    assert!(receiver.counters().wrong <= 4, "{:?}", receiver.counters());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn mutated_symbols_restore_nothing_but_the_truth(
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
        cut in any::<prop::sample::Index>(),
    ) {
        let bytes = content(4_000);
        let mut symbols = symbols_for(&bytes, std::slice::from_ref(&(1_000..2_000)));
        for (index, value) in changes {
            let length = symbols[0].len();
            let place = index.index(length);
            symbols[0][place] = value;
        }
        let length = cut.index(symbols[1].len()) + 1;
        symbols[1].truncate(length);
        let mut receiver = Receiver::default();
        for symbol in &symbols {
            if !symbol.starts_with(&crate::SYMBOL) {
                continue;
            }
            for piece in receiver.on_symbol(at(1), symbol) {
                if piece.stream == 3 && !piece.bytes.is_empty() {
                    let start = piece.offset as usize;
                    prop_assert_eq!(&piece.bytes[..], &bytes[start..start + piece.bytes.len()]);
                }
            }
        }
    }
}
