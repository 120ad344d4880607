//! `replay`: the packets of a record once more, in virtual time.

use std::fs;
use std::io::{self, BufRead, BufReader};

use longhaul_netem_link::{Direction, Link};
use serde_json::{Value, json};

use crate::config::RouterConfig;
use crate::record::Line;
use crate::router::RouterError;

/// Pushes every packet of the record at its time through fresh links and compares the verdicts.
///
/// # Errors
/// When a file cannot be read or a line is none of a record.
pub fn replay(config: &str, record: &str) -> Result<Value, RouterError> {
    let config: RouterConfig = serde_json::from_str(&fs::read_to_string(config)?)?;
    let mut links = [
        (Direction::Forward, &config.forward),
        (Direction::Reverse, &config.reverse),
    ]
    .into_iter()
    .map(|(direction, path)| {
        Link::new(&path.into(), config.seed, direction).map_err(|error| RouterError::Link {
            direction: crate::record::direction_word(direction),
            error,
        })
    })
    .collect::<Result<Vec<_>, _>>()?;
    let mut compared = 0u64;
    let mut different = 0u64;
    let mut dropped = 0u64;
    for line in BufReader::new(fs::File::open(record)?).lines() {
        let Line { direction, entry } = line?.parse().map_err(io::Error::other)?;
        let link = &mut links[direction as usize];
        while link.pop(entry.time).is_some() {}
        let verdict = link.push(entry.time, compared, entry.bytes);
        compared += 1;
        dropped += u64::from(verdict.is_err());
        different += u64::from(verdict != entry.verdict);
    }
    Ok(json!({"event": "replay", "packets": compared, "dropped": dropped, "different": different}))
}
