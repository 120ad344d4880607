//! The fates of packets, over loopback UDP with losses.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::{
    collections::BTreeMap,
    ops::Range,
    time::{Duration, Instant},
};

use bytes::Bytes;
use longhaul_quic::{Carried, Event, Fate, Link, Op, PacketNews};
use support::{End, linked, options};

const SIZE: usize = 2_000_000;

/// 8 Mbit/s and more: the transfer takes about a second.
const RATE: u64 = 2_000_000;

fn send(link: &Link) {
    link.set_rate(Some(RATE)).unwrap();
    link.keep_packet_news(1 << 20);
    let bytes = Bytes::from(vec![7; SIZE]);
    link.submit([
        Op::OpenUni { id: 0, priority: 0 },
        Op::Write { id: 0, bytes },
        Op::Finish { id: 0 },
    ]);
}

/// The news of all of the stream, `during` called meanwhile.
fn news_of(sender: &mut End, receiver: &mut End, mut during: impl FnMut(usize)) -> Vec<PacketNews> {
    let mut all = Vec::new();
    let until = Instant::now() + Duration::from_secs(20);
    let mut whole = None;
    loop {
        for end in [&mut *sender, &mut *receiver] {
            end.wait("nothing", |_| Some(()));
        }
        let (news, left_out) = sender.link.take_packet_news();
        assert_eq!(left_out, 0);
        all.extend(news);
        during(all.len());
        let done = |seen: &[Event]| {
            seen.iter()
                .any(|event| matches!(event, Event::Acknowledged { .. }))
        };
        if whole.is_none() && done(&sender.seen) {
            whole = Some(Instant::now());
        }
        // Fates of what was sent twice come within some round trips; a last packet that got lost waits for a probe.
        let over = |least: u64| whole.is_some_and(|at| at.elapsed() > Duration::from_secs(least));
        if over(1) && (in_flight(&all) == 0 || over(8)) {
            return all;
        }
        assert!(Instant::now() < until, "the stream did not arrive");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Packets without a fate.
fn in_flight(news: &[PacketNews]) -> usize {
    let count = |sent: bool| {
        let wanted = news.iter().filter(|each| (each.fate == Fate::Sent) == sent);
        wanted.count()
    };
    count(true).saturating_sub(count(false))
}

fn ranges(news: &PacketNews) -> impl Iterator<Item = Range<usize>> {
    news.carried.iter().filter_map(|carried| match carried {
        Carried::Stream { range, .. } => {
            Some(usize::try_from(range.start).unwrap()..usize::try_from(range.end).unwrap())
        }
        Carried::Datagram(_) | Carried::Symbol { .. } => None,
    })
}

/// Every packet is sent once and then acknowledged or lost once; what is sent again was lost before; all arrives.
/// Returns how many were lost.
fn check(news: &[PacketNews]) -> usize {
    let mut fates: BTreeMap<u64, Vec<Fate>> = BTreeMap::new();
    let mut sent_times = vec![0_u32; SIZE];
    let mut lost_times = vec![0_u32; SIZE];
    let mut arrived = vec![false; SIZE];
    for each in news {
        fates.entry(each.packet).or_default().push(each.fate);
        for byte in ranges(each).flatten() {
            match each.fate {
                Fate::Sent => {
                    assert!(
                        sent_times[byte] <= lost_times[byte],
                        "byte {byte} is sent again and was not lost"
                    );
                    sent_times[byte] += 1;
                }
                Fate::Lost => lost_times[byte] += 1,
                Fate::Acked => arrived[byte] = true,
            }
        }
    }
    let odd: Vec<_> = fates
        .iter()
        .filter(|(_, fates)| !matches!(fates[..], [Fate::Sent, Fate::Acked | Fate::Lost]))
        .collect();
    assert!(odd.is_empty(), "{} of {}: {odd:?}", odd.len(), fates.len());
    assert!(arrived.iter().all(|arrived| *arrived));
    let lost = |fates: &&Vec<Fate>| fates[1] == Fate::Lost;
    fates.values().filter(lost).count()
}

#[test]
fn every_packet_is_acknowledged_or_lost_and_only_lost_bytes_are_sent_again() {
    let (mut pair, hop) = linked(&options());
    hop.lose_one_in(15);
    send(&pair.dialer.link);
    let news = news_of(&mut pair.dialer, &mut pair.acceptor, |_| {});
    let lost = check(&news);
    assert!(lost > 40, "{lost} lost");
    let told = pair.dialer.link.stats().packets_lost;
    assert!(lost as u64 <= told, "{lost} lost, the engine says {told}");
    let totals = pair.dialer.link.carried();
    assert_eq!(totals.fresh_bytes, SIZE as u64);
    assert!(totals.repeated_bytes > 0);
    assert_eq!(totals.unread_packets, 0);
}

#[test]
fn packets_in_flight_while_the_peers_port_changes_have_fates_too() {
    let (mut pair, hop) = linked(&options());
    hop.lose_one_in(40);
    send(&pair.acceptor.link);
    let mut next = 300;
    let mut rebindings = 0;
    let news = news_of(&mut pair.acceptor, &mut pair.dialer, |told| {
        if told >= next && rebindings < 4 {
            next += 500;
            rebindings += 1;
            hop.rebind();
        }
    });
    assert_eq!(rebindings, 4);
    check(&news);
}
