//! The lines that the router writes: JSON, one an event.

use std::fs;
use std::io;

use longhaul_netem_link::{Bottleneck, Direction, Link, LinkConfig, LinkStats, MILLISECOND, Nanos};
use serde_json::{Value, json};

use crate::lane::{Counters, Snapshot};
use crate::record::direction_word;
use crate::worker::Priority;

/// What the host dropped at the router's interfaces, by the kernel's own counters.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DeviceDrops {
    /// Receive and send drops of both interfaces.
    pub total: u64,
}

impl DeviceDrops {
    /// Reads `/proc/thread-self/net/dev` for the interfaces named.
    pub fn read(interfaces: [&str; 2]) -> io::Result<Self> {
        let table = fs::read_to_string("/proc/thread-self/net/dev")?;
        Ok(Self {
            total: table
                .lines()
                .filter_map(|line| line.split_once(':'))
                .filter(|(name, _)| interfaces.contains(&name.trim()))
                .map(|(_, figures)| drops_of(figures))
                .sum(),
        })
    }
}

/// Columns: bytes packets errs drop fifo frame compressed multicast, for receive and then for transmit.
fn drops_of(figures: &str) -> u64 {
    let columns: Vec<u64> = figures
        .split_whitespace()
        .map(|word| word.parse().unwrap_or(0))
        .collect();
    [2, 3, 10, 11]
        .into_iter()
        .filter_map(|column| columns.get(column))
        .sum()
}

/// `ready`: packets pass from here on.
pub fn ready(priority: &[Priority], memory_locked: bool, receive_buffer_bytes: i32) -> Value {
    let refused = priority.iter().find_map(|each| match each {
        Priority::Normal(reason) => Some(reason.as_str()),
        Priority::Fifo(_) => None,
    });
    let real_time = match (refused, priority.first()) {
        (None, Some(Priority::Fifo(priority))) => json!({"state": "fifo", "priority": priority}),
        (reason, _) => json!({"state": "normal", "reason": reason}),
    };
    json!({
        "event": "ready",
        "realTime": real_time,
        "threads": priority.len(),
        "memoryLocked": memory_locked,
        "receiveBufferBytes": receive_buffer_bytes,
    })
}

/// `report`: everything counted since the link's time zero.
pub fn report(
    snapshots: &[Snapshot],
    elapsed: Nanos,
    device_drops: u64,
    chains: &[Option<Chain>; 2],
) -> Value {
    let mut report = json!({
        "event": "report",
        "elapsedNs": elapsed,
        "deviceDrops": device_drops,
    });
    for snapshot in snapshots {
        let chain = match snapshot.direction {
            Direction::Forward => &chains[0],
            Direction::Reverse => &chains[1],
        };
        report[direction_word(snapshot.direction)] = direction(snapshot, chain.as_ref());
    }
    report
}

fn direction(snapshot: &Snapshot, chain: Option<&Chain>) -> Value {
    let Snapshot {
        link,
        counters,
        series,
        ..
    } = snapshot;
    json!({
        "pushed": link.pushed,
        "pushedBytes": link.pushed_bytes,
        "delivered": link.delivered,
        "deliveredBytes": counters.delivered_bytes,
        "drops": drops(link),
        "reordered": link.reordered,
        "duplicated": link.duplicated,
        "queuePeakBytes": link.queue_peak_bytes,
        "ignored": counters.ignored,
        "socketDrops": counters.socket_drops,
        "sendErrors": counters.send_errors,
        "lossRuns": counters.loss_runs,
        "slots": counters.slots,
        "lostSlots": counters.lost_slots,
        "chain": chain.map(|chain| json!({
            "slots": chain.slots, "badSlots": chain.bad_slots, "bursts": chain.bursts,
        })),
        "lateness": lateness(counters),
        "series": {
            "timeNs": series.time,
            "queueBytes": series.queue,
            "deliveredBytes": series.delivered,
        },
    })
}

fn drops(link: &LinkStats) -> Value {
    json!({
        "blackhole": link.dropped_blackhole,
        "policer": link.dropped_policer,
        "loss": link.dropped_loss,
        "queue": link.dropped_queue,
    })
}

fn lateness(counters: &Counters) -> Value {
    let late = &counters.lateness;
    json!({
        "packets": late.total(),
        "p50Ns": late.quantile(0.5),
        "p99Ns": late.quantile(0.99),
        "p999Ns": late.quantile(0.999),
        "maxNs": late.max(),
    })
}

/// What the loss chain of one seed does to a path that sends one packet a millisecond: the loss that was there to meet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chain {
    /// Milliseconds looked at.
    pub slots: u64,
    /// Of them, those in which the packet is lost.
    pub bad_slots: u64,
    /// Runs of them.
    pub bursts: u64,
}

impl Chain {
    /// Plays the loss stage of `config` alone in virtual time.
    pub fn play(
        config: &LinkConfig,
        seed: u64,
        direction: Direction,
        length: Nanos,
    ) -> Option<Self> {
        let alone = LinkConfig {
            loss: config.loss.clone(),
            bottleneck: Bottleneck::Unlimited,
            ..LinkConfig::default()
        };
        let mut link = Link::new(&alone, seed, direction).ok()?;
        let mut chain = Self {
            slots: (length / MILLISECOND).min(MOST_SLOTS),
            bad_slots: 0,
            bursts: 0,
        };
        let mut previous = false;
        for slot in 0..chain.slots {
            let lost = link.push(slot * MILLISECOND, slot, 1_500).is_err();
            chain.bad_slots += u64::from(lost);
            chain.bursts += u64::from(lost && !previous);
            previous = lost;
            while link.pop(slot * MILLISECOND).is_some() {}
        }
        Some(chain)
    }
}

/// An hour: a report must not take long.
const MOST_SLOTS: u64 = 3_600_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drops_of_an_interface_are_those_of_both_ways_and_errors() {
        let line = " 100 10 1 2 0 0 0 0 200 20 4 8 0 0 0 0";
        assert_eq!(drops_of(line), 15);
    }
}
