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
        tap.take_sent(number, 1_200);
    }
    let totals = tap.totals();
    assert_eq!((totals.fresh_bytes, totals.repeated_bytes), (25, 18));
}

#[test]
fn a_packet_counts_once_it_was_sent_and_only_under_its_number() {
    let tap = Tap::default();
    tap.see(7, &packet(4, 0, 10));
    assert_eq!(tap.take_sent(6, 100), 0);
    assert_eq!(tap.take_sent(7, 100), 0);
    assert_eq!(tap.totals(), TapTotals::default());
    tap.see(8, &packet(4, 0, 10));
    assert_eq!(tap.take_sent(8, 100), 10);
    assert_eq!(tap.totals().fresh_bytes, 10);
}

#[test]
fn packets_that_cannot_be_read_are_counted() {
    let tap = Tap::default();
    tap.see(1, &[0x40, 0x52]);
    assert_eq!(tap.totals().unread_packets, 1);
}

/// The packet `number` with ten bytes of a stream leaves, all of it 100 bytes.
fn leave(tap: &Tap, number: u64) {
    tap.see(number, &packet(4, 0, 10));
    tap.take_sent(number, 100);
}

/// Fates and packets of the news.
fn fates(tap: &Tap) -> Vec<(Fate, u64)> {
    let (news, _) = tap.take_news();
    news.iter().map(|each| (each.fate, each.packet)).collect()
}

#[test]
fn news_are_kept_up_to_the_capacity() {
    let tap = Tap::default();
    leave(&tap, 0);
    tap.settle(Fate::Acked, 0, 100);
    assert_eq!(tap.take_news(), (vec![], 0));
    tap.keep_news(2);
    tap.take_sent(1, 100);
    leave(&tap, 2);
    leave(&tap, 3);
    tap.settle(Fate::Lost, 2, 100);
    let (news, left_out) = tap.take_news();
    let fates: Vec<_> = news.iter().map(|each| (each.fate, each.packet)).collect();
    assert_eq!(fates, [(Fate::Sent, 3), (Fate::Lost, 2)]);
    assert_eq!(left_out, 1);
    assert_eq!(tap.take_news(), (vec![], 0));
}

#[test]
fn a_packet_has_one_fate_and_not_that_of_another_space() {
    let tap = Tap::default();
    tap.keep_news(9);
    leave(&tap, 1);
    tap.settle(Fate::Lost, 1, 1_200);
    tap.settle(Fate::Acked, 1, 100);
    tap.settle(Fate::Lost, 1, 100);
    assert_eq!(fates(&tap), [(Fate::Sent, 0), (Fate::Acked, 0)]);
}

#[test]
fn packets_of_a_path_that_was_left_are_acknowledged_by_what_is_heard() {
    let tap = Tap::default();
    tap.keep_news(9);
    (0..3).for_each(|number| leave(&tap, number));
    tap.settle(Fate::Acked, 0, 100);
    tap.expect_all_acks();
    leave(&tap, 3);
    tap.hear(&ack(0, 1));
    tap.settle(Fate::Lost, 2, 100);
    tap.hear(&ack(0, 3));
    tap.settle(Fate::Acked, 3, 100);
    let settled: Vec<_> = fates(&tap)
        .into_iter()
        .filter(|(fate, _)| *fate != Fate::Sent)
        .collect();
    let acked = |packet| (Fate::Acked, packet);
    assert_eq!(settled, [acked(0), acked(1), (Fate::Lost, 2), acked(3)]);
    assert_eq!(tap.take_late_acks(), [0, 1, 2]);
}

#[test]
fn rejected_early_data_is_lost_and_fresh_again() {
    let tap = Tap::default();
    tap.keep_news(9);
    leave(&tap, 0);
    tap.reject_early_data();
    leave(&tap, 1);
    let early = [(Fate::Sent, 0), (Fate::Lost, 0), (Fate::Sent, 1)];
    assert_eq!(fates(&tap), early);
    let totals = tap.totals();
    assert_eq!((totals.fresh_bytes, totals.repeated_bytes), (20, 0));
}

#[test]
fn early_data_before_a_retry_is_lost_and_repeated() {
    let tap = Tap::default();
    tap.keep_news(9);
    leave(&tap, 0);
    tap.lose_early_data();
    leave(&tap, 1);
    assert_eq!(fates(&tap)[1], (Fate::Lost, 0));
    assert_eq!(tap.totals().repeated_bytes, 10);
}

#[test]
fn packets_without_a_fate_are_remembered_up_to_a_bound() {
    let tap = Tap::default();
    tap.keep_news(1);
    (0..=MAX_RECORDS as u64).for_each(|number| leave(&tap, number));
    let first = tap
        .lock()
        .records
        .first_key_value()
        .map(|(&first, _)| first);
    assert_eq!((tap.lock().records.len(), first), (MAX_RECORDS, Some(1)));
    tap.keep_news(0);
    assert!(tap.lock().records.is_empty());
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
    leave(&tap, 30);
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
fn numbers_that_only_the_handshake_has_had_are_not_listened_for() {
    let tap = Tap::default();
    leave(&tap, 0);
    tap.expect_late_ack(1);
    leave(&tap, 1);
    tap.hear(&ack(0, 1));
    assert!(tap.take_late_acks().is_empty());
}

#[test]
fn lost_packets_are_waited_for_up_to_a_bound() {
    let tap = Tap::default();
    leave(&tap, MAX_UNTOLD as u64);
    (0..=MAX_UNTOLD as u64).for_each(|number| tap.expect_late_ack(number));
    assert_eq!(tap.lock().untold.len(), MAX_UNTOLD);
    tap.hear(&ack(0, 1));
    assert_eq!(tap.take_late_acks(), vec![1]);
}

#[test]
fn one_stream_in_so_many_is_followed_by_the_name_of_its_owner() {
    let tap = Tap::default();
    tap.name_stream(4, 8);
    leave(&tap, 0);
    assert_eq!(tap.take_followed(), (vec![], 0));
    tap.follow(2);
    leave(&tap, 1);
    tap.settle(Fate::Lost, 1, 100);
    leave(&tap, 2);
    tap.settle(Fate::Acked, 2, 100);
    let (news, left_out) = tap.take_followed();
    let told: Vec<_> = news
        .iter()
        .map(|each| (each.fate, each.packet, each.stream, each.range.clone()))
        .collect();
    let all = [
        (Fate::Sent, 1, 8, 0..10),
        (Fate::Lost, 1, 8, 0..10),
        (Fate::Sent, 2, 8, 0..10),
        (Fate::Acked, 2, 8, 0..10),
    ];
    assert_eq!(told, all);
    assert_eq!(left_out, 0);
    assert!(news.is_sorted_by_key(|each| each.at));
    tap.follow(3);
    leave(&tap, 3);
    assert_eq!(tap.take_followed(), (vec![], 0), "stream 8 is the fourth");
    tap.follow(0);
    leave(&tap, 4);
    assert_eq!(tap.take_followed(), (vec![], 0));
}

#[test]
fn news_of_streams_and_their_names_are_bounded() {
    let tap = Tap::default();
    tap.name_stream(4, 8);
    tap.follow(1);
    (0..20_000).for_each(|number| leave(&tap, number));
    let (news, left_out) = tap.take_followed();
    assert_eq!((news.len(), left_out), (16_384, 20_000 - 16_384));
    (5..=MAX_STREAMS as u64 + 5).for_each(|engine| tap.name_stream(engine, engine * 2));
    leave(&tap, 20_000);
    assert_eq!(tap.take_followed(), (vec![], 0), "its name is forgotten");
}
