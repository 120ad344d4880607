//! Counts of durations in buckets of 1.6 % width: constant memory, no allocation while it counts.

/// A histogram of nanoseconds.
#[derive(Debug, Clone)]
pub struct Histogram {
    counts: Vec<u64>,
    total: u64,
    max: u64,
}

impl Default for Histogram {
    fn default() -> Self {
        Self {
            counts: vec![0; index(u64::MAX) + 1],
            total: 0,
            max: 0,
        }
    }
}

impl Histogram {
    /// Counts one duration.
    pub fn add(&mut self, nanoseconds: u64) {
        self.counts[index(nanoseconds)] += 1;
        self.total += 1;
        self.max = self.max.max(nanoseconds);
    }

    /// How many were counted.
    pub fn total(&self) -> u64 {
        self.total
    }

    /// The longest, exact.
    pub fn max(&self) -> u64 {
        self.max
    }

    /// At least `share` (0 to 1) of the durations are at most this: the upper edge of their bucket, 0 when there are none.
    pub fn quantile(&self, share: f64) -> u64 {
        let wanted = (share * self.total as f64).ceil().max(1.0) as u64;
        let mut seen = 0;
        for (index, count) in self.counts.iter().enumerate() {
            seen += count;
            if seen >= wanted {
                return upper_edge(index).min(self.max);
            }
        }
        0
    }
}

/// Exact below 64, then 64 buckets for every doubling.
fn index(value: u64) -> usize {
    if value < WIDTH {
        return value as usize;
    }
    let shift = value.ilog2() - WIDTH.ilog2();
    ((u64::from(shift) + 1) * WIDTH + (value >> shift) - WIDTH) as usize
}

fn upper_edge(index: usize) -> u64 {
    let index = index as u64;
    if index < WIDTH {
        return index;
    }
    let shift = index / WIDTH - 1;
    ((u128::from(index % WIDTH + WIDTH + 1) << shift) - 1).min(u128::from(u64::MAX)) as u64
}

const WIDTH: u64 = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantile_is_at_most_two_percent_above_the_true_one() {
        let mut histogram = Histogram::default();
        for value in 1..=100_000u64 {
            histogram.add(value * 37);
        }
        for share in [0.01, 0.5, 0.99, 0.999, 1.0] {
            let exact = (share * 100_000.0) * 37.0;
            let found = histogram.quantile(share) as f64;
            assert!(
                found >= exact && found <= exact * 1.02,
                "{share}: {found} for {exact}"
            );
        }
        assert_eq!(histogram.max(), 3_700_000);
    }

    #[test]
    fn every_value_lies_in_its_bucket() {
        for value in [
            0,
            1,
            63,
            64,
            65,
            127,
            128,
            1_000,
            u64::from(u32::MAX),
            u64::MAX,
        ] {
            let found = index(value);
            assert!(upper_edge(found) >= value);
            assert!(found == 0 || upper_edge(found - 1) < value);
        }
    }

    #[test]
    fn nothing_counted_is_zero() {
        assert_eq!(Histogram::default().quantile(0.5), 0);
    }
}
