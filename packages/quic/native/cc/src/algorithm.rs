//! What an algorithm is: it hears events, reads the flow, and says window and pacing rate.

use std::fmt::Debug;
use std::time::Duration;

use crate::event::{Ack, Loss, Sent};
use crate::flow::Flow;

/// The algorithms there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// RFC 9002 §7.
    Reno,
    /// RFC 9438 with RFC 9406 and RFC 9937.
    Cubic,
    /// BBR version 1, as in Linux.
    Bbr1,
    /// draft-ietf-ccwg-bbr, as written.
    Bbr3,
    /// Ours, the default.
    BbrLive,
    /// Copa (NSDI 2018).
    Copa,
    /// A rate, whatever the path says.
    Fixed,
    /// Decided by the application.
    Agent,
}

impl Kind {
    /// All of them.
    pub const ALL: &'static [Self] = &[
        Self::Reno,
        Self::Cubic,
        Self::Bbr1,
        Self::Bbr3,
        Self::BbrLive,
        Self::Copa,
        Self::Fixed,
        Self::Agent,
    ];

    /// As in the configuration, on the command line and in metrics.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Reno => "reno",
            Self::Cubic => "cubic",
            Self::Bbr1 => "bbr1",
            Self::Bbr3 => "bbr3",
            Self::BbrLive => "bbr-live",
            Self::Copa => "copa",
            Self::Fixed => "fixed",
            Self::Agent => "agent",
        }
    }

    /// The algorithm called `name`.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.name() == name)
    }

    /// A stable number, for an atomic mailbox. The inverse of [`Kind::from_code`].
    pub fn code(self) -> u8 {
        self as u8
    }

    /// The algorithm with that number.
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.get(usize::from(code)).copied()
    }
}

/// What one algorithm leaves to the next, or a remembered path to the first.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Handover {
    /// Bytes that may be in flight.
    pub cwnd: u64,
    /// What the path carries, bytes per second, as far as known.
    pub bandwidth: Option<u64>,
    /// The least round trip, as far as known.
    pub min_rtt: Option<Duration>,
    /// Bytes in flight.
    pub in_flight: u64,
    /// The capacity has been found: no slow start, no Startup.
    pub full_pipe: bool,
}

/// A number for display: name, unit as in [`crate::params::Unit::symbol`], value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Gauge {
    /// What it is.
    pub name: &'static str,
    /// Its unit, empty for a ratio or a count.
    pub unit: &'static str,
    /// Its value; NaN while unknown.
    pub value: f64,
}

/// One congestion-control algorithm. Inputs: the events and the flow they belong to, whose knobs it reads where it uses
/// them. Outputs: window, pacing rate, phase, gauges. No clock, no I/O, no randomness from outside.
pub trait Algorithm: Debug + Send {
    /// Which one it is.
    fn kind(&self) -> Kind;

    /// A packet left.
    fn on_sent(&mut self, _flow: &Flow, _sent: &Sent) {}

    /// Something was acknowledged.
    fn on_ack(&mut self, flow: &Flow, ack: &Ack);

    /// Something was lost.
    fn on_loss(&mut self, flow: &Flow, loss: &Loss);

    /// A knob or the packet size changed.
    fn on_params(&mut self, _flow: &Flow) {}

    /// Decisions of an agent, for [`Kind::Agent`]; the others do not listen.
    fn on_decision(&mut self, _flow: &Flow, _now: Duration, _decision: crate::agent::Decision) {}

    /// What an agent is to be told, for [`Kind::Agent`].
    fn take_report(&mut self) -> Option<crate::agent::Report> {
        None
    }

    /// Bytes that may be in flight.
    fn cwnd(&self) -> u64;

    /// Bytes per second to pace at; `None`: no opinion, the window over the round trip with room to spare.
    fn pacing_rate(&self) -> Option<u64>;

    /// The name of the phase, lower case with hyphens.
    fn phase(&self) -> &'static str;

    /// What it leaves to the next.
    fn handover(&self, flow: &Flow) -> Handover;

    /// What it believes, for display.
    fn gauges(&self) -> Vec<Gauge> {
        Vec::new()
    }

    /// A copy: a path that changed its port starts from the same state.
    fn boxed_clone(&self) -> Box<dyn Algorithm>;
}

impl Clone for Box<dyn Algorithm> {
    fn clone(&self) -> Self {
        self.boxed_clone()
    }
}
