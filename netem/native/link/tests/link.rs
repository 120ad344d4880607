//! Behaviour of one direction, in virtual time.

use longhaul_netem_link::config::{Change, Delay, Policer, Reorder, Step};
use longhaul_netem_link::loss::GilbertElliott;
use longhaul_netem_link::{
    Bottleneck, ConfigError, Delivery, Direction, Drop, Link, LinkConfig, LossModel, MILLISECOND,
    Nanos, SECOND,
};
use proptest::prelude::*;

fn link(config: &LinkConfig, seed: u64) -> Link {
    Link::new(config, seed, Direction::Forward).unwrap_or_else(|error| panic!("{error}"))
}

fn drain(link: &mut Link, until: Nanos) -> Vec<Delivery> {
    std::iter::from_fn(|| link.pop(until)).collect()
}

fn delayed(one_way: Nanos, jitter: Nanos) -> LinkConfig {
    LinkConfig {
        delay: Delay { one_way, jitter },
        ..LinkConfig::default()
    }
}

/// One packet a millisecond; which of them are lost.
fn losses(model: LossModel, seed: u64, packets: u64) -> Vec<bool> {
    let mut link = link(
        &LinkConfig {
            loss: model,
            ..LinkConfig::default()
        },
        seed,
    );
    (0..packets)
        .map(|index| link.push(index * MILLISECOND, index, 1_200).is_err())
        .collect()
}

fn share_and_burst(lost: &[bool]) -> (f64, f64) {
    let total = lost.iter().filter(|&&lost| lost).count() as f64;
    let bursts = lost
        .iter()
        .zip(std::iter::once(&false).chain(lost))
        .filter(|(now, before)| **now && !**before)
        .count();
    (total / lost.len() as f64, total / bursts as f64)
}

#[test]
fn an_ideal_wire_delivers_at_once() {
    let mut link = link(&LinkConfig::default(), 1);
    assert_eq!(link.push(5, 7, 100), Ok(()));
    assert_eq!(
        link.pop(5),
        Some(Delivery {
            at: 5,
            id: 7,
            bytes: 100
        })
    );
    assert_eq!(link.pop(5), None);
}

#[test]
fn nothing_comes_out_before_its_time() {
    let mut link = link(&delayed(10 * MILLISECOND, 0), 1);
    assert_eq!(link.push(0, 1, 100), Ok(()));
    assert_eq!(link.next_deadline(), Some(10 * MILLISECOND));
    assert_eq!(link.pop(10 * MILLISECOND - 1), None);
    assert_eq!(
        link.pop(10 * MILLISECOND).map(|delivery| delivery.at),
        Some(10 * MILLISECOND)
    );
    assert_eq!(link.next_deadline(), None);
}

#[test]
fn the_rate_spaces_packets_and_the_queue_drops_the_tail() {
    let config = LinkConfig {
        bottleneck: Bottleneck::Rate(8_000_000),
        queue_bytes: 3_000,
        ..LinkConfig::default()
    };
    let mut link = link(&config, 1);
    let verdicts: Vec<_> = (0..4).map(|id| link.push(0, id, 1_000)).collect();
    assert_eq!(verdicts, [Ok(()), Ok(()), Ok(()), Err(Drop::Queue)]);
    let arrivals: Vec<_> = drain(&mut link, SECOND)
        .iter()
        .map(|delivery| delivery.at)
        .collect();
    assert_eq!(arrivals, [MILLISECOND, 2 * MILLISECOND, 3 * MILLISECOND]);
    assert_eq!(link.stats().queue_peak_bytes, 3_000);
    assert_eq!(link.stats().dropped_queue, 1);
}

#[test]
fn a_saturated_link_delivers_exactly_its_rate() {
    let config = LinkConfig {
        bottleneck: Bottleneck::Rate(20_000_000),
        queue_bytes: 50_000,
        ..LinkConfig::default()
    };
    let mut link = link(&config, 1);
    let mut delivered = 0;
    for index in 0..100_000u64 {
        let now = index * 100_000; // 120 Mbit/s offered for 10 s
        let _ = link.push(now, index, 1_500);
        delivered += drain(&mut link, now)
            .iter()
            .map(|delivery| u64::from(delivery.bytes))
            .sum::<u64>();
    }
    let expected = 20_000_000 / 8 * 10;
    assert!(
        expected - delivered <= 1_500,
        "{delivered} of {expected} bytes"
    );
}

#[test]
fn a_trace_lets_1500_bytes_pass_an_opportunity_and_repeats() {
    let config = LinkConfig {
        bottleneck: Bottleneck::Trace(vec![2, 2, 10]),
        ..LinkConfig::default()
    };
    let mut link = link(&config, 1);
    for id in 0..5 {
        assert_eq!(link.push(0, id, 1_500), Ok(()));
    }
    let ms: Vec<_> = drain(&mut link, SECOND)
        .iter()
        .map(|delivery| delivery.at / MILLISECOND)
        .collect();
    assert_eq!(ms, [2, 2, 10, 12, 12]);
}

#[test]
fn an_unused_opportunity_of_a_trace_is_gone() {
    let config = LinkConfig {
        bottleneck: Bottleneck::Trace(vec![2, 10]),
        ..LinkConfig::default()
    };
    let mut link = link(&config, 1);
    assert_eq!(link.push(3 * MILLISECOND, 0, 700), Ok(()));
    assert_eq!(link.push(3 * MILLISECOND, 1, 800), Ok(()));
    assert_eq!(link.push(25 * MILLISECOND, 2, 100), Ok(()));
    let ms: Vec<_> = drain(&mut link, SECOND)
        .iter()
        .map(|delivery| delivery.at / MILLISECOND)
        .collect();
    assert_eq!(ms, [10, 10, 30]);
}

#[test]
fn the_policer_passes_a_burst_then_its_rate() {
    let policer = Some(Policer {
        rate_bps: 8_000_000,
        burst_bytes: 2_000,
    });
    let mut link = link(
        &LinkConfig {
            policer,
            ..LinkConfig::default()
        },
        1,
    );
    let verdicts: Vec<_> = (0..3).map(|id| link.push(0, id, 1_000)).collect();
    assert_eq!(verdicts, [Ok(()), Ok(()), Err(Drop::Policer)]);
    assert_eq!(link.push(MILLISECOND - 1, 3, 1_000), Err(Drop::Policer));
    assert_eq!(link.push(MILLISECOND, 4, 1_000), Ok(()));
}

#[test]
fn listed_packets_vanish() {
    let lost = losses(LossModel::List(vec![0, 3]), 1, 5);
    assert_eq!(lost, [true, false, false, true, false]);
}

#[test]
fn packet_driven_loss_has_the_share_and_burst_it_was_given() {
    let (share, burst) = share_and_burst(&losses(
        LossModel::Packet(GilbertElliott::simple(0.05, 3.0)),
        7,
        400_000,
    ));
    assert!((share - 0.05).abs() < 0.003, "share {share}");
    assert!((burst - 3.0).abs() < 0.1, "burst {burst}");
}

#[test]
fn time_driven_loss_has_the_share_and_burst_it_was_given() {
    let (share, burst) = share_and_burst(&losses(
        LossModel::Time(GilbertElliott::simple(0.02, 4.0)),
        7,
        400_000,
    ));
    assert!((share - 0.02).abs() < 0.002, "share {share}");
    assert!((burst - 4.0).abs() < 0.2, "burst {burst}");
}

#[test]
fn two_senders_meet_the_same_bad_milliseconds() {
    let config = LinkConfig {
        loss: LossModel::Time(GilbertElliott::simple(0.1, 3.0)),
        ..LinkConfig::default()
    };
    let (mut sparse, mut dense) = (link(&config, 3), link(&config, 3));
    for ms in 0..20_000 {
        let now = ms * MILLISECOND;
        let lost: Vec<_> = (0..4)
            .map(|part| dense.push(now + part, part, 500).is_err())
            .collect();
        assert!(
            lost.windows(2).all(|pair| pair[0] == pair[1]),
            "a millisecond is good or bad as a whole"
        );
        if ms % 7 == 0 {
            assert_eq!(sparse.push(now, ms, 1_200).is_err(), lost[0], "ms {ms}");
        }
    }
}

#[test]
fn jitter_spreads_but_never_reorders() {
    let mut link = link(&delayed(50 * MILLISECOND, 4 * MILLISECOND), 11);
    for id in 0..10_000 {
        assert_eq!(link.push(id * 50 * MILLISECOND, id, 100), Ok(()));
    }
    let deliveries = drain(&mut link, 1_000 * SECOND);
    assert!(
        deliveries
            .windows(2)
            .all(|pair| pair[0].id + 1 == pair[1].id && pair[0].at <= pair[1].at)
    );
    let delays: Vec<_> = deliveries
        .iter()
        .map(|d| (d.at - d.id * 50 * MILLISECOND) as f64 / MILLISECOND as f64)
        .collect();
    let mean = delays.iter().sum::<f64>() / delays.len() as f64;
    let deviation =
        (delays.iter().map(|d| (d - mean).powi(2)).sum::<f64>() / delays.len() as f64).sqrt();
    assert!((mean - 50.0).abs() < 0.2, "mean {mean}");
    assert!((deviation - 4.0).abs() < 0.15, "deviation {deviation}");
}

#[test]
fn reordered_packets_are_overtaken_and_duplicates_come_twice() {
    let config = LinkConfig {
        reorder: Some(Reorder {
            probability: 0.1,
            extra: 5 * MILLISECOND,
        }),
        duplicate: 0.05,
        ..delayed(10 * MILLISECOND, 0)
    };
    let mut link = link(&config, 5);
    for id in 0..10_000 {
        assert_eq!(link.push(id * MILLISECOND, id, 100), Ok(()));
    }
    let deliveries = drain(&mut link, 100 * SECOND);
    let stats = link.stats();
    assert_eq!(stats.delivered, 10_000 + stats.duplicated);
    assert!(
        (900..1_100).contains(&stats.reordered),
        "{}",
        stats.reordered
    );
    assert!(
        (430..570).contains(&stats.duplicated),
        "{}",
        stats.duplicated
    );
    let late = deliveries
        .iter()
        .filter(|d| d.at == d.id * MILLISECOND + 15 * MILLISECOND)
        .count() as u64;
    assert!(late >= stats.reordered);
}

#[test]
fn steps_change_delay_and_rate_and_make_a_blackhole() {
    let config = LinkConfig {
        bottleneck: Bottleneck::Rate(8_000_000),
        steps: vec![
            Step {
                at: SECOND,
                change: Change::Blackhole(SECOND),
            },
            Step {
                at: 3 * SECOND,
                change: Change::OneWay(20 * MILLISECOND),
            },
            Step {
                at: 4 * SECOND,
                change: Change::RateBps(4_000_000),
            },
        ],
        ..delayed(10 * MILLISECOND, 0)
    };
    let mut link = link(&config, 1);
    let verdicts: Vec<_> = [0, 1_000, 1_999, 2_000, 3_500, 5_000]
        .iter()
        .map(|ms| link.push(ms * MILLISECOND, *ms, 1_000))
        .collect();
    assert_eq!(
        verdicts,
        [
            Ok(()),
            Err(Drop::Blackhole),
            Err(Drop::Blackhole),
            Ok(()),
            Ok(()),
            Ok(())
        ]
    );
    let delays: Vec<_> = drain(&mut link, 10 * SECOND)
        .iter()
        .map(|d| d.at / MILLISECOND - d.id)
        .collect();
    assert_eq!(delays, [11, 11, 21, 22]);
}

#[test]
fn a_step_of_delay_downward_does_not_reorder() {
    let steps = vec![Step {
        at: 5 * MILLISECOND,
        change: Change::OneWay(MILLISECOND),
    }];
    let mut link = link(
        &LinkConfig {
            steps,
            ..delayed(50 * MILLISECOND, 0)
        },
        1,
    );
    assert_eq!(link.push(0, 0, 100), Ok(()));
    assert_eq!(link.push(6 * MILLISECOND, 1, 100), Ok(()));
    let ids: Vec<_> = drain(&mut link, SECOND)
        .iter()
        .map(|delivery| delivery.id)
        .collect();
    assert_eq!(ids, [0, 1]);
}

#[test]
fn changing_one_stage_does_not_shift_another() {
    let lossy = LinkConfig {
        loss: LossModel::Packet(GilbertElliott::simple(0.1, 2.0)),
        ..delayed(10 * MILLISECOND, MILLISECOND)
    };
    let plain = LinkConfig {
        delay: Delay {
            one_way: 80 * MILLISECOND,
            jitter: 0,
        },
        ..lossy.clone()
    };
    let verdicts = |config: &LinkConfig| {
        let mut link = link(config, 9);
        (0..5_000)
            .map(|id| link.push(id * MILLISECOND, id, 100).is_err())
            .collect::<Vec<_>>()
    };
    assert_eq!(verdicts(&lossy), verdicts(&plain));
}

#[test]
fn directions_and_seeds_differ() {
    let config = LinkConfig {
        loss: LossModel::Packet(GilbertElliott::simple(0.2, 1.5)),
        ..LinkConfig::default()
    };
    let verdicts = |seed, direction| {
        let mut link =
            Link::new(&config, seed, direction).unwrap_or_else(|error| panic!("{error}"));
        (0..1_000)
            .map(|id| link.push(id, id, 100).is_err())
            .collect::<Vec<_>>()
    };
    assert_ne!(
        verdicts(1, Direction::Forward),
        verdicts(1, Direction::Reverse)
    );
    assert_ne!(
        verdicts(1, Direction::Forward),
        verdicts(2, Direction::Forward)
    );
}

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

proptest! {
    #[test]
    fn every_packet_is_delivered_dropped_or_inside(
        seed in any::<u64>(),
        share in 0.0..0.4f64,
        rate in 100_000..50_000_000u64,
        queue in 1_500..100_000u64,
        gaps in proptest::collection::vec((0..3_000_000u64, 40..1_500u32), 1..400),
    ) {
        let config = LinkConfig {
            loss: LossModel::Time(GilbertElliott::simple(share, 2.0)),
            bottleneck: Bottleneck::Rate(rate),
            queue_bytes: queue,
            ..delayed(5 * MILLISECOND, MILLISECOND)
        };
        let mut link = link(&config, seed);
        let (mut now, mut order) = (0, Vec::new());
        for (id, (gap, bytes)) in gaps.iter().enumerate() {
            now += gap;
            let _ = link.push(now, id as u64, *bytes);
            prop_assert!(link.queued_bytes() <= queue);
            order.extend(drain(&mut link, now).into_iter().map(|delivery| delivery.id));
        }
        order.extend(drain(&mut link, now + 1_000 * SECOND).into_iter().map(|delivery| delivery.id));
        let stats = link.stats();
        prop_assert_eq!(stats.pushed, stats.delivered + stats.dropped());
        prop_assert_eq!(link.queued_bytes(), 0);
        prop_assert!(order.windows(2).all(|pair| pair[0] < pair[1]));
    }
}
