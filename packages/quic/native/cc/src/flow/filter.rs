//! Minimum and maximum over a sliding window, three candidates each (Kathleen Nichols' algorithm, as in Linux
//! `lib/win_minmax.c`). The window runs over any ascending measure: nanoseconds, rounds, cycles.

/// The extreme over a window. `Keep` says which of two values stays.
#[derive(Debug, Clone, Copy)]
pub struct Extreme<T> {
    keep: Keep,
    best: [Option<(u64, T)>; 3],
}

#[derive(Debug, Clone, Copy)]
enum Keep {
    Least,
    Most,
}

impl<T: Copy + PartialOrd> Extreme<T> {
    /// The least of the window.
    pub fn least() -> Self {
        Self {
            keep: Keep::Least,
            best: [None; 3],
        }
    }

    /// The most of the window.
    pub fn most() -> Self {
        Self {
            keep: Keep::Most,
            best: [None; 3],
        }
    }

    /// The extreme of the window that ended with the last update.
    pub fn value(&self) -> Option<T> {
        self.best[0].map(|(_, value)| value)
    }

    /// Where on the measure the extreme was seen.
    pub fn seen_at(&self) -> Option<u64> {
        self.best[0].map(|(at, _)| at)
    }

    /// Forgets everything but `value` at `at`.
    pub fn reset(&mut self, at: u64, value: T) {
        self.best = [Some((at, value)); 3];
    }

    /// Takes `value` at `at`; what is older than `window` no longer counts.
    pub fn update(&mut self, window: u64, at: u64, value: T) {
        let (Some(first), Some(_), Some(last)) = (self.best[0], self.best[1], self.best[2]) else {
            return self.reset(at, value);
        };
        if self.is_as_good(value, first.1) || at.saturating_sub(last.0) > window {
            return self.reset(at, value);
        }
        let new = Some((at, value));
        if self.best[1].is_none_or(|(_, second)| self.is_as_good(value, second)) {
            self.best[1] = new;
            self.best[2] = new;
        } else if self.is_as_good(value, last.1) {
            self.best[2] = new;
        }
        self.age(window, at, new);
    }

    fn is_as_good(&self, value: T, than: T) -> bool {
        match self.keep {
            Keep::Least => value <= than,
            Keep::Most => value >= than,
        }
    }

    fn age(&mut self, window: u64, at: u64, new: Option<(u64, T)>) {
        let seen = |entry: Option<(u64, T)>| entry.map_or(0, |(seen, _)| seen);
        let elapsed = at.saturating_sub(seen(self.best[0]));
        if elapsed > window {
            self.best = [self.best[1], self.best[2], new];
            if at.saturating_sub(seen(self.best[0])) > window {
                self.best = [self.best[1], self.best[2], new];
            }
        } else if seen(self.best[1]) == seen(self.best[0]) && elapsed > window / 4 {
            self.best[1] = new;
            self.best[2] = new;
        } else if seen(self.best[2]) == seen(self.best[1]) && elapsed > window / 2 {
            self.best[2] = new;
        }
    }
}

#[cfg(test)]
#[path = "../../tests/unit/filter.rs"]
mod tests;
