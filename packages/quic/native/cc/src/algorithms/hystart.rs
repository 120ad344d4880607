//! HyStart++ (RFC 9406): slow start ends on a rise of delay, through a conservative stretch that can be taken back.

use std::time::Duration;

use crate::event::Ack;
use crate::flow::Flow;

/// What slow start should do with an acknowledgement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Growth {
    /// Grow by what was acknowledged.
    Exponential,
    /// Grow by a quarter of it.
    Conservative,
    /// Slow start is over.
    End,
}

/// The state of one slow start. Input: `on_ack`, per acknowledgement in slow start.
#[derive(Debug, Clone, Default)]
pub(super) struct HyStart {
    last_round_min: Option<Duration>,
    this_round_min: Option<Duration>,
    samples: u32,
    conservative: Option<Conservative>,
}

#[derive(Debug, Clone, Copy)]
struct Conservative {
    baseline: Duration,
    rounds: u32,
}

impl HyStart {
    pub(super) fn on_ack(&mut self, flow: &Flow, ack: &Ack) -> Growth {
        if !flow.params.hystart {
            return Growth::Exponential;
        }
        if ack.round_start {
            self.last_round_min = self.this_round_min.take();
            self.samples = 0;
            if let Some(conservative) = &mut self.conservative {
                conservative.rounds += 1;
            }
        }
        if let Some(rtt) = ack.rtt {
            self.samples += 1;
            self.this_round_min = Some(self.this_round_min.map_or(rtt, |min| min.min(rtt)));
        }
        self.judge(flow.params.hystart_max_rtt_thresh)
    }

    // RFC 9406 §4.2.
    fn judge(&mut self, max_threshold: Duration) -> Growth {
        let sampled = self.samples >= N_RTT_SAMPLE;
        if let Some(conservative) = self.conservative {
            if sampled
                && self
                    .this_round_min
                    .is_some_and(|min| min < conservative.baseline)
            {
                self.conservative = None;
                return Growth::Exponential;
            }
            if conservative.rounds >= CSS_ROUNDS {
                return Growth::End;
            }
            return Growth::Conservative;
        }
        if let (true, Some(this), Some(last)) = (sampled, self.this_round_min, self.last_round_min)
        {
            let threshold = (last / MIN_RTT_DIVISOR).clamp(MIN_RTT_THRESH, max_threshold);
            if this >= last + threshold {
                self.conservative = Some(Conservative {
                    baseline: this,
                    rounds: 0,
                });
                return Growth::Conservative;
            }
        }
        Growth::Exponential
    }
}

// RFC 9406 §4.3.
const MIN_RTT_THRESH: Duration = Duration::from_millis(4);
const MIN_RTT_DIVISOR: u32 = 8;
const N_RTT_SAMPLE: u32 = 8;
const CSS_ROUNDS: u32 = 5;
pub(super) const CSS_GROWTH_DIVISOR: f64 = 4.0;
