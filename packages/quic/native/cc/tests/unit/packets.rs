//! Tests of `packets.rs`.

use super::*;

fn packet(number: u64, sent_ms: u64) -> Packet {
    Packet {
        number,
        bytes: 1_000,
        sent_at: Duration::from_millis(sent_ms),
        delivered: 0,
        delivered_at: Duration::ZERO,
        first_sent_at: Duration::ZERO,
        lost: 0,
        in_flight: 1_000,
        app_limited: false,
    }
}

fn acked(outcome: Option<Acked>) -> Option<u64> {
    match outcome {
        Some(Acked::InTime(packet)) => Some(packet.sent_at.as_millis() as u64),
        _ => None,
    }
}

#[test]
fn equal_numbers_of_three_spaces_are_told_apart_by_time() {
    let mut packets = Packets::default();
    for (number, sent) in [(0, 1), (1, 2), (0, 3), (1, 4), (0, 5), (1, 6), (2, 7)] {
        packets.insert(packet(number, sent));
    }
    assert_eq!(packets.in_flight(), 7_000);
    assert_eq!(
        acked(packets.acknowledge(0, Some(Duration::from_millis(3)))),
        Some(3)
    );
    assert_eq!(
        acked(packets.acknowledge(0, Some(Duration::from_millis(5)))),
        Some(5)
    );
    assert_eq!(packets.acknowledge(0, Some(Duration::from_millis(5))), None);
    assert_eq!(
        packets.lose(1).map(|packet| packet.sent_at.as_millis()),
        Some(2)
    );
    assert_eq!(
        packets.lose(1).map(|packet| packet.sent_at.as_millis()),
        Some(4)
    );
    assert_eq!(packets.in_flight(), 3_000);
}

#[test]
fn a_packet_acknowledged_after_it_was_lost_is_spurious_and_counted_once() {
    let mut packets = Packets::default();
    packets.insert(packet(0, 1));
    assert!(packets.lose(0).is_some());
    assert_eq!(packets.in_flight(), 0);
    assert!(matches!(
        packets.acknowledge(0, None),
        Some(Acked::AfterLoss(_))
    ));
    assert_eq!(packets.acknowledge(0, None), None);
    assert_eq!(packets.lose(0), None);
    assert_eq!(packets.in_flight(), 0);
}

#[test]
fn packets_of_a_discarded_space_are_forgotten_by_age() {
    let mut packets = Packets::default();
    packets.insert(packet(0, 1));
    packets.insert(packet(0, 900));
    packets.forget(Duration::from_millis(500));
    assert_eq!(packets.in_flight(), 1_000);
    assert_eq!(acked(packets.acknowledge(0, None)), Some(900));
}

#[test]
fn more_spaces_than_there_are_push_out_the_oldest() {
    let mut packets = Packets::default();
    for sent in 0..10 {
        packets.insert(packet(0, sent));
    }
    assert_eq!(packets.in_flight(), 4_000);
}
