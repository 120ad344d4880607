//! TLS sessions that show each packet's plaintext to the tap: just before it is encrypted, just after it was decrypted.
//!
//! The engine gives no other place where the stream bytes of a packet are known: it encrypts a packet and, if that asks
//! for an acknowledgement, calls the controller's `on_packet_sent` next, with the same number.

use std::{any::Any, sync::Arc};

use bytes::BytesMut;
use noq_proto::{
    ConnectError, ConnectionId, PathId, Side, TransportError,
    crypto::{
        ClientConfig, CryptoError, ExportKeyingMaterialError, HeaderKey, KeyPair, Keys, PacketKey,
        ServerConfig, Session, UnsupportedVersion,
    },
    transport_parameters::TransportParameters,
};

use super::Tap;

/// A dialler's TLS with a tap in the one session it starts.
pub(crate) struct TappedClient {
    pub(crate) inner: Arc<dyn ClientConfig>,
    pub(crate) tap: Arc<Tap>,
}

/// An acceptor's TLS with a tap in the one session it starts.
pub(crate) struct TappedServer {
    pub(crate) inner: Arc<dyn ServerConfig>,
    pub(crate) tap: Arc<Tap>,
}

impl ClientConfig for TappedClient {
    fn start_session(
        &self,
        version: u32,
        server_name: &str,
        params: &TransportParameters,
    ) -> Result<Box<dyn Session>, ConnectError> {
        let session = self.inner.start_session(version, server_name, params)?;
        Ok(TappedSession::boxed(session, &self.tap))
    }
}

impl ServerConfig for TappedServer {
    fn initial_keys(
        &self,
        version: u32,
        dst_cid: ConnectionId,
    ) -> Result<Keys, UnsupportedVersion> {
        self.inner.initial_keys(version, dst_cid)
    }

    fn retry_tag(&self, version: u32, orig_dst_cid: ConnectionId, packet: &[u8]) -> [u8; 16] {
        self.inner.retry_tag(version, orig_dst_cid, packet)
    }

    fn start_session(&self, version: u32, params: &TransportParameters) -> Box<dyn Session> {
        TappedSession::boxed(self.inner.start_session(version, params), &self.tap)
    }
}

struct TappedSession {
    inner: Box<dyn Session>,
    tap: Arc<Tap>,
    /// The keys of the handshake have been handed out: the next ones are those of the data (RFC 9001 §4.1.4).
    handshake_keys_made: bool,
}

impl TappedSession {
    fn boxed(inner: Box<dyn Session>, tap: &Arc<Tap>) -> Box<dyn Session> {
        Box::new(Self {
            inner,
            tap: tap.clone(),
            handshake_keys_made: false,
        })
    }

    fn wrap(&self, inner: Box<dyn PacketKey>) -> Box<dyn PacketKey> {
        Box::new(TappedKey {
            inner,
            tap: self.tap.clone(),
        })
    }

    fn wrap_pair(&self, keys: KeyPair<Box<dyn PacketKey>>) -> KeyPair<Box<dyn PacketKey>> {
        KeyPair {
            local: self.wrap(keys.local),
            remote: self.wrap(keys.remote),
        }
    }
}

impl Session for TappedSession {
    fn initial_keys(&self, dst_cid: ConnectionId, side: Side) -> Keys {
        self.inner.initial_keys(dst_cid, side)
    }

    fn handshake_data(&self) -> Option<Box<dyn Any>> {
        self.inner.handshake_data()
    }

    fn peer_identity(&self) -> Option<Box<dyn Any>> {
        self.inner.peer_identity()
    }

    fn early_crypto(&self) -> Option<(Box<dyn HeaderKey>, Box<dyn PacketKey>)> {
        let (header, packet) = self.inner.early_crypto()?;
        Some((header, self.wrap(packet)))
    }

    fn early_data_accepted(&self) -> Option<bool> {
        let accepted = self.inner.early_data_accepted();
        if accepted == Some(false) {
            // The engine asks once, to act on it at once.
            self.tap.reject_early_data();
        }
        accepted
    }

    fn is_handshaking(&self) -> bool {
        self.inner.is_handshaking()
    }

    fn read_handshake(&mut self, buf: &[u8]) -> Result<bool, TransportError> {
        self.inner.read_handshake(buf)
    }

    fn transport_parameters(&self) -> Result<Option<TransportParameters>, TransportError> {
        self.inner.transport_parameters()
    }

    fn write_handshake(&mut self, buf: &mut Vec<u8>) -> Option<Keys> {
        let mut keys = self.inner.write_handshake(buf)?;
        if std::mem::replace(&mut self.handshake_keys_made, true) {
            keys.packet = self.wrap_pair(keys.packet);
        }
        Some(keys)
    }

    fn next_1rtt_keys(&mut self) -> Option<KeyPair<Box<dyn PacketKey>>> {
        let keys = self.inner.next_1rtt_keys()?;
        Some(self.wrap_pair(keys))
    }

    fn is_valid_retry(&self, orig_dst_cid: ConnectionId, header: &[u8], payload: &[u8]) -> bool {
        let valid = self.inner.is_valid_retry(orig_dst_cid, header, payload);
        if valid {
            // The peer keeps nothing of what came before it: the engine sends early data again (RFC 9000 §17.2.5.3).
            self.tap.lose_early_data();
        }
        valid
    }

    fn export_keying_material(
        &self,
        output: &mut [u8],
        label: &[u8],
        context: &[u8],
    ) -> Result<(), ExportKeyingMaterialError> {
        self.inner.export_keying_material(output, label, context)
    }
}

struct TappedKey {
    inner: Box<dyn PacketKey>,
    tap: Arc<Tap>,
}

impl PacketKey for TappedKey {
    fn encrypt(&self, path_id: PathId, packet: u64, buf: &mut [u8], header_len: usize) {
        let end = buf.len().saturating_sub(self.inner.tag_len());
        if let Some(payload) = buf.get(header_len..end) {
            self.tap.see(packet, payload);
        }
        self.inner.encrypt(path_id, packet, buf, header_len);
    }

    fn decrypt(
        &self,
        path_id: PathId,
        packet: u64,
        header: &[u8],
        payload: &mut BytesMut,
    ) -> Result<(), CryptoError> {
        self.inner.decrypt(path_id, packet, header, payload)?;
        self.tap.hear(payload);
        Ok(())
    }

    fn tag_len(&self) -> usize {
        self.inner.tag_len()
    }

    fn confidentiality_limit(&self) -> u64 {
        self.inner.confidentiality_limit()
    }

    fn integrity_limit(&self) -> u64 {
        self.inner.integrity_limit()
    }
}
