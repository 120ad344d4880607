//! Samples over time, bounded.

use longhaul_netem_link::Nanos;

/// Queue and delivered bytes at regular times. When it is full every second sample goes and the distance doubles.
#[derive(Debug, Clone)]
pub struct Series {
    step: Nanos,
    base: Nanos,
    next: Nanos,
    /// Link time of each sample, nanoseconds.
    pub time: Vec<Nanos>,
    /// Bytes that wait at the bottleneck.
    pub queue: Vec<u64>,
    /// Bytes delivered since time zero.
    pub delivered: Vec<u64>,
}

impl Series {
    /// An empty series with a sample every `step`.
    pub fn new(step: Nanos) -> Self {
        let step = step.max(1);
        Self {
            step,
            base: step,
            next: 0,
            time: Vec::with_capacity(MOST_SAMPLES),
            queue: Vec::with_capacity(MOST_SAMPLES),
            delivered: Vec::with_capacity(MOST_SAMPLES),
        }
    }

    /// An empty one with the distance that this one began with.
    pub fn anew(&self) -> Self {
        Self::new(self.base)
    }

    /// When the next sample is due, link time.
    pub fn next(&self) -> Nanos {
        self.next
    }

    /// Takes a sample if one is due at `now`.
    pub fn poll(&mut self, now: Nanos, queue: u64, delivered: u64) {
        if now < self.next {
            return;
        }
        if self.time.len() == MOST_SAMPLES {
            halve(&mut self.time);
            halve(&mut self.queue);
            halve(&mut self.delivered);
            self.step *= 2;
        }
        self.time.push(now);
        self.queue.push(queue);
        self.delivered.push(delivered);
        self.next = (now / self.step + 1) * self.step;
    }
}

fn halve(column: &mut Vec<u64>) {
    let mut index = 0;
    column.retain(|_| {
        index += 1;
        index % 2 == 1
    });
}

/// 82 s at 20 ms, then half as dense with every doubling.
const MOST_SAMPLES: usize = 4_096;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_is_taken_once_a_step() {
        let mut series = Series::new(10);
        for now in 0..35 {
            series.poll(now, now, 0);
        }
        assert_eq!(series.time, [0, 10, 20, 30]);
        assert_eq!(series.queue, [0, 10, 20, 30]);
    }

    #[test]
    fn a_long_run_keeps_its_whole_length_in_bounded_memory() {
        let mut series = Series::new(1);
        for now in 0..100_000 {
            series.poll(now, 0, now);
        }
        assert!(series.time.len() <= MOST_SAMPLES);
        assert_eq!(series.time.first(), Some(&0));
        assert!(series.time.last().is_some_and(|&last| last >= 99_000));
        assert!(series.time.windows(2).all(|pair| pair[0] < pair[1]));
    }
}
