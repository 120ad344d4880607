//! Stateless resets that outlive the process. A relay that was killed and started again is sent packets of links it does
//! not know; its reset ends them at the peer at once instead of after the idle time-out (RFC 9000 §10.3).

use std::sync::Arc;

use noq::EndpointConfig;
use noq_proto::HashedConnectionIdGenerator;
use ring::hmac;

/// Keys that are the same each time a relay starts with the same private key, and unknown to everyone else. Relays must
/// not share a private key: one could then be made to reset the links of the other (RFC 9000 §21.11).
#[derive(Clone)]
pub(crate) struct ResetKeys {
    tokens: Arc<hmac::Key>,
    /// Connection ids carry a check value; the engine answers only to ids that may have been its own.
    connection_ids: u64,
}

impl ResetKeys {
    /// Derives them from the private key of the relay's certificate.
    pub(crate) fn derive(private_key: &[u8]) -> Self {
        let secret = hmac::Key::new(hmac::HMAC_SHA256, private_key);
        let tokens = hmac::sign(&secret, b"longhaul stateless reset tokens");
        let ids = hmac::sign(&secret, b"longhaul connection ids");
        let connection_ids = ids
            .as_ref()
            .iter()
            .take(8)
            .fold(0, |all, byte| (all << 8) | u64::from(*byte));
        Self {
            tokens: Arc::new(hmac::Key::new(hmac::HMAC_SHA256, tokens.as_ref())),
            connection_ids,
        }
    }

    /// The configuration of a listener's endpoint.
    pub(crate) fn endpoint_config(&self) -> EndpointConfig {
        let mut config = EndpointConfig::new(self.tokens.clone());
        let key = self.connection_ids;
        config.cid_generator(Arc::new(move || {
            Box::new(HashedConnectionIdGenerator::from_key(key))
        }));
        config
    }
}
