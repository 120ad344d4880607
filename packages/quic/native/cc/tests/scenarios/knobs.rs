//! No knob is a dead letter: each changes what some link does, for every algorithm that it is said to be for.

use std::collections::HashMap;
use std::time::Duration;

use longhaul_cc::agent::Decision;
use longhaul_cc::params::Scope;
use longhaul_cc::{KNOBS, Kind, Knob, Saved};
use longhaul_netem_link::config::{Change, Reorder, Step};

use crate::sim::{App, FlowConfig, MS, Path, SEC, World};

/// What an algorithm did, every 10 ms: window, rate, bytes at the far side.
type Trace = Vec<(u64, u64, u64)>;

/// Links that between them show every trait of an algorithm, the quick ones first.
fn link(number: usize) -> Option<(Path, App, f64)> {
    Some(match number {
        0 => (Path::new(10.0, 60, 0.4), App::bulk(), 12.0),
        1 => (
            Path::new(20.0, 80, 1.0).random_loss(0.01),
            App::bulk(),
            12.0,
        ),
        2 => {
            let app = App::bursts(300_000, 8, 2 * SEC);
            (Path::new(10.0, 100, 1.0), app, 16.0)
        }
        3 => {
            let app = App::live(2_000_000, 0, 25 * SEC);
            (Path::new(10.0, 100, 1.0).random_loss(0.03), app, 25.0)
        }
        4 => (disordered(), App::bulk(), 10.0),
        5 => (later_path(), App::bulk(), 30.0),
        6 => (Path::new(2.0, 40, 8.0), App::bulk(), 30.0),
        7 => (
            Path::new(5.0, 150, 2.0).bursts(0.08, 12.0),
            App::bulk(),
            30.0,
        ),
        8 => (Path::new(5.0, 60, 1.0).random_loss(0.35), App::bulk(), 10.0),
        9 => (Path::new(20.0, 80, 0.1), App::bulk(), 20.0),
        10 => (
            Path::new(10.0, 60, 0.2).random_loss(0.02),
            App::bulk(),
            30.0,
        ),
        // Slow start passes the pipe in one round, on some of them by as much as lies between two thresholds of delay.
        11..=22 => {
            let mbps = 12.0 * 1.06_f64.powi(number as i32 - 11);
            (Path::new(mbps, 300, 4.0), App::bulk(), 5.0)
        }
        _ => return None,
    })
}

/// From 8 s on everything takes 30 ms more.
fn later_path() -> Path {
    let path = Path::new(8.0, 40, 2.0);
    path.steps(vec![Step {
        at: 8 * SEC,
        change: Change::OneWay(50 * MS),
    }])
}

/// Every hundredth packet is overtaken by a dozen.
fn disordered() -> Path {
    let mut path = Path::new(20.0, 80, 1.0);
    path.link.reorder = Some(Reorder {
        probability: 0.01,
        extra: 8 * MS,
    });
    path
}

fn trace(kind: Kind, number: usize, knobs: &[(&'static str, f64)]) -> Option<Trace> {
    let (path, app, seconds) = link(number)?;
    let config = FlowConfig {
        params: knobs.to_vec(),
        adaptive: false,
        saved: (number == 0).then_some(Saved {
            cwnd: 90_000,
            bandwidth: 1_100_000,
            min_rtt: Duration::from_millis(60),
            loss: 0.0,
        }),
        ..FlowConfig::new(kind, app)
    };
    let mut world = World::single(&path, 7, config);
    world.run_seconds(2.0);
    if kind == Kind::Agent {
        let decision = Decision {
            cwnd: Some(40_000),
            pacing_rate: Some(300_000),
        };
        let now = Duration::from_secs(2);
        world.flows[0].controller.decide(now, decision);
    }
    world.run_seconds(seconds);
    let samples = world.flows[0].samples.iter();
    Some(samples.map(|it| (it.cwnd, it.rate, it.goodput)).collect())
}

/// Whether either end of the range makes a difference on any of the links.
fn obeys(kind: Kind, knob: &'static Knob, usual: &mut HashMap<(Kind, usize), Trace>) -> bool {
    (0..)
        .map_while(|number| Some((number, link(number)?)))
        .any(|(number, _)| {
            let before = usual
                .entry((kind, number))
                .or_insert_with(|| trace(kind, number, &[]).unwrap_or_default());
            candidates(knob)
                .into_iter()
                .filter(|value| *value != knob.default_for(kind))
                .any(|value| trace(kind, number, &[(knob.name, value)]).as_ref() != Some(before))
        })
}

/// The ends of the range, and values between them: 0 is often "none" and the far end as good as none.
fn candidates(knob: &Knob) -> Vec<f64> {
    let between = |share: f64| {
        let value = knob.min + (knob.max - knob.min) * share;
        if knob.whole { value.round() } else { value }
    };
    let shares = [0.5, 0.01, 2e-5, 2e-6];
    [knob.min, knob.max]
        .into_iter()
        .chain(shares.map(between))
        .collect()
}

#[test]
fn every_knob_of_every_algorithm_makes_a_difference() {
    let mut usual = HashMap::new();
    let mut dead = Vec::new();
    for knob in KNOBS {
        let kinds: &[Kind] = match knob.scope {
            // Obeyed outside the algorithms: one that shows it is enough.
            Scope::All => &[Kind::BbrLive, Kind::Bbr3, Kind::Cubic],
            Scope::Of(kinds) => kinds,
            Scope::Engine => &[],
        };
        let deaf = kinds.iter().filter(|kind| !obeys(**kind, knob, &mut usual));
        let deaf: Vec<_> = deaf.map(|kind| kind.name()).collect();
        let is_dead = match knob.scope {
            Scope::All => deaf.len() == kinds.len(),
            _ => !deaf.is_empty(),
        };
        if is_dead {
            dead.push((knob.name, deaf));
        }
    }
    assert!(dead.is_empty(), "nothing obeys {dead:?}");
}
