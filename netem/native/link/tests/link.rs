//! Behaviour of one direction, in virtual time.

mod support;

use longhaul_netem_link::config::{Change, Policer, Reorder, Step};
use longhaul_netem_link::loss::GilbertElliott;
use longhaul_netem_link::{Bottleneck, Delivery, Drop, LinkConfig, LossModel, MILLISECOND, SECOND};
use proptest::prelude::*;
use support::{delayed, drain, link};

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
