//! Packets built byte by byte, read back.

#![allow(clippy::unwrap_used)]

use octets::OctetsMut;

use super::*;

fn seen(payload: &[u8]) -> (Vec<Carried>, bool) {
    let mut carried = Vec::new();
    let whole = walk(payload, |frame| carried.push(frame));
    (carried, whole)
}

fn varints(values: &[u64]) -> Vec<u8> {
    let mut buffer = [0; 256];
    let mut octets = OctetsMut::with_slice(&mut buffer);
    for value in values {
        octets.put_varint(*value).unwrap();
    }
    let length = octets.off();
    buffer[..length].to_vec()
}

fn stream(id: u64, range: Range<u64>, fin: bool) -> Carried {
    Carried::Stream { id, range, fin }
}

#[test]
fn stream_frames_tell_id_offsets_and_end() {
    // Offset and length, length only, and to the end of the packet with the end of the stream.
    let mut payload = varints(&[0x0e, 4, 70_000, 3]);
    payload.extend(b"abc");
    payload.extend(varints(&[0x0a, 8, 2]));
    payload.extend(b"de");
    payload.extend(varints(&[0x0d, 12, 5]));
    payload.extend(b"fghi");
    let expected = vec![
        stream(4, 70_000..70_003, false),
        stream(8, 0..2, false),
        stream(12, 5..9, true),
    ];
    assert_eq!(seen(&payload), (expected, true));
}

#[test]
fn datagrams_tell_their_size() {
    let mut payload = varints(&[0x31, 2]);
    payload.extend(b"ab");
    payload.extend(varints(&[0x30]));
    payload.extend(b"cde");
    let expected = vec![Carried::Datagram(2), Carried::Datagram(3)];
    assert_eq!(seen(&payload), (expected, true));
}

#[test]
fn every_other_frame_is_stepped_over() {
    let with_bytes = |head: &[u64], count: usize| {
        let mut bytes = varints(head);
        bytes.extend(vec![0xff; count]);
        bytes
    };
    let others = [
        varints(&[0x00, 0x00, 0x01, 0x1e, 0x1f]),
        varints(&[0x02, 100, 8, 2, 1, 0, 3, 1, 2]),
        varints(&[0x03, 100, 8, 0, 1, 9, 9, 9]),
        varints(&[0x3e, 1, 100, 8, 1, 1, 2, 3]),
        varints(&[0x3f, 1, 100, 8, 0, 1, 9, 9, 9]),
        varints(&[0x04, 1, 2, 3]),
        varints(&[0x05, 1, 2]),
        with_bytes(&[0x06, 0, 5], 5),
        with_bytes(&[0x07, 4], 4),
        varints(&[0x10, 1, 0x11, 1, 2, 0x12, 1, 0x13, 1, 0x14, 1]),
        varints(&[0x15, 1, 2, 0x16, 1, 0x17, 1, 0x19, 1]),
        with_bytes(&[0x18, 1, 0, 8], 24),
        with_bytes(&[0x3e78, 1, 1, 0, 8], 24),
        with_bytes(&[0x1a], 8),
        with_bytes(&[0x1b], 8),
        with_bytes(&[0x1c, 1, 6, 3], 3),
        with_bytes(&[0x1d, 1, 3], 3),
        varints(&[0xaf, 1, 2, 3, 4]),
        varints(&[0x3e75, 1, 2, 0x3e76, 1, 2, 0x3e77, 1, 2, 0x3e79, 1, 2]),
        varints(&[0x3e7a, 1, 0x3e7b, 1, 0x3e7c, 1, 2]),
    ];
    for other in others {
        let mut payload = other.clone();
        payload.extend(varints(&[0x0a, 4, 1]));
        payload.extend(b"x");
        let expected = (vec![stream(4, 0..1, false)], true);
        assert_eq!(seen(&payload), expected, "after {other:02x?}");
    }
}

#[test]
fn a_frame_of_unknown_type_ends_the_walk() {
    let mut payload = varints(&[0x0a, 4, 1]);
    payload.extend(b"x");
    payload.extend(varints(&[0x3d7f90, 1]));
    assert_eq!(seen(&payload), (vec![stream(4, 0..1, false)], false));
}

#[test]
fn a_truncated_packet_ends_the_walk_at_every_length() {
    let ack = varints(&[0x02, 100, 8, 1, 1, 2, 3]);
    let mut payload = ack.clone();
    payload.extend(varints(&[0x0e, 4, 70_000, 3]));
    payload.extend(b"abc");
    for length in 1..payload.len() {
        let (carried, whole) = seen(&payload[..length]);
        assert_eq!(carried, vec![], "{length} bytes");
        assert_eq!(whole, length == ack.len(), "{length} bytes");
    }
}

fn ranges(payload: &[u8]) -> Vec<RangeInclusive<u64>> {
    let mut found = Vec::new();
    acknowledged(payload, |range| found.push(range));
    found
}

#[test]
fn acknowledged_ranges_are_read_with_their_gaps() {
    // 90..=100, then a gap of 3 and a run of 1, then a gap of 1 and a run of 6.
    let mut payload = varints(&[0x01, 0x03, 100, 8, 2, 10, 2, 0, 0, 5, 1, 2, 3]);
    payload.extend(varints(&[0x02, 3, 0, 0, 3]));
    assert_eq!(ranges(&payload), [90..=100, 86..=86, 79..=84, 0..=3]);
}

#[test]
fn ranges_below_zero_end_the_walk() {
    assert!(ranges(&varints(&[0x02, 3, 0, 0, 4])).is_empty());
    assert_eq!(ranges(&varints(&[0x02, 3, 0, 1, 2, 0, 0])), [1..=3]);
    assert_eq!(ranges(&varints(&[0x02, 9, 0, 1, 2, 3, 3])), [7..=9]);
}
