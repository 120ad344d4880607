#![allow(clippy::unwrap_used, clippy::single_range_in_vec_init)]

use proptest::prelude::*;

use super::*;

fn block() -> Block {
    Block {
        id: 7,
        stream: 14,
        size: 4,
        unit: 0,
        final_size: Some(1_010),
        checksum: 0x0102_0304,
        ranges: vec![3..8, 1_000..1_004],
    }
}

fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.bytes().filter(u8::is_ascii_hexdigit).collect();
    let pair = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
    digits.chunks(2).map(pair).collect()
}

#[test]
fn a_symbol_looks_as_docs_wire_says() {
    let symbol = Symbol {
        block: block(),
        index: 3,
        payload: &[1, 2, 3, 4],
    };
    // docs/wire.md §6.2 has the same bytes.
    let bytes = hex("9f4c5201 07 0e 03 04 00 43f3 01020304 02 0305 43e004 01020304");
    assert_eq!(symbol.encode(0), bytes);
    assert_eq!(Symbol::decode(&bytes), Ok(symbol.clone()));
    let padded = symbol.encode(100);
    assert_eq!(padded.len(), 100);
    assert_eq!(Symbol::decode(&padded), Ok(symbol));
    assert_eq!(block_of(&bytes), Some(7));
}

#[test]
fn a_range_is_cut_into_units_and_those_into_symbols() {
    let cut = Block {
        size: 4,
        unit: 6,
        ranges: vec![10..25, 40..41],
        ..block()
    };
    assert_eq!(
        cut.sources(),
        [10..14, 14..16, 16..20, 20..22, 22..25, 40..41]
    );
    assert_eq!(cut.source_count(), 6);
}

#[test]
fn a_symbol_cut_short_is_truncated_at_every_length() {
    let symbol = Symbol {
        block: block(),
        index: 3,
        payload: &[1, 2, 3, 4],
    };
    let bytes = symbol.encode(0);
    for length in SYMBOL.len()..bytes.len() {
        assert_eq!(
            Symbol::decode(&bytes[..length]),
            Err(DatagramError::Truncated),
            "{length}"
        );
    }
}

#[test]
fn numbers_outside_of_their_range_are_refused() {
    let refused = |block: Block, index: usize| {
        let payload = vec![0; block.size];
        let symbol = Symbol {
            block,
            index,
            payload: &payload,
        };
        let bytes = symbol.encode(0);
        assert_eq!(Symbol::decode(&bytes), Err(DatagramError::Range));
    };
    refused(block(), 3 + MAX_PARITY);
    refused(
        Block {
            final_size: Some(1_003),
            ..block()
        },
        0,
    );
    refused(
        Block {
            size: MAX_SYMBOL_BYTES + 1,
            ..block()
        },
        0,
    );
    refused(Block { size: 0, ..block() }, 0);
    // 65 sources.
    refused(
        Block {
            size: 1,
            final_size: None,
            ranges: std::iter::once(0..65).collect(),
            ..block()
        },
        0,
    );
    refused(
        Block {
            unit: 1,
            final_size: None,
            ranges: std::iter::once(0..1 << 40).collect(),
            ..block()
        },
        0,
    );
    refused(
        Block {
            ranges: (0..33).map(|n| n * 3..n * 3 + 1).collect(),
            ..block()
        },
        0,
    );
    refused(
        Block {
            size: 0,
            final_size: None,
            ranges: Vec::new(),
            ..block()
        },
        0,
    );
}

#[test]
fn a_hello_crosses() {
    for heard in [false, true] {
        let hello = Hello { heard };
        assert_eq!(Hello::decode(&hello.encode()), Ok(hello));
    }
    assert_eq!(Hello::decode(&HELLO), Err(DatagramError::Truncated));
}

proptest! {
    #[test]
    fn whatever_is_accepted_is_within_the_limits(tail in proptest::collection::vec(any::<u8>(), 0..80), narrow in any::<bool>()) {
        let mut bytes = SYMBOL.to_vec();
        // Short varints, so that some are accepted.
        bytes.extend(tail.iter().map(|byte| if narrow { byte & 0x0f } else { *byte }));
        if let Ok(symbol) = Symbol::decode(&bytes) {
            let sources = symbol.block.sources();
            prop_assert!(sources.len() <= MAX_SOURCES);
            prop_assert_eq!(sources.len() as u64, symbol.block.source_count());
            prop_assert!(symbol.index < sources.len() + MAX_PARITY);
            prop_assert_eq!(symbol.payload.len(), symbol.block.size);
            prop_assert!(sources.iter().all(|source| source.end - source.start <= symbol.block.size as u64));
            let again = symbol.encode(0);
            prop_assert_eq!(Symbol::decode(&again), Ok(symbol));
        }
    }
}
