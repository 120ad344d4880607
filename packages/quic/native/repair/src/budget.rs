//! How many bytes may be spent on repair: a share of what the streams send.

/// A token bucket that fresh stream bytes fill.
#[derive(Debug)]
pub(crate) struct Budget {
    tokens: f64,
}

impl Default for Budget {
    fn default() -> Self {
        Self { tokens: FIRST }
    }
}

impl Budget {
    /// The streams have sent `bytes` for the first time, of which `share` may go into repair.
    pub(crate) fn earn(&mut self, bytes: u64, share: f64) {
        self.tokens = (self.tokens + bytes as f64 * share).min(DEPTH);
    }

    /// Takes `bytes` if they are there and `reserve` besides.
    pub(crate) fn spend(&mut self, bytes: usize, reserve: f64) -> bool {
        let bytes = bytes as f64;
        if self.tokens < bytes + reserve {
            return false;
        }
        self.tokens -= bytes;
        true
    }
}

/// What a link may spend before it has earned: the loss of its first packets costs most.
const FIRST: f64 = 16_384.0;

/// What can be saved up, bytes: some bursts' worth.
const DEPTH: f64 = 65_536.0;
