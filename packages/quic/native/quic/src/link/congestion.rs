//! What the owner of a link asks and is told of congestion control, and of the packets.

use std::sync::atomic::Ordering::Relaxed;

use longhaul_cc::{
    Kind, KnobError, Params, Saved,
    agent::{Decision, Report},
};

use super::{Link, with_engine};
use crate::{
    controller::{CongestionView, ControllerState},
    repair::{RepairSettings, RepairStats},
    tap::{PacketNews, StreamNews, TapTotals},
};

impl Link {
    /// Which algorithm decides now.
    pub fn controller(&self) -> &'static str {
        self.ask(
            |shared| shared.controller.kind().name(),
            |summary| summary.controller,
        )
    }

    /// Keeps to `rate` bytes of UDP payload per second; `None` returns to the algorithm that the link began with.
    pub fn set_rate(&self, rate: Option<u64>) -> Result<(), KnobError> {
        self.turn(|controller| controller.set_rate(rate))
    }

    /// `kind` decides from now on, with what the one before it has learned.
    pub fn set_algorithm(&self, kind: Kind) {
        let _ = self.turn(|controller| {
            controller.set_algorithm(kind);
            Ok(())
        });
    }

    /// `kind` with these knobs decides from now on, whatever was set before.
    pub fn choose(&self, kind: Kind, params: Params) {
        let _ = self.turn(|controller| {
            controller.choose(kind, params);
            Ok(())
        });
    }

    /// Turns knobs of congestion control: all of them or, on the first error, none.
    pub fn set_knobs<'a>(
        &self,
        values: impl IntoIterator<Item = (&'a str, f64)>,
    ) -> Result<(), KnobError> {
        self.turn(|controller| controller.set_knobs(values))
    }

    /// What an agent decided, for the algorithm `agent`.
    pub fn decide(&self, decision: Decision) {
        let _ = self.turn(|controller| {
            controller.decide(decision);
            Ok(())
        });
    }

    /// The knobs in force; `None` when the link is over.
    pub fn knobs(&self) -> Option<Params> {
        Some(self.live()?.controller.params())
    }

    /// What congestion control believes; `None` when the link is over.
    pub fn congestion(&self) -> Option<CongestionView> {
        Some(self.live()?.controller.view())
    }

    /// What a later link to the same peer may start from, after the end too; `None` while too little is known.
    pub fn saved(&self) -> Option<Saved> {
        self.ask(
            |shared| shared.controller.view().saved,
            |summary| summary.saved,
        )
    }

    /// Takes the reports for an agent, oldest first.
    pub fn take_reports(&self) -> Vec<Report> {
        self.live()
            .map(|shared| shared.controller.take_reports())
            .unwrap_or_default()
    }

    /// Other settings of repair from now on.
    pub fn set_repair(&self, settings: RepairSettings) {
        if let Some(shared) = self.live() {
            shared.repair.set(settings);
        }
    }

    /// What repair has done; nothing when the link is over.
    pub fn repair(&self) -> RepairStats {
        self.live()
            .map(|shared| shared.repair.stats())
            .unwrap_or_default()
    }

    /// Totals of what packets carried.
    pub fn carried(&self) -> TapTotals {
        self.live()
            .map(|shared| shared.controller.tap().totals())
            .unwrap_or_default()
    }

    /// Keeps the news of at most `capacity` packets from now on; 0 keeps none.
    pub fn keep_packet_news(&self, capacity: usize) {
        if let Some(shared) = self.live() {
            shared.controller.tap().keep_news(capacity);
        }
    }

    /// Takes the news of packets, oldest first, and how many did not fit since the last call.
    pub fn take_packet_news(&self) -> (Vec<PacketNews>, u64) {
        self.live()
            .map(|shared| shared.controller.tap().take_news())
            .unwrap_or_default()
    }

    /// Follows one in `every` of our streams from now on; 0: none.
    pub fn follow_streams(&self, every: u64) {
        if let Some(shared) = self.live() {
            shared.controller.tap().follow(every);
        }
    }

    /// Takes the news of followed streams, oldest first, and how many did not fit since the last call.
    pub fn take_stream_news(&self) -> (Vec<StreamNews>, u64) {
        self.live()
            .map(|shared| shared.controller.tap().take_followed())
            .unwrap_or_default()
    }

    /// Changes something of congestion control and sees to it that the driver looks.
    fn turn<R: Default>(
        &self,
        change: impl FnOnce(&ControllerState) -> Result<R, KnobError>,
    ) -> Result<R, KnobError> {
        let Some(shared) = self.live() else {
            return Ok(R::default());
        };
        let result = change(&shared.controller)?;
        // An idle connection's driver looks at its controller only when something moves.
        let window = shared.send_window.load(Relaxed);
        with_engine(&shared, |engine| engine.set_send_window(window));
        Ok(result)
    }
}
