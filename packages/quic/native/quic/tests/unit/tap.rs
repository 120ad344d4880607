//! What the tap counts and keeps.

use super::*;

fn stream(id: u64, range: Range<u64>) -> Carried {
    Carried::Stream {
        id,
        range,
        fin: false,
    }
}

/// A STREAM frame with offset, to the end of the packet; ids and offsets below 64.
fn packet(id: u8, offset: u8, bytes: usize) -> Vec<u8> {
    let mut payload = vec![0x0c, id, offset];
    payload.extend(vec![0; bytes]);
    payload
}

#[test]
fn bytes_sent_again_are_told_from_fresh_ones() {
    let tap = Tap::default();
    for (number, offset, bytes) in [(0, 0, 10), (1, 10, 10), (2, 5, 20), (3, 0, 3)] {
        tap.see(number, &packet(4, offset, bytes));
        tap.take_sent(number);
    }
    let totals = tap.totals();
    assert_eq!((totals.fresh_bytes, totals.repeated_bytes), (25, 18));
}

#[test]
fn a_packet_counts_once_it_was_sent_and_only_under_its_number() {
    let tap = Tap::default();
    tap.see(7, &packet(4, 0, 10));
    assert_eq!(tap.take_sent(6).0, vec![]);
    assert_eq!(tap.take_sent(7).0, vec![]);
    assert_eq!(tap.totals(), TapTotals::default());
    tap.see(8, &packet(4, 0, 10));
    assert_eq!(tap.take_sent(8), (vec![stream(4, 0..10)], 10));
    assert_eq!(tap.totals().fresh_bytes, 10);
}

#[test]
fn packets_that_cannot_be_read_are_counted() {
    let tap = Tap::default();
    tap.see(1, &[0x40, 0x52]);
    assert_eq!(tap.totals().unread_packets, 1);
}

#[test]
fn news_are_kept_up_to_the_capacity() {
    let tap = Tap::default();
    tap.tell(Fate::Sent, 0, &[stream(4, 0..1)]);
    assert_eq!(tap.take_news(), (vec![], 0));
    tap.keep_news(2);
    tap.tell(Fate::Sent, 0, &[]);
    for (fate, number) in [(Fate::Sent, 1), (Fate::Lost, 1), (Fate::Acked, 2)] {
        tap.tell(fate, number, &[stream(4, 0..1)]);
    }
    let (news, left_out) = tap.take_news();
    let fates: Vec<_> = news.iter().map(|each| (each.fate, each.packet)).collect();
    assert_eq!(fates, [(Fate::Lost, 1), (Fate::Acked, 2)]);
    assert_eq!(left_out, 1);
    assert_eq!(tap.take_news(), (vec![], 0));
}

#[test]
fn the_oldest_of_too_many_streams_is_forgotten() {
    let tap = Tap::default();
    let mut state = tap.lock();
    for id in 0..=MAX_STREAMS as u64 {
        state.count(&stream(id, 0..1));
    }
    drop(state);
    assert_eq!(tap.lock().heads.first_key_value(), Some((&1, &1)));
}

/// An ACK frame of one range, numbers below 64.
fn ack(smallest: u8, largest: u8) -> Vec<u8> {
    vec![0x02, largest, 0, 0, largest - smallest]
}

#[test]
fn a_lost_packet_that_is_acknowledged_is_told_once() {
    let tap = Tap::default();
    tap.hear(&ack(0, 20));
    for number in [3, 7, 30] {
        tap.expect_late_ack(number);
    }
    tap.hear(&ack(5, 9));
    tap.hear(&ack(5, 29));
    assert_eq!(tap.take_late_acks(), vec![7]);
    assert!(tap.take_late_acks().is_empty());
}

#[test]
fn lost_packets_are_waited_for_up_to_a_bound() {
    let tap = Tap::default();
    (0..=MAX_LOST as u64).for_each(|number| tap.expect_late_ack(number));
    assert_eq!(tap.lock().lost.len(), MAX_LOST);
    tap.hear(&ack(0, 1));
    assert_eq!(tap.take_late_acks(), vec![1]);
}
