//! Random streams, one a stage.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

use crate::config::Direction;

/// Which stage draws. The numbers are part of the golden vectors: never renumber.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Stage {
    /// Transitions of the loss model.
    LossState = 1,
    /// Whether one packet is lost in the state reached.
    LossPacket = 2,
    Jitter = 3,
    Reorder = 4,
    Duplicate = 5,
}

/// The draws of one stage.
#[derive(Debug, Clone)]
pub(crate) struct Stream(ChaCha8Rng);

impl Stream {
    pub(crate) fn new(seed: u64, direction: Direction, stage: Stage) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(((direction as u64) << 8) | stage as u64);
        Self(rng)
    }

    /// True with `probability`. Always draws once, so a change of probability does not shift later draws.
    pub(crate) fn chance(&mut self, probability: f64) -> bool {
        // 53 bits: exact for 0 and 1, and the same on every machine.
        let draw = (self.0.next_u64() >> 11) as f64 / (1u64 << 53) as f64;
        draw < probability
    }

    /// A draw from nearly a normal distribution, in thousandths of its standard deviation, within 6 of them: the sum
    /// of twelve uniform draws (variance 1), all in integers, because libm's logarithms differ between machines.
    pub(crate) fn normal_thousandths(&mut self) -> i64 {
        let sum: u64 = (0..6)
            .map(|_| {
                let word = self.0.next_u64();
                (word >> 32) + (word & 0xffff_ffff)
            })
            .sum();
        // The sum is 12 draws below 2^32, their mean 6 * 2^32.
        (((i128::from(sum) - (6i128 << 32)) * 1_000) >> 32) as i64
    }
}
