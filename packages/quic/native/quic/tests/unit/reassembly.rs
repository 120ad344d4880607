//! Tests of `reassembly.rs`.

use super::*;

fn pop_all(reassembly: &mut Reassembly) -> Vec<u8> {
    let mut all = Vec::new();
    while let Some((offset, bytes)) = reassembly.pop() {
        assert!(offset + bytes.len() as u64 <= reassembly.next());
        all.extend_from_slice(&bytes);
    }
    all
}

#[test]
fn pieces_come_out_in_order() {
    let mut reassembly = Reassembly::default();
    reassembly.insert(3, Bytes::from_static(b"def"));
    reassembly.insert(8, Bytes::from_static(b"i"));
    assert_eq!(pop_all(&mut reassembly), b"");
    assert_eq!(reassembly.waiting(), 4);
    reassembly.insert(0, Bytes::from_static(b"abc"));
    assert_eq!(pop_all(&mut reassembly), b"abcdef");
    reassembly.insert(6, Bytes::from_static(b"gh"));
    assert_eq!(pop_all(&mut reassembly), b"ghi");
    assert_eq!((reassembly.waiting(), reassembly.next()), (0, 9));
}
