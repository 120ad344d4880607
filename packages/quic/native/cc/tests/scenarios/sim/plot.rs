//! Curves of a run as SVG, on request: `LONGHAUL_PLOT=directory`.

use std::fmt::Write as _;

use super::SEC;
use super::sender::Sample;
use super::world::World;

/// Writes `name.svg` if plots are asked for: cwnd, pacing rate and RTT of every flow over time.
pub fn plot(world: &World, name: &str) {
    let Some(directory) = std::env::var_os("LONGHAUL_PLOT") else {
        return;
    };
    let directory = std::path::Path::new(&directory);
    let written = std::fs::create_dir_all(directory)
        .and_then(|()| std::fs::write(directory.join(format!("{name}.svg")), svg(world)));
    if let Err(error) = written {
        panic!("{}: {error}", directory.display());
    }
}

fn svg(world: &World) -> String {
    type Curve = (&'static str, fn(&Sample) -> f64);
    let curves: [Curve; 3] = [
        ("cwnd, kB", |sample| sample.cwnd as f64 / 1e3),
        ("pacing rate, Mbit/s", |sample| {
            sample.rate as f64 * 8.0 / 1e6
        }),
        ("RTT, ms", |sample| sample.rtt as f64 / 1e6),
    ];
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{}\" font-family=\"sans-serif\" font-size=\"12\">\n",
        HEIGHT * 3.0 + 20.0
    );
    for (row, (title, value)) in curves.into_iter().enumerate() {
        let top = row as f64 * HEIGHT;
        // Startup may ask for any rate: the scale is that of the rest.
        let all: Vec<f64> = world
            .flows
            .iter()
            .flat_map(|flow| flow.samples.iter().map(value))
            .collect();
        let most = (super::percentile(&all, 0.995) * 1.2).max(1.0);
        let _ = writeln!(
            svg,
            "<text x=\"4\" y=\"{}\">{title}, up to {most:.0}</text>",
            top + 14.0
        );
        for (index, flow) in world.flows.iter().enumerate() {
            let mut points = String::new();
            for sample in &flow.samples {
                let x = sample.at as f64 / world.now.max(1) as f64 * WIDTH;
                let y = top + HEIGHT - (value(sample) / most).min(1.0) * (HEIGHT - 20.0);
                let _ = write!(points, "{x:.1},{y:.1} ");
            }
            let color = COLORS[index % COLORS.len()];
            let _ = writeln!(
                svg,
                "<polyline fill=\"none\" stroke=\"{color}\" points=\"{points}\"/>"
            );
        }
    }
    let seconds = world.now as f64 / SEC as f64;
    let _ = writeln!(
        svg,
        "<text x=\"4\" y=\"{}\">0 to {seconds:.1} s</text>\n</svg>",
        HEIGHT * 3.0 + 16.0
    );
    svg
}

const WIDTH: f64 = 1_200.0;
const HEIGHT: f64 = 220.0;
const COLORS: [&str; 4] = ["#1f77b4", "#d62728", "#2ca02c", "#9467bd"];
