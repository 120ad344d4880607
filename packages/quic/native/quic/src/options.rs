//! What can be chosen per dial or listener, and the engine's transport parameters made of it.

use std::{path::PathBuf, sync::Arc, time::Duration};

use longhaul_cc::{Kind, Params, Saved};
use noq::{AckFrequencyConfig, IdleTimeout, QlogFileFactory, TransportConfig, VarInt};

use crate::{
    controller::{ControllerHandle, LinkControllerFactory},
    repair::RepairSettings,
};

/// Who decides how fast a link sends, at its beginning.
#[derive(Debug, Clone, PartialEq)]
pub struct ControllerChoice {
    /// The algorithm.
    pub kind: Kind,
    /// Its knobs.
    pub params: Params,
    /// What an earlier link to the same peer learned.
    pub saved: Option<Saved>,
}

impl ControllerChoice {
    /// `kind` with its own defaults, knowing nothing of the path.
    pub fn of(kind: Kind) -> Self {
        Self {
            kind,
            params: Params::of(kind),
            saved: None,
        }
    }
}

/// Limits and choices of one link. Sizes in bytes; the defaults are TypeScript's (`src/options.ts`).
#[derive(Debug, Clone)]
pub struct LinkOptions {
    /// The connection is lost after so long without a packet.
    pub idle_timeout: Duration,
    /// A packet at least this often, so that address translators keep the path. `None`: never for its own sake.
    pub keep_alive: Option<Duration>,
    /// Received and not yet read, per stream. Also bounds what this crate holds for a stream.
    pub stream_window: u32,
    /// The same over all streams.
    pub connection_window: u32,
    /// Written and not yet taken by the engine, per stream.
    pub send_buffer: u32,
    /// Unidirectional streams that the peer may have open at a time.
    pub max_concurrent_uni: u32,
    /// Bidirectional streams that the peer may have open at a time.
    pub max_concurrent_bidi: u32,
    /// Datagrams received and not yet taken, and those waiting to be sent.
    pub datagram_queue: usize,
    /// UDP socket buffers to ask the system for.
    pub socket_buffer: usize,
    /// A qlog file per connection goes here.
    pub qlog_directory: Option<PathBuf>,
    /// Round trip to assume before the first sample.
    pub initial_rtt: Option<Duration>,
    /// Who decides how fast to send.
    pub controller: ControllerChoice,
    /// What may be spent on repair.
    pub repair: RepairSettings,
    /// Ask the peer for prompt feedback about the last packets before a pause.
    pub tail_care: bool,
}

impl LinkOptions {
    /// The engine's configuration for one connection, its controllers wired to `controller`.
    pub(crate) fn transport(&self, controller: &ControllerHandle, side: &str) -> TransportConfig {
        let mut config = TransportConfig::default();
        let idle = u32::try_from(self.idle_timeout.as_millis()).unwrap_or(u32::MAX);
        config
            .max_idle_timeout(Some(IdleTimeout::from(VarInt::from_u32(idle))))
            .keep_alive_interval(self.keep_alive)
            .stream_receive_window(VarInt::from_u32(self.stream_window))
            .receive_window(VarInt::from_u32(self.connection_window))
            .send_window(INITIAL_SEND_WINDOW)
            .max_concurrent_uni_streams(VarInt::from_u32(self.max_concurrent_uni))
            .max_concurrent_bidi_streams(VarInt::from_u32(self.max_concurrent_bidi))
            .datagram_receive_buffer_size(Some(self.datagram_queue))
            .datagram_send_buffer_size(ENGINE_DATAGRAM_BUFFER)
            .congestion_controller_factory(Arc::new(LinkControllerFactory::new(
                controller.clone(),
            )));
        let params = &self.controller.params;
        config
            .packet_threshold(u32::try_from(params.packet_threshold).unwrap_or(u32::MAX))
            .time_threshold(params.time_threshold as f32)
            .ack_frequency_config(ack_frequency(params));
        if let Some(rtt) = self.assumed_rtt() {
            config.initial_rtt(rtt);
        }
        if let Some(directory) = &self.qlog_directory {
            let factory = QlogFileFactory::new(directory.clone()).with_prefix(side);
            config.qlog_factory(Arc::new(factory));
        }
        config
    }

    /// What to take the round trip for before the first sample: what was chosen, else what the path took before. A lost
    /// first packet is sent again after three times as long. `None`: as the engine does, 333 ms.
    fn assumed_rtt(&self) -> Option<Duration> {
        let ControllerChoice { params, saved, .. } = &self.controller;
        let known = saved.map(|saved| saved.min_rtt.clamp(LEAST_ASSUMED_RTT, MOST_ASSUMED_RTT));
        self.initial_rtt.or_else(|| chosen_rtt(params)).or(known)
    }
}

/// A busy peer takes milliseconds for its part of a handshake.
const LEAST_ASSUMED_RTT: Duration = Duration::from_millis(30);

/// RFC 9002 §6.2.2.
const MOST_ASSUMED_RTT: Duration = Duration::from_millis(333);

/// What the peer is asked, where anything was chosen: unasked it does as RFC 9000 §13.2 says.
fn ack_frequency(params: &Params) -> Option<AckFrequencyConfig> {
    let asks = |name: &str| ["ack_eliciting_threshold", "max_ack_delay"].contains(&name);
    params.explicit().find(|(name, _)| asks(name))?;
    let count = |packets: u64| VarInt::from_u32(u32::try_from(packets).unwrap_or(u32::MAX));
    let mut config = AckFrequencyConfig::default();
    // Both count the packets before the one that brings the acknowledgement (draft-ietf-quic-ack-frequency §4).
    config
        .ack_eliciting_threshold(count(params.ack_eliciting_threshold.saturating_sub(1)))
        .reordering_threshold(count(params.packet_threshold.saturating_sub(1)))
        .max_ack_delay(Some(params.max_ack_delay));
    Some(config)
}

fn chosen_rtt(params: &Params) -> Option<Duration> {
    let chosen = params.explicit().any(|(name, _)| name == "initial_rtt");
    chosen.then_some(params.initial_rtt)
}

/// What the engine takes before the first round trip; later twice the congestion window, see `sender.rs`.
pub(crate) const INITIAL_SEND_WINDOW: u64 = 64 * 1024;

/// The engine drops the oldest when this is full, so it is kept short and our own queue waits for room in it.
pub(crate) const ENGINE_DATAGRAM_BUFFER: usize = 64 * 1024;

#[cfg(test)]
#[path = "../tests/unit/options.rs"]
mod tests;
