//! `route`: two interfaces, two links, commands on stdin, events on stdout.

use std::io::{self, Write};
use std::os::fd::OwnedFd;
use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;
use std::time::Duration;

use longhaul_netem_link::{
    ConfigError, Direction, Link, LinkConfig, LossModel, MILLISECOND, Nanos,
};
use serde_json::{Value, json};

use crate::clock::Clock;
use crate::config::{self, RouterConfig};
use crate::era::Era;
use crate::input::{Input, Line};
use crate::lane::{Lane, Options, Snapshot};
use crate::record::Record;
use crate::report::{self, Chain, DeviceDrops};
use crate::sys;
use crate::worker::{self, Command, Handle, Priority};

/// Why a router cannot run.
#[derive(Debug, thiserror::Error)]
pub enum RouterError {
    /// The first line is no configuration.
    #[error("configuration: {0}")]
    Config(#[from] serde_json::Error),
    /// A link cannot be built.
    #[error("{direction} link: {error}")]
    Link {
        /// Which one.
        direction: &'static str,
        /// The rule it breaks.
        error: ConfigError,
    },
    /// An interface cannot be used.
    #[error("interface {interface}: {error}")]
    Interface {
        /// Its name.
        interface: String,
        /// What the system said.
        error: io::Error,
    },
    /// Anything else of the system.
    #[error("{0}")]
    System(#[from] io::Error),
    /// A worker ended without being told.
    #[error("a worker has ended")]
    Worker,
}

/// A router that carries packets.
#[derive(Debug)]
pub struct Router {
    config: RouterConfig,
    links: [LinkConfig; 2],
    workers: Vec<Worker>,
    /// Time zero and what had been dropped by then; none before `start`.
    started: Option<(Nanos, DeviceDrops)>,
    ready: Value,
}

#[derive(Debug)]
struct Worker {
    handle: Handle,
    directions: Vec<Direction>,
    thread: JoinHandle<io::Result<Vec<Lane>>>,
}

const DIRECTIONS: [Direction; 2] = [Direction::Forward, Direction::Reverse];

impl Router {
    /// Opens the interfaces and begins to carry packets, with the base delay alone.
    ///
    /// # Errors
    /// When an interface or a value cannot be used.
    pub fn open(config: RouterConfig) -> Result<Self, RouterError> {
        let links = [(&config.forward).into(), (&config.reverse).into()];
        for (direction, link) in DIRECTIONS.into_iter().zip(&links) {
            build(link, config.seed, direction)?;
        }
        let (sender, sender_buffer) = open_port(&config.ports.sender)?;
        let (receiver, receiver_buffer) = open_port(&config.ports.receiver)?;
        let options = Options {
            record: config.record.is_some(),
            sample: config.sample_ms.max(1) * MILLISECOND,
        };
        let mut lanes = Vec::new();
        for (direction, link) in DIRECTIONS.into_iter().zip(&links) {
            let ends = match direction {
                Direction::Forward => (Arc::clone(&sender), Arc::clone(&receiver)),
                Direction::Reverse => (Arc::clone(&receiver), Arc::clone(&sender)),
            };
            let warm = build(&config::before_start(link), config.seed, direction)?;
            lanes.push(Lane::new(
                direction,
                ends,
                Era::new(warm, Clock::now()),
                options,
            ));
        }
        let groups: Vec<Vec<Lane>> = if config.threads == 1 {
            vec![lanes]
        } else {
            lanes.into_iter().map(|lane| vec![lane]).collect()
        };
        let mut workers = Vec::new();
        let mut priorities = Vec::new();
        for group in groups {
            let (worker, priority) = spawn(group, config.real_time)?;
            workers.push(worker);
            priorities.push(priority);
        }
        let locked = rustix::mm::mlockall(rustix::mm::MlockAllFlags::CURRENT).is_ok();
        let ready = report::ready(&priorities, locked, sender_buffer.min(receiver_buffer));
        Ok(Self {
            config,
            links,
            workers,
            started: None,
            ready,
        })
    }

    /// The line that says that packets pass.
    pub fn ready(&self) -> &Value {
        &self.ready
    }

    /// A new time zero: now, or at a moment that was named before, so that what waits for it and the link agree however
    /// late this process is scheduled.
    ///
    /// # Errors
    /// When a worker has ended.
    pub fn start(&mut self, at: Option<Nanos>) -> Result<Value, RouterError> {
        let mut eras = Vec::new();
        for worker in &self.workers {
            let build = |&direction: &Direction| {
                let link = build(&self.links[direction as usize], self.config.seed, direction)?;
                Ok(Era::new(link, 0))
            };
            eras.push(
                worker
                    .directions
                    .iter()
                    .map(build)
                    .collect::<Result<Vec<_>, RouterError>>()?,
            );
        }
        let epoch = epoch(at, Clock::now());
        for (worker, mut eras) in self.workers.iter().zip(eras) {
            eras.iter_mut().for_each(|era| era.begin(epoch));
            worker.handle.send(Command::Start(eras))?;
        }
        self.started = Some((epoch, self.device_drops()?));
        Ok(json!({"event": "started", "epochNs": epoch}))
    }

    /// Everything counted since time zero.
    ///
    /// # Errors
    /// When a worker has ended.
    pub fn report(&self) -> Result<Value, RouterError> {
        let Some((epoch, drops_before)) = self.started else {
            return Ok(json!({"event": "report", "elapsedNs": 0}));
        };
        let elapsed = Clock::now() - epoch;
        let snapshots = self.snapshots()?;
        let drops = self
            .device_drops()?
            .total
            .saturating_sub(drops_before.total);
        let chains = DIRECTIONS.map(|direction| {
            let config = &self.links[direction as usize];
            matches!(config.loss, LossModel::Time(_) | LossModel::Packet(_))
                .then(|| Chain::play(config, self.config.seed, direction, elapsed))
                .flatten()
        });
        Ok(report::report(&snapshots, elapsed, drops, &chains))
    }

    /// Ends the workers and writes the record.
    ///
    /// # Errors
    /// When a worker has failed or the record cannot be written.
    pub fn close(self) -> Result<(), RouterError> {
        let mut records: Vec<Record> = Vec::new();
        for worker in self.workers {
            // A worker that has failed tells why when it is joined.
            let _ = worker.handle.send(Command::Stop);
            let lanes = worker.thread.join().map_err(|_| RouterError::Worker)??;
            records.extend(lanes.into_iter().filter_map(Lane::into_record));
        }
        if let Some(path) = &self.config.record {
            Record::write(records, path)?;
        }
        Ok(())
    }

    fn snapshots(&self) -> Result<Vec<Snapshot>, RouterError> {
        let mut all = Vec::new();
        for worker in &self.workers {
            let (reply, answer) = mpsc::channel();
            worker.handle.send(Command::Snapshot(reply))?;
            let lanes = answer
                .recv_timeout(ANSWER)
                .map_err(|_| RouterError::Worker)?;
            all.extend(lanes);
        }
        Ok(all)
    }

    fn device_drops(&self) -> io::Result<DeviceDrops> {
        DeviceDrops::read([&self.config.ports.sender, &self.config.ports.receiver])
    }
}

/// Reads the configuration, then commands, until told to stop or the other end of stdin is gone.
///
/// # Errors
/// When the router cannot run.
pub fn route(mut input: Input) -> Result<(), RouterError> {
    let Line::Text(first) = input.next_line()? else {
        return Ok(());
    };
    let mut router = Router::open(serde_json::from_str(&first)?)?;
    say(router.ready())?;
    loop {
        match input.next_line()? {
            Line::Text(command) => match command.as_str() {
                "start" => say(&router.start(None)?)?,
                "report" => say(&router.report()?)?,
                "stop" => break,
                other => match other.strip_prefix("start ").map(str::parse) {
                    Some(Ok(at)) => say(&router.start(Some(at))?)?,
                    _ => say(
                        &json!({"event": "error", "message": format!("unknown command {other:?}")}),
                    )?,
                },
            },
            Line::Terminated => break,
            // Nobody reads any more.
            Line::End => return router.close(),
        }
    }
    let last = router.report()?;
    let file = router.config.report.clone();
    router.close()?;
    if let Some(file) = file {
        std::fs::write(file, last.to_string())?;
    } else {
        say(&last)?;
    }
    Ok(())
}

/// Writes one event.
///
/// # Errors
/// When stdout is gone.
pub fn say(event: &Value) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{event}")?;
    out.flush()
}

/// Time zero for a request: waits for a moment that is near, takes one that has just passed, and is now for all others.
fn epoch(at: Option<Nanos>, now: Nanos) -> Nanos {
    match at {
        Some(at) if at > now && at - now <= MOST_AHEAD => {
            std::thread::sleep(Duration::from_nanos(at - now));
            at
        }
        Some(at) if at <= now && now - at <= MOST_LATE => at,
        _ => now,
    }
}

fn spawn(lanes: Vec<Lane>, real_time: bool) -> Result<(Worker, Priority), RouterError> {
    let (handle, inbox) = worker::channel()?;
    let directions = lanes.iter().map(Lane::direction).collect();
    let (tell, told) = mpsc::channel();
    let thread = std::thread::Builder::new()
        .name("link".into())
        .spawn(move || {
            let _ = tell.send(worker::prioritise(real_time));
            worker::run(lanes, &inbox)
        })?;
    let priority = told.recv_timeout(ANSWER).map_err(|_| RouterError::Worker)?;
    let worker = Worker {
        handle,
        directions,
        thread,
    };
    Ok((worker, priority))
}

fn build(config: &LinkConfig, seed: u64, direction: Direction) -> Result<Link, RouterError> {
    Link::new(config, seed, direction).map_err(|error| RouterError::Link {
        direction: crate::record::direction_word(direction),
        error,
    })
}

fn open_port(interface: &str) -> Result<(Arc<OwnedFd>, i32), RouterError> {
    let fault = |error| RouterError::Interface {
        interface: interface.to_owned(),
        error,
    };
    let socket = sys::open_packet_socket(interface).map_err(fault)?;
    let buffer = sys::set_receive_buffer(&socket, SOCKET_BUFFER).map_err(fault)?;
    sys::set_send_buffer(&socket, SOCKET_BUFFER).map_err(fault)?;
    Ok((Arc::new(socket), buffer))
}

/// How far ahead a time zero may lie: nothing else is answered until then.
const MOST_AHEAD: Nanos = 1_000 * MILLISECOND;
/// How late a time zero may be set: packets of that time have passed over the link as it was before.
const MOST_LATE: Nanos = 150 * MILLISECOND;
/// What a worker may take to answer.
const ANSWER: Duration = Duration::from_secs(5);
/// Half a second of full frames at 200 Mbit/s, kernel overhead included.
const SOCKET_BUFFER: i32 = 32 << 20;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_zero_is_kept_when_it_is_near_and_is_now_otherwise() {
        let now = Clock::now();
        for (at, kept) in [
            (now + 5 * MILLISECOND, true),
            (now - 5 * MILLISECOND, true),
            (now + 2 * MOST_AHEAD, false),
            (now - 2 * MOST_LATE, false),
            (Nanos::MAX, false),
            (0, false),
        ] {
            let expected = if kept { at } else { now };
            assert_eq!(epoch(Some(at), now), expected, "{at} at {now}");
        }
        assert_eq!(epoch(None, now), now);
    }
}
