//! Summaries of runs compared with `golden/summaries.txt`: a change of behaviour shows, even within the thresholds.
//! `LONGHAUL_BLESS=1 cargo test --release -p longhaul-cc` writes them anew; a change needs a reason in its commit.

use std::fmt::Write as _;

use longhaul_cc::Kind;

use crate::sim::{App, FlowConfig, Path, SEC, World, loss_share, percentile};

fn paths() -> Vec<(&'static str, Path)> {
    vec![
        ("clean", Path::new(20.0, 80, 1.0)),
        ("lossy", Path::new(20.0, 200, 1.0).random_loss(0.02)),
        ("shallow", Path::new(10.0, 40, 0.3)),
        ("bursty", Path::new(20.0, 350, 2.0).bursts(0.02, 8.0)),
    ]
}

fn summaries() -> String {
    let mut lines = String::new();
    for &kind in Kind::ALL {
        for (name, path) in paths() {
            let mut world = World::single(&path, 42, FlowConfig::new(kind, App::bulk()));
            world.run_seconds(30.0);
            let mbps = world.flows[0].goodput_bps(5 * SEC, 30 * SEC) / 1e6;
            let queue = percentile(&world.queue_after(5 * SEC), 0.95) / path.bdp() as f64;
            let rtt = percentile(&world.flows[0].rtts, 0.5) * 1e3;
            let lost = loss_share(&world, 0) * 100.0;
            let _ = writeln!(
                lines,
                "{} {name} {mbps:.3} {queue:.3} {rtt:.2} {lost:.3}",
                kind.name()
            );
        }
    }
    lines
}

#[test]
fn runs_are_as_they_were() {
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/scenarios/golden/summaries.txt");
    let now = summaries();
    if std::env::var_os("LONGHAUL_BLESS").is_some() {
        std::fs::write(&file, &now).unwrap_or_else(|error| panic!("{error}"));
    }
    let golden = std::fs::read_to_string(&file)
        .unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    assert_eq!(golden.lines().count(), now.lines().count());
    for (recorded, now) in golden.lines().zip(now.lines()) {
        // Cube roots and powers differ between machines in their last digits.
        for (recorded_word, word) in recorded.split(' ').zip(now.split(' ')) {
            match (recorded_word.parse::<f64>(), word.parse::<f64>()) {
                (Ok(old), Ok(new)) => {
                    let close = (old - new).abs() <= 0.02 * old.abs() + 0.02;
                    assert!(
                        close,
                        "goodput Mbit/s, queue BDP, RTT ms, loss %:\n{recorded}\n{now}"
                    );
                }
                _ => assert_eq!(recorded_word, word),
            }
        }
    }
}
