//! One direction: frames in from one interface, through the link, out by the other.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::Arc;

use longhaul_netem_link::{Direction, Drop, LinkStats, MILLISECOND, Nanos};

use crate::clock::Clock;
use crate::era::{Entry, Era, HEADER_BYTES};
use crate::histogram::Histogram;
use crate::record::Record;
use crate::series::Series;
use crate::sys;

/// One direction while it runs.
///
/// Inputs: readable frames ([`intake`](Lane::intake)) and the clock ([`deliver`](Lane::deliver)). Outputs: frames on the
/// other interface, [`next_deadline`](Lane::next_deadline), counters.
#[derive(Debug)]
pub struct Lane {
    direction: Direction,
    input: Arc<OwnedFd>,
    output: Arc<OwnedFd>,
    current: Era,
    /// Links of earlier time zeros that still hold frames.
    earlier: Vec<Era>,
    counters: Counters,
    record: Option<Record>,
    series: Series,
}

/// What happened since the link's time zero, beside the link's own counters.
#[derive(Debug, Clone, Default)]
pub struct Counters {
    /// The link runs: before `start` nothing is counted.
    pub started: bool,
    /// Later than due, from the kernel's time stamp of arrival to the moment of sending.
    pub lateness: Histogram,
    /// Frames that the interface refused.
    pub send_errors: u64,
    /// Frames dropped by the kernel before they were read.
    pub socket_drops: u64,
    /// Frames that are no packets of the path: ARP, multicast.
    pub ignored: u64,
    /// Bytes that left, without Ethernet headers.
    pub delivered_bytes: u64,
    /// Runs of packets lost one after the other.
    pub loss_runs: u64,
    /// Milliseconds in which a packet met the loss stage, and those in which at least one was lost.
    pub slots: u64,
    /// Of them, those with a loss.
    pub lost_slots: u64,
    previous_lost: bool,
    slot: Option<(Nanos, bool)>,
}

/// Copy of a lane's figures.
#[derive(Debug, Clone)]
pub struct Snapshot {
    /// Which way.
    pub direction: Direction,
    /// Counters of the link.
    pub link: LinkStats,
    /// The rest.
    pub counters: Counters,
    /// Samples.
    pub series: Series,
}

impl Lane {
    /// A lane that carries frames over `warm`, a link that begins now.
    pub fn new(
        direction: Direction,
        ends: (Arc<OwnedFd>, Arc<OwnedFd>),
        warm: Era,
        options: Options,
    ) -> Self {
        Self {
            direction,
            input: ends.0,
            output: ends.1,
            current: warm,
            earlier: Vec::new(),
            counters: Counters::default(),
            record: options.record.then(Record::default),
            series: Series::new(options.sample),
        }
    }

    /// Which way.
    pub fn direction(&self) -> Direction {
        self.direction
    }

    /// What to wait on for frames.
    pub fn readable(&self) -> BorrowedFd<'_> {
        self.input.as_fd()
    }

    /// A new time zero: `era` takes every frame from here on; what is under way arrives as it would have.
    pub fn start(&mut self, era: Era) {
        self.poll_socket_drops();
        self.earlier.push(std::mem::replace(&mut self.current, era));
        self.counters = Counters {
            started: true,
            ..Counters::default()
        };
        self.series = self.series.anew();
        if let Some(record) = &mut self.record {
            *record = Record::default();
        }
    }

    /// Takes the frames that have arrived, a bounded number of them.
    pub fn intake(&mut self, clock: &Clock, buffer: &mut [u8]) -> io::Result<()> {
        for _ in 0..INTAKE {
            let Some(received) = sys::receive(&self.input, buffer)? else {
                return Ok(());
            };
            let arrival = clock.monotonic(received.realtime_ns);
            match buffer.get(..received.length) {
                Some(frame) if is_carried(frame) => {
                    let entry = self.current.push(arrival, frame);
                    self.count(entry);
                }
                _ => self.counters.ignored += 1,
            }
        }
        Ok(())
    }

    /// Sends what is due.
    pub fn deliver(&mut self) {
        self.earlier.retain_mut(|era| {
            while let Some(due) = era.pop(Clock::now()) {
                // Of an earlier time zero: carried, not counted.
                let _ = sys::send(&self.output, due.frame);
            }
            era.next_deadline().is_some()
        });
        loop {
            let now = Clock::now();
            let Some(due) = self.current.pop(now) else {
                return;
            };
            if !self.counters.started {
                let _ = sys::send(&self.output, due.frame);
                continue;
            }
            self.counters.lateness.add(now.saturating_sub(due.at));
            match sys::send(&self.output, due.frame) {
                Ok(()) => self.counters.delivered_bytes += (due.frame.len() - HEADER_BYTES) as u64,
                Err(_) => self.counters.send_errors += 1,
            }
        }
    }

    /// Takes a sample when it is time.
    pub fn sample(&mut self, now: Nanos) {
        if self.counters.started {
            self.series.poll(
                self.current.time(now),
                self.current.queued_bytes(),
                self.counters.delivered_bytes,
            );
        }
    }

    /// When something is to do, monotonic.
    pub fn next_deadline(&self) -> Option<Nanos> {
        let eras = self
            .earlier
            .iter()
            .chain([&self.current])
            .filter_map(Era::next_deadline);
        let sample = self
            .counters
            .started
            .then(|| self.current.monotonic(self.series.next()));
        eras.chain(sample).min()
    }

    /// Figures so far.
    pub fn snapshot(&mut self) -> Snapshot {
        self.poll_socket_drops();
        Snapshot {
            direction: self.direction,
            link: self.current.stats(),
            counters: self.counters.clone(),
            series: self.series.clone(),
        }
    }

    /// The record of every packet, when one is kept.
    pub fn into_record(self) -> Option<Record> {
        self.record
    }

    fn poll_socket_drops(&mut self) {
        self.counters.socket_drops += sys::dropped_since_last_call(&self.input).unwrap_or(0);
    }

    fn count(&mut self, entry: Entry) {
        if !self.counters.started {
            return;
        }
        self.counters.count_loss(entry);
        if let Some(record) = &mut self.record {
            record.add(self.direction, entry);
        }
    }
}

/// How a lane is kept.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Keep a line for every packet.
    pub record: bool,
    /// Distance of two samples.
    pub sample: Nanos,
}

impl Counters {
    fn count_loss(&mut self, entry: Entry) {
        let lost = match entry.verdict {
            // Dropped before the loss stage.
            Err(Drop::Blackhole | Drop::Policer) => return,
            Err(Drop::Loss) => true,
            Ok(()) | Err(Drop::Queue) => false,
        };
        self.loss_runs += u64::from(lost && !self.previous_lost);
        self.previous_lost = lost;
        let slot = entry.time / MILLISECOND;
        let already = match self.slot {
            Some((same, lost_before)) if same == slot => lost_before,
            _ => {
                self.slots += 1;
                false
            }
        };
        self.lost_slots += u64::from(lost && !already);
        self.slot = Some((slot, lost || already));
    }
}

/// Packets of IPv4 and IPv6 to one station. The rest is housekeeping of the interfaces and not part of the path.
fn is_carried(frame: &[u8]) -> bool {
    const IPV4: [u8; 2] = [0x08, 0x00];
    const IPV6: [u8; 2] = [0x86, 0xdd];
    let group = frame.first().is_none_or(|first| first & 1 == 1);
    let kind = frame.get(12..HEADER_BYTES);
    !group && (kind == Some(&IPV4) || kind == Some(&IPV6))
}

/// Frames taken before what is due is sent.
const INTAKE: usize = 64;
