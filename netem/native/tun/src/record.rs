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
