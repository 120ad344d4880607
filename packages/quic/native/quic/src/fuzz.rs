//! What this crate parses itself, as functions of bytes: cargo-fuzz (`packages/quic/native/fuzz`) and the property tests
//! call them. Each panics when something does not hold. QUIC and TLS are the engine's to parse and to fuzz.

use bytes::Bytes;
use noq::{ApplicationClose, ConnectionError, VarInt};
use rustls::pki_types::CertificateDer;

use crate::{
    close::{CloseReport, Closer},
    identity::{Identity, Pem},
    reassembly::Reassembly,
    verify::{plain, relay_id},
};

/// A peer's certificate in DER: a relay id that comes out is a name.
pub fn certificate(data: &[u8]) {
    if let Some(name) = relay_id(&CertificateDer::from(data)) {
        assert!(!name.is_empty() && name.is_ascii(), "the relay id {name:?}");
    }
}

/// PEM texts of an operator: refused or taken, and one that is taken has a name.
pub fn pem(data: &[u8]) {
    let part = |index: usize| data.split(|byte| *byte == 0).nth(index).unwrap_or(data);
    let identity = Identity::new(Pem {
        certificate: part(0),
        key: part(1),
        authorities: part(2),
    });
    if let Ok(identity) = identity {
        assert!(!identity.name().is_empty());
    }
}

/// A peer's close: eight bytes of code, then the reason. Its word is told as it came, whatever it holds.
pub fn close(data: &[u8]) {
    let (head, reason) = data.split_at(data.len().min(8));
    let code = head
        .iter()
        .fold(0, |code, byte| code << 8 | u64::from(*byte));
    let Ok(error_code) = VarInt::from_u64(code & (u64::MAX >> 2)) else {
        return;
    };
    let error = ConnectionError::ApplicationClosed(ApplicationClose {
        error_code,
        reason: Bytes::copy_from_slice(reason),
    });
    let report = CloseReport::from_engine(&error, "relay \"peer\"");
    match u32::try_from(error_code.into_inner()) {
        Ok(code) => {
            assert_eq!((report.by, report.code), (Closer::Peer, code));
            assert_eq!(report.reason, String::from_utf8_lossy(reason));
        }
        Err(_) => assert!(report.error.is_some() && report.by == Closer::Transport),
    }
    let text = String::from_utf8_lossy(reason);
    assert!(text.contains(plain(&text)));
}

/// A stream cut and mixed as `data` says: each byte comes out once and in order.
pub fn stream(data: &[u8]) {
    let mut pieces = Vec::new();
    let mut at = 0;
    while at < data.len() {
        let end = data.len().min(at + 1 + usize::from(data[at] & 0x1f));
        pieces.push((at as u64, Bytes::copy_from_slice(&data[at..end])));
        at = end;
    }
    let count = pieces.len();
    for (index, byte) in data.iter().enumerate().take(count) {
        pieces.swap(index, (index + usize::from(byte >> 3)) % count);
    }
    let mut reassembly = Reassembly::default();
    let mut whole = Vec::new();
    for (offset, bytes) in pieces {
        reassembly.insert(offset, bytes);
        while let Some((offset, bytes)) = reassembly.pop() {
            assert_eq!(offset, whole.len() as u64);
            whole.extend_from_slice(&bytes);
        }
    }
    assert_eq!(whole, data);
    assert_eq!(reassembly.waiting(), 0);
}

/// Repair symbols as `data` cuts them (a byte of length before each): what is restored stays within its bounds.
pub fn symbol(data: &[u8]) {
    let mut receiver = longhaul_repair::Receiver::default();
    let mut rest = data;
    while let Some((length, tail)) = rest.split_first() {
        let (body, next) = tail.split_at(usize::from(*length).min(tail.len()));
        let datagram = [&longhaul_repair::SYMBOL[..], body].concat();
        for piece in receiver.on_symbol(std::time::Duration::ZERO, &datagram) {
            assert!(piece.bytes.len() <= longhaul_repair::MAX_SYMBOL_BYTES);
            let end = piece.offset + piece.bytes.len() as u64;
            assert!(piece.final_size.is_none_or(|size| end <= size));
        }
        rest = next;
    }
}

#[cfg(test)]
#[path = "../tests/unit/fuzz.rs"]
mod tests;
