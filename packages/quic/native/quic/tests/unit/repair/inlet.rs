#![allow(clippy::unwrap_used)]

use super::*;
use crate::repair::RepairSettings;

fn piece(stream: u64, offset: u64, length: usize) -> Recovered {
    Recovered {
        stream,
        offset,
        bytes: Bytes::from(vec![0; length]),
        final_size: None,
    }
}

fn repair() -> Arc<Repair> {
    Repair::new(RepairSettings {
        max_share: 0.15,
        ahead: true,
    })
}

#[test]
fn what_waits_is_bounded_over_all_streams_of_a_link() {
    let (repair, tap) = (repair(), Arc::default());
    let mut inlets: Vec<_> = (0..1_000)
        .map(|stream| Inlet::open(&repair, &tap, stream, true))
        .collect();
    for stream in 0..1_000 {
        let pieces = (0..40).map(|n| piece(stream, n * 10_000, 10_000));
        repair.deliver(pieces.collect());
        repair.deliver(vec![piece(stream, 400_000, 0); 100]);
    }
    let waiting = repair.mailed.load(SeqCst);
    assert!(waiting <= MAX_LINK_BYTES && waiting > MAX_LINK_BYTES - 10_000 - PIECE_COST);
    let held = |inlet: &Inlet| lock(&inlet.mailbox.as_ref().unwrap().pieces).1;
    assert!(inlets.iter().map(held).sum::<usize>() <= MAX_LINK_BYTES);

    assert_eq!(inlets[0].take(1 << 20, 1 << 20).len(), 40);
    assert!(repair.mailed.load(SeqCst) < waiting - 400_000);
    drop(inlets);
    assert_eq!(repair.mailed.load(SeqCst), 0);
}
