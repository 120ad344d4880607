//! How many handshakes run at a time, in all and from one source, and when a peer has to prove its address first.

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv6Addr, SocketAddr},
    sync::{Arc, Mutex},
};

use crate::shared::lock;

/// Bounds of the handshakes under way at one listener.
#[derive(Debug, Clone, Copy)]
pub struct HandshakeLimits {
    /// In all; further ones are refused.
    pub most: usize,
    /// From one IPv4 address or IPv6 /64 that has proven to be where it says (RFC 9000 §8.1); further ones are refused.
    pub most_per_source: usize,
    /// With so many under way, a peer is made to prove its address first (Retry, RFC 9000 §8.1.2).
    pub retry_from: usize,
}

impl Default for HandshakeLimits {
    fn default() -> Self {
        Self {
            most: 1_024,
            most_per_source: 64,
            retry_from: 100,
        }
    }
}

/// What became of handshakes since the listener began, and how many run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct HandshakeCounts {
    /// Under way now.
    pub running: usize,
    /// Told to prove their address.
    pub retried: u64,
    /// Turned away because too many ran.
    pub refused: u64,
}

/// What to do with a peer that wants a handshake.
#[derive(Debug)]
pub(crate) enum Admission {
    /// It may go on until the permit is dropped.
    Enter(Permit),
    /// It has to prove its address.
    Retry,
    /// Too many run.
    Refuse,
}

/// The handshakes under way at one listener.
#[derive(Debug)]
pub(crate) struct Handshakes {
    limits: HandshakeLimits,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    counts: HandshakeCounts,
    sources: HashMap<IpAddr, Source>,
}

#[derive(Debug, Default, Clone, Copy)]
struct Source {
    running: usize,
    /// Those of `running` that have proven their address.
    proven: usize,
}

impl Handshakes {
    pub(crate) fn new(limits: HandshakeLimits) -> Arc<Self> {
        Arc::new(Self {
            limits,
            state: Mutex::default(),
        })
    }

    pub(crate) fn counts(&self) -> HandshakeCounts {
        lock(&self.state).counts
    }

    /// Decides on one. `proven`: it has shown that it receives at its address.
    pub(crate) fn admit(self: &Arc<Self>, address: SocketAddr, proven: bool) -> Admission {
        let source = source_of(address.ip());
        let limits = &self.limits;
        let mut state = lock(&self.state);
        let of_source = state.sources.get(&source).copied().unwrap_or_default();
        if state.counts.running >= limits.most {
            state.counts.refused += 1;
            return Admission::Refuse;
        }
        // Who invents addresses fills nobody's share: only proven ones are refused for their source's sake.
        let crowded = state.counts.running >= limits.retry_from
            || of_source.running >= limits.most_per_source;
        if crowded && !proven {
            state.counts.retried += 1;
            return Admission::Retry;
        }
        if proven && of_source.proven >= limits.most_per_source {
            state.counts.refused += 1;
            return Admission::Refuse;
        }
        state.counts.running += 1;
        let entry = state.sources.entry(source).or_default();
        entry.running += 1;
        entry.proven += usize::from(proven);
        Admission::Enter(Permit {
            handshakes: self.clone(),
            source,
            proven,
        })
    }
}

/// One handshake under way; dropping it ends it.
#[derive(Debug)]
pub(crate) struct Permit {
    handshakes: Arc<Handshakes>,
    source: IpAddr,
    proven: bool,
}

impl Drop for Permit {
    fn drop(&mut self) {
        let mut state = lock(&self.handshakes.state);
        state.counts.running -= 1;
        let Some(source) = state.sources.get_mut(&self.source) else {
            return;
        };
        source.running -= 1;
        source.proven -= usize::from(self.proven);
        if source.running == 0 {
            state.sources.remove(&self.source);
        }
    }
}

/// Whom an address counts for: a host has a whole IPv6 /64 to itself.
fn source_of(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
    }
}

#[cfg(test)]
#[path = "../tests/unit/handshakes.rs"]
mod tests;
