//! What cannot be a link is refused with the value and the rule.

mod support;

use longhaul_netem_link::config::{Change, Step};
use longhaul_netem_link::{Bottleneck, ConfigError, Direction, Link, LinkConfig};
use support::delayed;

#[test]
fn impossible_values_are_refused_with_the_rule() {
    let cases = [
        (
            LinkConfig {
                duplicate: f64::NAN,
                ..LinkConfig::default()
            },
            "duplicate must be between 0 and 1, got NaN",
        ),
        (
            LinkConfig {
                duplicate: -0.1,
                ..LinkConfig::default()
            },
            "duplicate must be between 0 and 1, got -0.1",
        ),
        (
            LinkConfig {
                bottleneck: Bottleneck::Rate(0),
                ..LinkConfig::default()
            },
            "bottleneck rate must be between 1 and 1000000000000 bit/s, got 0",
        ),
        (
            LinkConfig {
                queue_bytes: 10,
                ..LinkConfig::default()
            },
            "queue_bytes must hold at least one packet of 1500 bytes, got 10",
        ),
        (
            LinkConfig {
                bottleneck: Bottleneck::Trace(vec![5, 4]),
                ..LinkConfig::default()
            },
            "a trace must be ascending and end after 0 ms",
        ),
        (
            LinkConfig {
                steps: vec![Step {
                    at: 1,
                    change: Change::RateBps(1_000),
                }],
                ..LinkConfig::default()
            },
            "step 0 changes a rate, but the bottleneck has none",
        ),
        (
            delayed(u64::MAX, 0),
            "delay.one_way must be at most 3600000000000 ns, got 18446744073709551615",
        ),
    ];
    for (config, message) in cases {
        let error = Link::new(&config, 1, Direction::Forward)
            .err()
            .map(|error| error.to_string());
        assert_eq!(error.as_deref(), Some(message));
    }
    let steps = vec![
        Step {
            at: 2,
            change: Change::Blackhole(1),
        },
        Step {
            at: 1,
            change: Change::Blackhole(1),
        },
    ];
    let unordered = Link::new(
        &LinkConfig {
            steps,
            ..LinkConfig::default()
        },
        1,
        Direction::Forward,
    )
    .err();
    assert_eq!(unordered, Some(ConfigError::StepOrder { index: 1 }));
}
