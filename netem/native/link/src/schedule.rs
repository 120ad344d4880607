//! Changes over time.

use std::collections::VecDeque;

use crate::Nanos;
use crate::config::{Change, Step};

/// The steps still to come and the blackhole in force.
#[derive(Debug)]
pub(crate) struct Schedule {
    steps: VecDeque<Step>,
    dark_until: Nanos,
}

impl Schedule {
    pub(crate) fn new(steps: &[Step]) -> Self {
        Self {
            steps: steps.iter().cloned().collect(),
            dark_until: 0,
        }
    }

    /// When the next step is due.
    pub(crate) fn next_step(&self) -> Option<Nanos> {
        self.steps.front().map(|step| step.at)
    }

    /// Takes the next step. A blackhole is kept here, every other change is for the caller to apply.
    pub(crate) fn take(&mut self) -> Option<Change> {
        let step = self.steps.pop_front()?;
        if let Change::Blackhole(length) = step.change {
            self.dark_until = self.dark_until.max(step.at + length);
        }
        Some(step.change)
    }

    /// Whether nothing passes at `now`.
    pub(crate) fn is_dark(&self, now: Nanos) -> bool {
        now < self.dark_until
    }
}
