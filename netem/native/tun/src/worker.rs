//! The thread that moves frames.

use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender};

use longhaul_netem_link::Nanos;
use rustix::event::{EventfdFlags, PollFd, PollFlags, eventfd, poll};
use rustix::io::{read, write};
use rustix::time::{
    Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, timerfd_create,
    timerfd_settime,
};

use crate::clock::Clock;
use crate::era::Era;
use crate::lane::{Lane, Snapshot};
use crate::sys;

/// What a worker is asked for.
#[derive(Debug)]
pub enum Command {
    /// A new time zero: links in the order of the worker's lanes, made by the asker because memory takes time.
    Start(Vec<Era>),
    /// Figures of every lane.
    Snapshot(Sender<Vec<Snapshot>>),
    /// Leave the loop.
    Stop,
}

/// Whether a thread runs before everything of normal priority.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Priority {
    /// SCHED_FIFO with this priority.
    Fifo(i32),
    /// As everything else, and why.
    Normal(String),
}

/// The way to a worker. Dropping it does not end the worker, [`Command::Stop`] does.
#[derive(Debug)]
pub struct Handle {
    commands: Sender<Command>,
    wake: Arc<OwnedFd>,
}

impl Handle {
    /// Hands over a command; it is taken within one turn of the loop.
    pub fn send(&self, command: Command) -> io::Result<()> {
        self.commands
            .send(command)
            .map_err(|_| io::Error::other("a worker has ended"))?;
        write(&*self.wake, &1u64.to_ne_bytes())?;
        Ok(())
    }
}

/// The two ends of the way to a worker.
pub fn channel() -> io::Result<(Handle, Inbox)> {
    let (sender, receiver) = std::sync::mpsc::channel();
    let wake = Arc::new(eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?);
    let handle = Handle {
        commands: sender,
        wake: Arc::clone(&wake),
    };
    Ok((
        handle,
        Inbox {
            commands: receiver,
            wake,
        },
    ))
}

/// The worker's end.
#[derive(Debug)]
pub struct Inbox {
    commands: Receiver<Command>,
    wake: Arc<OwnedFd>,
}

/// Asks for real-time priority for the calling thread and for timers without slack.
pub fn prioritise(wanted: bool) -> Priority {
    let priority = if wanted {
        match sys::run_real_time(FIFO_PRIORITY) {
            Ok(()) => Priority::Fifo(FIFO_PRIORITY),
            Err(error) => Priority::Normal(format!("SCHED_FIFO refused: {error}")),
        }
    } else {
        Priority::Normal("not asked for".into())
    };
    // Real-time threads have none; for the others it is 50 us unless told.
    let _ = sys::set_timer_slack(1);
    priority
}

/// Moves frames until told to stop; gives the lanes back.
pub fn run(mut lanes: Vec<Lane>, inbox: &Inbox) -> io::Result<Vec<Lane>> {
    // A timer descriptor and no poll time-out: poll rounds long time-outs by a tenth of a percent.
    let timer = timerfd_create(
        TimerfdClockId::Monotonic,
        TimerfdFlags::CLOEXEC | TimerfdFlags::NONBLOCK,
    )?;
    let mut armed = None;
    let mut buffer = vec![0; LARGEST_FRAME];
    loop {
        let clock = Clock::read();
        for lane in &mut lanes {
            lane.intake(&clock, &mut buffer)?;
        }
        for lane in &mut lanes {
            lane.deliver();
            lane.sample(Clock::now());
        }
        while let Ok(command) = inbox.commands.try_recv() {
            match command {
                Command::Start(eras) => {
                    for (lane, era) in lanes.iter_mut().zip(eras) {
                        lane.start(era);
                    }
                }
                Command::Snapshot(reply) => {
                    let _ = reply.send(lanes.iter_mut().map(Lane::snapshot).collect());
                }
                Command::Stop => return Ok(lanes),
            }
        }
        wait(&lanes, inbox, &timer, &mut armed)?;
    }
}

/// Sleeps until a frame, a command or the next deadline.
fn wait(
    lanes: &[Lane],
    inbox: &Inbox,
    timer: &OwnedFd,
    armed: &mut Option<Nanos>,
) -> io::Result<()> {
    let deadline = lanes.iter().filter_map(Lane::next_deadline).min();
    if deadline != *armed {
        timerfd_settime(timer, TimerfdTimerFlags::ABSTIME, &alarm(deadline))?;
        *armed = deadline;
    }
    let mut fds: Vec<PollFd<'_>> = lanes
        .iter()
        .map(Lane::readable)
        .chain([timer.as_fd(), inbox.wake.as_fd()])
        .map(|fd| PollFd::from_borrowed_fd(fd, PollFlags::IN))
        .collect();
    match poll(&mut fds, None) {
        Ok(_) | Err(rustix::io::Errno::INTR) => {}
        Err(error) => return Err(error.into()),
    }
    let mut count = [0; 8];
    if fds[lanes.len()].revents().contains(PollFlags::IN) {
        let _ = read(timer, &mut count);
        *armed = None;
    }
    if fds[lanes.len() + 1].revents().contains(PollFlags::IN) {
        let _ = read(&*inbox.wake, &mut count);
    }
    Ok(())
}

fn alarm(deadline: Option<Nanos>) -> Itimerspec {
    let off = Timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    Itimerspec {
        it_interval: off,
        // Zero would disarm: a time long gone fires at once.
        it_value: deadline.map_or(off, |at| Timespec {
            tv_sec: (at / 1_000_000_000) as i64,
            tv_nsec: (at % 1_000_000_000).max(1) as i64,
        }),
    }
}

/// Above the kernel's threads of normal priority, below those that serve interrupts (50).
const FIFO_PRIORITY: i32 = 10;
/// A segment that some interface aggregated against its setting: taken whole and counted, not cut.
const LARGEST_FRAME: usize = 1 << 16;
