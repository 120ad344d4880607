//! Which packets vanish.

use crate::config::{ConfigError, Direction, probability};
use crate::stream::{Stage, Stream};
use crate::{MILLISECOND, Nanos};

/// The chain of Gilbert and Elliott: a good and a bad state, a loss probability in each.
///
/// For a simple Gilbert chain with mean loss `L` and mean burst `B`: `to_good = 1 / B`,
/// `to_bad = L * to_good / (1 - L)`, see [`GilbertElliott::simple`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GilbertElliott {
    /// Chance a step of going from good to bad (netem's `p`).
    pub to_bad: f64,
    /// Chance a step of going from bad to good (netem's `r`).
    pub to_good: f64,
    /// Loss in the bad state (netem's `1-h`).
    pub loss_in_bad: f64,
    /// Loss in the good state (netem's `1-k`).
    pub loss_in_good: f64,
}

impl GilbertElliott {
    /// Mean loss `share` (0 to below 1) in bursts of `burst` steps on average (at least 1).
    pub fn simple(share: f64, burst: f64) -> Self {
        let to_good = 1.0 / burst;
        Self {
            to_bad: share * to_good / (1.0 - share),
            to_good,
            loss_in_bad: 1.0,
            loss_in_good: 0.0,
        }
    }
}

/// How losses are decided.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum LossModel {
    /// None.
    #[default]
    None,
    /// The chain steps once every millisecond of link time, whatever is sent: two transports meet the same bad moments.
    Time(GilbertElliott),
    /// The chain steps once a packet, as netem's `gemodel` does.
    Packet(GilbertElliott),
    /// The packets with these positions vanish, counted from 0 in order of arrival at this stage; ascending.
    List(Vec<u64>),
}

impl LossModel {
    pub(crate) fn validate(&self) -> Result<(), ConfigError> {
        let (Self::Time(chain) | Self::Packet(chain)) = self else {
            return Ok(());
        };
        probability("loss.to_bad", chain.to_bad)?;
        probability("loss.to_good", chain.to_good)?;
        probability("loss.loss_in_bad", chain.loss_in_bad)?;
        probability("loss.loss_in_good", chain.loss_in_good)
    }
}

/// The loss stage while it runs.
#[derive(Debug)]
pub(crate) struct Loss {
    model: LossModel,
    state: Stream,
    packet: Stream,
    bad: bool,
    /// The slot that `bad` holds for, for [`LossModel::Time`].
    slot: u64,
    /// Packets seen, for [`LossModel::List`].
    position: u64,
}

impl Loss {
    pub(crate) fn new(model: LossModel, seed: u64, direction: Direction) -> Self {
        Self {
            model,
            state: Stream::new(seed, direction, Stage::LossState),
            packet: Stream::new(seed, direction, Stage::LossPacket),
            bad: false,
            slot: 0,
            position: 0,
        }
    }

    /// Whether the packet that arrives at `now` is lost.
    pub(crate) fn takes(&mut self, now: Nanos) -> bool {
        match &self.model {
            LossModel::None => false,
            LossModel::List(positions) => {
                let lost = positions.binary_search(&self.position).is_ok();
                self.position += 1;
                lost
            }
            LossModel::Packet(chain) => {
                let chain = *chain;
                self.step(chain);
                self.draw(chain)
            }
            LossModel::Time(chain) => {
                let chain = *chain;
                while self.slot < now / SLOT {
                    self.slot += 1;
                    self.step(chain);
                }
                self.draw(chain)
            }
        }
    }

    fn step(&mut self, chain: GilbertElliott) {
        let change = if self.bad {
            chain.to_good
        } else {
            chain.to_bad
        };
        if self.state.chance(change) {
            self.bad = !self.bad;
        }
    }

    fn draw(&mut self, chain: GilbertElliott) -> bool {
        self.packet.chance(if self.bad {
            chain.loss_in_bad
        } else {
            chain.loss_in_good
        })
    }
}

/// How long one step of the time-driven chain lasts.
const SLOT: Nanos = MILLISECOND;
