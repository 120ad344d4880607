//! Finding a token-bucket policer (Linux `tcp_bbr.c`, `bbr_lt_bw_sampling`): two stretches of heavy loss with the same
//! delivery rate are a policer, whose rate is then kept to for a while.

use std::time::Duration;

use crate::event::Ack;
use crate::flow::Flow;

/// Inputs: `on_ack`, `on_loss`. Output: `bound`.
#[derive(Debug, Clone)]
pub(super) struct Policer {
    sampling: bool,
    bound: Option<u64>,
    previous: u64,
    rounds: u64,
    began: Duration,
    delivered: u64,
    lost: u64,
    loss_seen: bool,
}

impl Policer {
    pub(super) fn new(now: Duration) -> Self {
        Self {
            sampling: false,
            bound: None,
            previous: 0,
            rounds: 0,
            began: now,
            delivered: 0,
            lost: 0,
            loss_seen: false,
        }
    }

    /// The policer's rate, bytes per second, while it is kept to.
    pub(super) fn bound(&self) -> Option<u64> {
        self.bound
    }

    pub(super) fn on_loss(&mut self) {
        self.loss_seen = true;
    }

    pub(super) fn on_ack(&mut self, flow: &Flow, ack: &Ack, round_start: bool, probing: bool) {
        let loss_seen = std::mem::take(&mut self.loss_seen);
        if self.bound.is_some() {
            if probing && round_start {
                self.rounds += 1;
                if self.rounds >= KEEP_ROUNDS {
                    *self = Self::new(ack.now);
                }
            }
            return;
        }
        if !self.sampling {
            // A sample begins with a loss, when the bucket has just run dry.
            if loss_seen {
                self.restart(flow, ack.now);
                self.sampling = true;
            }
            return;
        }
        if ack.newest.app_limited {
            self.sampling = false;
            return;
        }
        self.rounds += u64::from(round_start);
        if self.rounds < MIN_ROUNDS {
            return;
        }
        if self.rounds > 4 * MIN_ROUNDS {
            *self = Self::new(ack.now);
            return;
        }
        // It ends with one too.
        if loss_seen {
            self.judge(flow, ack.now);
        }
    }

    fn judge(&mut self, flow: &Flow, now: Duration) {
        let delivered = flow.delivered() - self.delivered;
        let lost = flow.lost() - self.lost;
        if delivered == 0 || (lost as f64) < delivered as f64 * LOSS_SHARE {
            return;
        }
        let seconds = now.saturating_sub(self.began).as_secs_f64();
        if seconds < 1e-3 {
            return;
        }
        let rate = (delivered as f64 / seconds) as u64;
        let apart = rate.abs_diff(self.previous);
        if self.previous > 0 && (apart <= self.previous / SAME_DIVISOR || apart <= SAME_RATE) {
            self.bound = Some((rate + self.previous) / 2);
            self.rounds = 0;
        } else {
            self.previous = rate;
            self.restart(flow, now);
        }
    }

    fn restart(&mut self, flow: &Flow, now: Duration) {
        self.began = now;
        self.delivered = flow.delivered();
        self.lost = flow.lost();
        self.rounds = 0;
    }
}

// Linux tcp_bbr.c: bbr_lt_intvl_min_rtts, bbr_lt_loss_thresh (50/256), bbr_lt_bw_ratio, bbr_lt_bw_diff, bbr_lt_bw_max_rtts.
const MIN_ROUNDS: u64 = 4;
const LOSS_SHARE: f64 = 50.0 / 256.0;
const SAME_DIVISOR: u64 = 8;
const SAME_RATE: u64 = 500;
const KEEP_ROUNDS: u64 = 48;
