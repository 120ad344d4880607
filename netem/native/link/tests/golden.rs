//! The record of one run, compared with the one in `golden/`: the same seed gives the same drops and arrivals on every
//! machine and in every version. `LONGHAUL_BLESS=1 cargo test -p longhaul-netem-link` writes it anew; a change needs a
//! reason in its commit.

use std::fmt::Write as _;
use std::path::Path;

use longhaul_netem_link::config::{Change, Delay, Policer, Reorder, Step};
use longhaul_netem_link::loss::GilbertElliott;
use longhaul_netem_link::{Bottleneck, Direction, Link, LinkConfig, LossModel, MILLISECOND};

/// Every stage at work: a long path with bursts of loss, a detour and a blackhole.
fn config() -> LinkConfig {
    LinkConfig {
        policer: Some(Policer {
            rate_bps: 5_500_000,
            burst_bytes: 8_000,
        }),
        loss: LossModel::Time(GilbertElliott::simple(0.05, 3.0)),
        bottleneck: Bottleneck::Rate(4_000_000),
        queue_bytes: 12_000,
        delay: Delay {
            one_way: 95 * MILLISECOND,
            jitter: 4 * MILLISECOND,
        },
        reorder: Some(Reorder {
            probability: 0.02,
            extra: 8 * MILLISECOND,
        }),
        duplicate: 0.01,
        steps: vec![
            Step {
                at: 150 * MILLISECOND,
                change: Change::OneWay(122 * MILLISECOND),
            },
            Step {
                at: 300 * MILLISECOND,
                change: Change::Blackhole(40 * MILLISECOND),
            },
            Step {
                at: 450 * MILLISECOND,
                change: Change::RateBps(2_000_000),
            },
        ],
    }
}

fn record() -> String {
    let mut link = Link::new(&config(), 20_260_801, Direction::Forward)
        .unwrap_or_else(|error| panic!("{error}"));
    let mut lines = String::new();
    for id in 0..500u64 {
        // A frame of several packets every 33 ms, packets half a millisecond apart.
        let now = (id / 12) * 33 * MILLISECOND / 2 + (id % 12) * MILLISECOND / 2;
        if let Err(reason) = link.push(now, id, 300 + (id * 37 % 1_150) as u32) {
            let _ = writeln!(lines, "{id} {reason:?}");
        }
    }
    while let Some(delivery) = link.pop(u64::MAX / 2) {
        let _ = writeln!(lines, "{} {} {}", delivery.id, delivery.at, delivery.bytes);
    }
    let _ = writeln!(lines, "{:?}", link.stats());
    lines
}

#[test]
fn the_same_seed_gives_the_recorded_drops_and_arrivals() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/every-stage.txt");
    let record = record();
    if std::env::var_os("LONGHAUL_BLESS").is_some() {
        std::fs::write(&path, &record).unwrap_or_else(|error| panic!("{error}"));
    }
    let golden = std::fs::read_to_string(&path)
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    for (line, (recorded, now)) in golden.lines().zip(record.lines()).enumerate() {
        assert_eq!(recorded, now, "line {}", line + 1);
    }
    assert_eq!(golden.lines().count(), record.lines().count());
}
