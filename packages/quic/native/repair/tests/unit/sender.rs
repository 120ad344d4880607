#![allow(clippy::unwrap_used, clippy::single_range_in_vec_init)]

use super::*;

const LINK: LinkState = LinkState {
    max_datagram: 1_162,
    limited: false,
    drain: Duration::ZERO,
};

fn at(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

fn sender(max_share: f64) -> Sender {
    let mut sender = Sender::new(Settings {
        max_share,
        ahead: true,
    });
    sender.on_taken(at(0), 3, 0, Bytes::from(vec![7; 100_000]));
    sender
}

fn news(packet: u64, lost: bool, range: Range<u64>) -> News {
    News {
        packet,
        lost,
        ranges: vec![(3, range, false)],
        blocks: Vec::new(),
    }
}

fn sent(sender: &mut Sender, now: Duration) -> Vec<Vec<u8>> {
    std::iter::from_fn(|| sender.poll_transmit(now, LINK)).collect()
}

#[test]
fn one_more_symbol_is_sent_than_was_lost_and_each_in_a_packet_of_its_own() {
    let mut sender = sender(0.15);
    sender.on_news(at(0), LINK, &[news(5, true, 1_160..2_320)]);
    let symbols = sent(&mut sender, at(0));
    let sources = Symbol::decode(&symbols[0]).unwrap().block.sources();
    assert_eq!((symbols.len(), sources.len()), (3, 2));
    assert!(
        symbols
            .iter()
            .all(|symbol| symbol.len() * 2 > LINK.max_datagram)
    );
    assert!(
        symbols
            .iter()
            .all(|symbol| symbol.len() <= LINK.max_datagram)
    );
}

#[test]
fn packets_of_nothing_but_symbols_are_not_repaired() {
    let mut sender = sender(0.15);
    let lost = News {
        ranges: Vec::new(),
        blocks: vec![1],
        ..news(5, true, 0..1)
    };
    sender.on_news(at(0), LINK, &[lost]);
    assert_eq!(sent(&mut sender, at(0)), Vec::<Vec<u8>>::new());
    assert_eq!(sender.counters(), SenderCounters::default());
}

#[test]
fn what_was_acknowledged_is_not_repaired_and_waiting_symbols_are_cancelled() {
    let mut sender = sender(0.15);
    sender.on_news(at(0), LINK, &[news(5, true, 0..1_000)]);
    sender.on_news(at(1), LINK, &[news(9, false, 0..1_000)]);
    assert_eq!(sent(&mut sender, at(1)), Vec::<Vec<u8>>::new());
    assert!(sender.counters().cancelled > 0);
    sender.on_news(at(2), LINK, &[news(10, true, 0..1_000)]);
    assert_eq!(sender.poll_timeout(), None);
}

#[test]
fn symbols_that_were_acknowledged_stand_for_the_stream() {
    let mut sender = sender(0.15);
    sender.on_news(at(0), LINK, &[news(5, true, 0..1_000)]);
    let symbols = sent(&mut sender, at(0));
    let id = Symbol::decode(&symbols[0]).unwrap().block.id;
    let sources = Symbol::decode(&symbols[0]).unwrap().block.sources().len();
    let acked: Vec<_> = (0..sources as u64)
        .map(|n| News {
            ranges: Vec::new(),
            blocks: vec![id],
            ..news(20 + n, false, 0..1)
        })
        .collect();
    sender.on_news(at(1), LINK, &acked);
    // The retransmission was lost: the peer has the bytes all the same.
    sender.on_news(at(2), LINK, &[news(9, true, 0..1_000)]);
    assert_eq!(sender.poll_timeout(), None);
}

#[test]
fn the_budget_bounds_what_a_peer_that_acknowledges_nothing_costs() {
    let mut sender = sender(0.15);
    let mut bytes = 0;
    for n in 0..5_000_u64 {
        sender.on_fresh(1_000);
        sender.on_news(
            at(n),
            LINK,
            &[news(n, true, n % 90 * 1_000..n % 90 * 1_000 + 1_000)],
        );
        bytes += sent(&mut sender, at(n)).iter().map(Vec::len).sum::<usize>();
    }
    assert!(bytes as f64 <= 0.15 * 5_000_000.0 + 70_000.0, "{bytes}");
    assert!(sender.counters().refused_by_budget > 0);
}

#[test]
fn nothing_is_sent_where_it_is_off_or_the_link_is_the_limit() {
    let mut off = sender(0.0);
    off.on_fresh(1 << 30);
    for n in 0..200 {
        off.on_news(at(n), LINK, &[news(n, true, n * 400..n * 400 + 400)]);
        sent(&mut off, at(n));
    }
    assert_eq!(off.counters().sent_on_loss, 0);
    let mut limited = sender(0.15);
    let link = LinkState {
        limited: true,
        ..LINK
    };
    limited.on_news(at(0), link, &[news(5, true, 0..1_000)]);
    assert_eq!(limited.poll_timeout(), None);
    assert_eq!(limited.counters().refused_by_queue, 3);
}

#[test]
fn symbols_that_wait_are_bounded() {
    let mut sender = sender(1.0);
    for n in 0..20_000_u64 {
        sender.on_fresh(100_000);
        sender.on_news(
            at(0),
            LINK,
            &[news(n, true, n % 90 * 1_000..n % 90 * 1_000 + 1_000)],
        );
    }
    assert!(sender.rounds.waiting() <= MAX_WAITING);
    assert!(sender.counters().refused_by_queue > 0);
}

#[test]
fn symbols_go_ahead_of_loss_only_where_packets_are_lost() {
    let mut sender = sender(0.15);
    sender.on_opened(7, u64::MAX);
    let mut offset = 0;
    let mut frames = |sender: &mut Sender, now: u64| {
        for _ in 0..4 {
            sender.on_taken(at(now), 7, offset, Bytes::from(vec![1; 300]));
            offset += 300;
        }
        sender.on_news(at(now), LINK, &[]);
        sent(sender, at(now + 100)).len()
    };
    assert_eq!(frames(&mut sender, 0), 0);
    for n in 0..40 {
        sender.on_fresh(10_000);
        sender.on_news(at(10), LINK, &[news(n, n % 10 == 0, 0..1_000)]);
        sent(&mut sender, at(200));
    }
    assert!(frames(&mut sender, 300) > 0);
    assert!(sender.counters().sent_ahead > 0);
}

#[test]
fn losses_before_the_peer_takes_datagrams_plan_nothing() {
    for max_datagram in [0, 1] {
        let link = LinkState {
            max_datagram,
            ..LINK
        };
        let mut sender = sender(0.15);
        sender.on_opened(3, 50_000);
        sender.on_finished(3, 100_000);
        let mut lost = news(5, true, 1_160..9_280);
        lost.ranges.push((3, 99_000..100_000, true));
        sender.on_news(at(0), link, &[lost]);
        assert_eq!(sender.poll_transmit(at(500), link), None);
        assert_eq!(sender.counters(), SenderCounters::default());
    }
}
