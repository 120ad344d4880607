//! Runs the harness of `fuzz.rs` over random input and over mutations of valid input.

#![allow(clippy::unwrap_used)]

use proptest::{collection::vec, prelude::*};

use super::*;

fn valid() -> (Vec<u8>, Vec<u8>) {
    let signed = rcgen::generate_simple_self_signed(vec!["relay-1".to_owned()]).unwrap();
    let pem = [
        signed.cert.pem(),
        signed.signing_key.serialize_pem(),
        signed.cert.pem(),
    ];
    (signed.cert.der().to_vec(), pem.join("\0").into_bytes())
}

/// Bytes to change, and how.
fn changes() -> impl Strategy<Value = Vec<(prop::sample::Index, u8)>> {
    vec((any::<prop::sample::Index>(), any::<u8>()), 1..5)
}

fn changed(mut bytes: Vec<u8>, changes: &[(prop::sample::Index, u8)]) -> Vec<u8> {
    for (at, value) in changes {
        let at = at.index(bytes.len());
        bytes[at] = *value;
    }
    bytes
}

#[test]
fn valid_input_is_taken() {
    let (der, text) = valid();
    assert_eq!(
        relay_id(&CertificateDer::from(der)).as_deref(),
        Some("relay-1")
    );
    pem(&text);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_do_no_harm(data in vec(any::<u8>(), 0..2_000)) {
        certificate(&data);
        close(&data);
        stream(&data);
        symbol(&data);
    }

    #[test]
    fn mutated_certificates_do_no_harm(changes in changes(), length in any::<prop::sample::Index>()) {
        let (der, _) = FIXED.get_or_init(valid).clone();
        let bytes = changed(der, &changes);
        certificate(&bytes[..length.index(bytes.len()) + 1]);
        certificate(&bytes);
    }

    #[test]
    fn mutated_texts_do_no_harm(changes in changes()) {
        let (_, text) = FIXED.get_or_init(valid).clone();
        pem(&changed(text, &changes));
    }
}

static FIXED: std::sync::OnceLock<(Vec<u8>, Vec<u8>)> = std::sync::OnceLock::new();
