//! Which packets vanish: share, bursts, and what two senders have in common.

mod support;

use longhaul_netem_link::config::Delay;
use longhaul_netem_link::loss::GilbertElliott;
use longhaul_netem_link::{Direction, Link, LinkConfig, LossModel, MILLISECOND};
use support::{delayed, link};

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
