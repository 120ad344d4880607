//! A line for every packet that entered, to be compared with the same packets in virtual time.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::str::FromStr;

use longhaul_netem_link::{Direction, Drop};

use crate::era::Entry;

/// Entries in memory; written at the end, because a file would hold up the packets.
#[derive(Debug, Default)]
pub struct Record {
    /// Chunks, so that growing copies nothing.
    chunks: Vec<Vec<Line>>,
}

/// One packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line {
    /// Which way it went.
    pub direction: Direction,
    /// What became of it.
    pub entry: Entry,
}

impl Record {
    /// Appends a packet; beyond the bound nothing is kept.
    pub fn add(&mut self, direction: Direction, entry: Entry) {
        if self.chunks.last().is_none_or(|chunk| chunk.len() == CHUNK) {
            if self.chunks.len() == MOST_CHUNKS {
                return;
            }
            self.chunks.push(Vec::with_capacity(CHUNK));
        }
        if let Some(chunk) = self.chunks.last_mut() {
            chunk.push(Line { direction, entry });
        }
    }

    /// Writes both directions, ordered by time.
    pub fn write(records: Vec<Self>, path: &str) -> io::Result<()> {
        let mut lines: Vec<Line> = records
            .into_iter()
            .flat_map(|record| record.chunks.into_iter().flatten())
            .collect();
        lines.sort_by_key(|line| line.entry.time);
        let mut file = BufWriter::new(File::create(path)?);
        for line in lines {
            writeln!(
                file,
                "{} {} {} {}",
                direction_word(line.direction),
                line.entry.time,
                line.entry.bytes,
                verdict_word(line.entry.verdict)
            )?;
        }
        file.flush()
    }
}

impl FromStr for Line {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let fault = || format!("expected DIRECTION TIME BYTES VERDICT, got {text:?}");
        let words: Vec<&str> = text.split_whitespace().collect();
        let [direction, time, bytes, verdict] = words[..] else {
            return Err(fault());
        };
        Ok(Self {
            direction: match direction {
                "forward" => Direction::Forward,
                "reverse" => Direction::Reverse,
                _ => return Err(fault()),
            },
            entry: Entry {
                time: time.parse().map_err(|_| fault())?,
                bytes: bytes.parse().map_err(|_| fault())?,
                verdict: match verdict {
                    "ok" => Ok(()),
                    "blackhole" => Err(Drop::Blackhole),
                    "policer" => Err(Drop::Policer),
                    "loss" => Err(Drop::Loss),
                    "queue" => Err(Drop::Queue),
                    _ => return Err(fault()),
                },
            },
        })
    }
}

/// The name of a direction in records and reports.
pub fn direction_word(direction: Direction) -> &'static str {
    match direction {
        Direction::Forward => "forward",
        Direction::Reverse => "reverse",
    }
}

fn verdict_word(verdict: Result<(), Drop>) -> &'static str {
    match verdict {
        Ok(()) => "ok",
        Err(Drop::Blackhole) => "blackhole",
        Err(Drop::Policer) => "policer",
        Err(Drop::Loss) => "loss",
        Err(Drop::Queue) => "queue",
    }
}

/// Packets a chunk.
const CHUNK: usize = 1 << 16;
/// Eight million packets a direction: ten minutes at 150 Mbit/s.
const MOST_CHUNKS: usize = 128;

#[cfg(test)]
mod tests {
    use super::*;

    fn line(direction: Direction, time: u64, verdict: Result<(), Drop>) -> Line {
        Line {
            direction,
            entry: Entry {
                time,
                bytes: 1_200,
                verdict,
            },
        }
    }

    #[test]
    fn what_is_written_is_read_in_order_of_time() {
        let verdicts = [
            Ok(()),
            Err(Drop::Blackhole),
            Err(Drop::Policer),
            Err(Drop::Loss),
            Err(Drop::Queue),
        ];
        let mut forward = Record::default();
        let mut reverse = Record::default();
        let mut expected = Vec::new();
        for (index, verdict) in verdicts.into_iter().enumerate() {
            let time = 10 * index as u64;
            forward.add(
                Direction::Forward,
                line(Direction::Forward, time, verdict).entry,
            );
            reverse.add(
                Direction::Reverse,
                line(Direction::Reverse, time + 5, verdict).entry,
            );
            expected.push(line(Direction::Forward, time, verdict));
            expected.push(line(Direction::Reverse, time + 5, verdict));
        }
        let path = std::env::temp_dir().join(format!("longhaul-record-{}", std::process::id()));
        let name = path.to_string_lossy().into_owned();
        Record::write(vec![forward, reverse], &name).unwrap_or_else(|error| panic!("{error}"));
        let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{error}"));
        let _ = std::fs::remove_file(&path);
        let read: Result<Vec<Line>, _> = text.lines().map(str::parse).collect();
        assert_eq!(read, Ok(expected));
    }

    #[test]
    fn a_line_of_something_else_is_told() {
        for text in [
            "",
            "forward 1 2",
            "up 1 2 ok",
            "forward x 2 ok",
            "forward 1 2 gone",
            "forward 1 2 ok more",
        ] {
            assert!(text.parse::<Line>().is_err(), "{text:?}");
        }
    }
}
