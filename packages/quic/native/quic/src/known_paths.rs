//! What links of before learned of the paths to peers that dial us, by the peers' addresses: who dials is not known before
//! the handshake is over, and by then the first flight has left.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::Mutex,
    time::{Duration, Instant},
};

use longhaul_cc::Saved;

use crate::shared::lock;

/// Of one listener.
#[derive(Debug, Default)]
pub(crate) struct KnownPaths {
    by_address: Mutex<HashMap<IpAddr, Known>>,
}

#[derive(Debug, Clone, Copy)]
struct Known {
    saved: Saved,
    until: Instant,
}

impl KnownPaths {
    /// The next link from `address` begins with `saved`, if it comes within `lifetime`.
    pub(crate) fn remember(&self, address: IpAddr, saved: Saved, lifetime: Duration, now: Instant) {
        let mut known = lock(&self.by_address);
        if known.len() >= MAX_ADDRESSES {
            known.retain(|_, path| path.until > now);
        }
        if known.len() >= MAX_ADDRESSES
            && let Some(soonest) = known.iter().min_by_key(|(_, path)| path.until)
        {
            let address = *soonest.0;
            known.remove(&address);
        }
        let until = now + lifetime;
        known.insert(address.to_canonical(), Known { saved, until });
    }

    pub(crate) fn recall(&self, address: IpAddr, now: Instant) -> Option<Saved> {
        let known = lock(&self.by_address);
        let path = known.get(&address.to_canonical())?;
        (path.until > now).then_some(path.saved)
    }
}

/// More relays than dial one; those that are forgotten first go first.
const MAX_ADDRESSES: usize = 1_024;

#[cfg(test)]
#[path = "../tests/unit/known_paths.rs"]
mod tests;
