//! One sender: the application's data, the controller, the pacer, loss detection and retransmission.

use std::collections::VecDeque;

use longhaul_cc::{Controller, Kind, Params, Saved};
use longhaul_netem_link::Nanos;

use super::app::{App, Source, Write};
use super::detection::{Detection, InFlight, Outcome};
use super::pacer::Pacer;
use super::receiver::{AckPolicy, Ranges, Receiver};
use super::{MS, MTU, SEC, at, nanos};

/// What a flow is made of.
#[derive(Debug, Clone)]
pub struct FlowConfig {
    pub kind: Kind,
    pub params: Vec<(&'static str, f64)>,
    pub app: App,
    pub acks: AckPolicy,
    pub saved: Option<Saved>,
    pub adaptive: bool,
    /// Bytes the receiver lets be in flight.
    pub flow_control: u64,
    /// How long a frame may wait before it is dropped unsent.
    pub expiry: Nanos,
    /// Pings follow what has nothing behind it, as in the engine's adapter.
    pub tail_pings: bool,
    /// The last packet of each key frame is lost at the first attempt.
    pub lose_tails: bool,
    /// What leaves before is padding: the streams have nothing to send behind it.
    pub padding_until: Nanos,
}

impl FlowConfig {
    pub fn new(kind: Kind, app: App) -> Self {
        Self {
            kind,
            params: Vec::new(),
            app,
            acks: AckPolicy::default(),
            saved: None,
            adaptive: true,
            flow_control: u64::MAX,
            expiry: Nanos::MAX,
            tail_pings: false,
            lose_tails: false,
            padding_until: 0,
        }
    }
}

/// A piece of a frame in one packet.
#[derive(Debug, Clone, Copy)]
struct Chunk {
    frame: usize,
    bytes: u64,
    arrived: Option<Nanos>,
    /// Lost at least once.
    repaired: bool,
}

/// What a flow looked like at a moment.
#[derive(Debug, Clone, Copy)]
pub struct Sample {
    pub at: Nanos,
    pub cwnd: u64,
    pub rate: u64,
    pub rtt: Nanos,
    pub in_flight: u64,
    pub goodput: u64,
    pub delivered: u64,
    pub lost: u64,
    pub phase: &'static str,
}

#[derive(Debug)]
pub struct Sender {
    pub controller: Controller,
    pub source: Source,
    pacer: Pacer,
    pub detection: Detection,
    pub receiver: Receiver,
    chunks: Vec<Chunk>,
    /// (first chunk of each frame is implied) per frame: chunks outstanding, last arrival.
    frames: Vec<Frame>,
    retransmit: VecDeque<usize>,
    next_number: u64,
    sent: u64,
    /// Unique payload at the far side.
    pub goodput: u64,
    pub sent_bytes: u64,
    pub lost_bytes: u64,
    probe: bool,
    pub done_at: Option<Nanos>,
    flow_control: u64,
    /// When pings are due; `None`: they do not follow tails.
    pings: Option<VecDeque<Nanos>>,
    pub lose_tails: bool,
    padding_until: Nanos,
    numbers: Vec<usize>,
    pub samples: Vec<Sample>,
    pub rtts: Vec<f64>,
    pub smoothed: Vec<f64>,
}

/// How a frame fared.
#[derive(Debug, Clone, Copy, Default)]
pub struct Frame {
    pub cut: u64,
    pub missing: u64,
    /// The last byte of it, repaired or not.
    pub complete: Option<Nanos>,
    /// The last of its packets that arrived at the first attempt.
    pub unrepaired: Option<Nanos>,
}

impl Sender {
    pub fn new(config: FlowConfig) -> Self {
        let mut params = Params::of(config.kind);
        if let Err(error) = params.set_all(config.params.iter().copied()) {
            panic!("{error}");
        }
        let initial = nanos(params.initial_rtt);
        let controller = Controller::new(at(0), config.kind, params, MTU, config.saved);
        let source = Source::new(config.app, config.expiry);
        let frames = vec![Frame::default(); source.writes().len() + 1];
        Self {
            pacer: Pacer::new(controller.pacing_rate()),
            detection: Detection::new(initial, config.acks.max_delay, config.adaptive),
            receiver: Receiver::new(config.acks),
            controller,
            source,
            chunks: Vec::new(),
            frames,
            retransmit: VecDeque::new(),
            next_number: 0,
            sent: 0,
            goodput: 0,
            sent_bytes: 0,
            lost_bytes: 0,
            probe: false,
            done_at: None,
            flow_control: config.flow_control,
            pings: config.tail_pings.then(VecDeque::new),
            lose_tails: config.lose_tails,
            padding_until: config.padding_until,
            numbers: Vec::new(),
            samples: Vec::new(),
            rtts: Vec::new(),
            smoothed: Vec::new(),
        }
    }

    /// The next packet to leave at `now`, if one may: (number, bytes).
    pub fn transmit(&mut self, now: Nanos) -> Option<(u64, u64)> {
        self.source.advance(now);
        if self.probe {
            self.probe = false;
            return self.send_probe(now);
        }
        if self.take_ping(now) {
            self.chunks.push(Chunk {
                frame: self.source.writes().len(),
                bytes: 0,
                arrived: None,
                repaired: false,
            });
            return Some(self.send(now, self.chunks.len() - 1));
        }
        if !self.may_send(now) || self.pacer.due(now, u64::from(MTU)) > now {
            return None;
        }
        let chunk = self.next_chunk()?;
        Some(self.send(now, chunk))
    }

    /// When to look at this sender again.
    pub fn deadline(&mut self, now: Nanos) -> Option<Nanos> {
        let paced = self
            .may_send(now)
            .then(|| self.pacer.due(now, u64::from(MTU)));
        let ping = (self.pings.as_ref()).and_then(|pings| pings.front().copied());
        [
            paced,
            ping,
            self.source.next_write(now),
            self.detection.deadline(),
        ]
        .into_iter()
        .flatten()
        .min()
    }

    /// The timer of loss detection, if it is due.
    pub fn on_timer(&mut self, now: Nanos) {
        if self.detection.deadline().is_none_or(|due| due > now) {
            return;
        }
        let (outcome, probe) = self.detection.on_timer(now);
        self.probe = probe;
        self.take(now, outcome);
    }

    pub fn on_ack(&mut self, now: Nanos, ranges: &Ranges) {
        let outcome = self.detection.on_ack(now, ranges);
        self.take(now, outcome);
    }

    /// Packet `number` reaches the far side.
    pub fn on_arrival(&mut self, now: Nanos, number: u64) {
        self.receiver.on_packet(now, number);
        let Some(&index) = self.numbers.get(number as usize) else {
            return;
        };
        let chunk = &mut self.chunks[index];
        if chunk.arrived.is_some() {
            return;
        }
        chunk.arrived = Some(now);
        self.goodput += chunk.bytes;
        let frame = &mut self.frames[chunk.frame];
        frame.missing -= chunk.bytes;
        if !chunk.repaired {
            frame.unrepaired = Some(now);
        }
        if frame.missing == 0 {
            frame.complete = Some(now);
        }
        if self.source.is_done() && self.frames.iter().all(|frame| frame.missing == 0) {
            self.done_at.get_or_insert(now);
        }
    }

    /// Every write with how it fared.
    pub fn writes(&self) -> impl Iterator<Item = (&Write, &Frame)> {
        self.source.writes().iter().zip(&self.frames)
    }

    pub fn record(&mut self, now: Nanos) {
        let flow = self.controller.flow();
        let sample = Sample {
            at: now,
            cwnd: self.controller.cwnd(),
            rate: self.controller.pacing_rate(),
            rtt: flow.rtt().latest().map_or(0, nanos),
            in_flight: flow.in_flight(),
            goodput: self.goodput,
            delivered: flow.delivered(),
            lost: flow.lost(),
            phase: self.controller.phase(),
        };
        self.samples.push(sample);
    }

    /// Goodput between two moments, bits per second.
    pub fn goodput_bps(&self, from: Nanos, to: Nanos) -> f64 {
        let value = |moment: Nanos| {
            let index = self.samples.partition_point(|sample| sample.at < moment);
            let index = index.min(self.samples.len() - 1);
            self.samples[index].goodput
        };
        (value(to) - value(from)) as f64 * 8.0 / ((to - from) as f64 / SEC as f64)
    }

    /// The packet that left last has nothing behind it and is the end of a key frame that nobody has sent again.
    pub fn is_tail(&self, number: u64) -> bool {
        let chunk = self
            .numbers
            .get(number as usize)
            .map(|index| self.chunks[*index]);
        let is_key =
            |frame: usize| (self.source.writes().get(frame)).is_some_and(|write| write.key);
        self.source.waiting() == 0
            && chunk.is_some_and(|chunk| chunk.bytes > 0 && !chunk.repaired && is_key(chunk.frame))
    }

    fn take_ping(&mut self, now: Nanos) -> bool {
        let idle = self.detection.is_idle();
        let Some(pings) = &mut self.pings else {
            return false;
        };
        if idle {
            pings.clear();
        }
        let due = pings.front().is_some_and(|due| *due <= now);
        if due {
            pings.pop_front();
        }
        due
    }

    /// Nothing follows, or what does is feedback itself.
    fn plan_pings(&mut self, now: Nanos, bytes: u64, backlogged: bool) {
        let Some(pings) = &mut self.pings else { return };
        if bytes > 0 {
            pings.clear();
            if !backlogged {
                pings.extend(PINGS.map(|after| now + after));
            }
        }
    }

    fn has_data(&self, now: Nanos) -> bool {
        !self.retransmit.is_empty() || !self.source.is_empty(now)
    }

    fn may_send(&self, now: Nanos) -> bool {
        let in_flight = self.controller.flow().in_flight();
        let room = in_flight + u64::from(MTU) <= self.controller.cwnd().min(self.flow_control);
        room && self.has_data(now)
    }

    fn next_chunk(&mut self) -> Option<usize> {
        while let Some(index) = self.retransmit.pop_front() {
            // What has arrived meanwhile is not repeated: the sender would know from the acknowledgement.
            let chunk = &self.chunks[index];
            if chunk.arrived.is_none() && chunk.bytes > 0 {
                return Some(index);
            }
        }
        let (frame, bytes) = self.source.take(u64::from(MTU))?;
        self.chunks.push(Chunk {
            frame,
            bytes,
            arrived: None,
            repaired: false,
        });
        self.frames[frame].missing += bytes;
        self.frames[frame].cut += 1;
        Some(self.chunks.len() - 1)
    }

    // RFC 9002 §6.2.4: new data if there is any, else the oldest that is missing.
    fn send_probe(&mut self, now: Nanos) -> Option<(u64, u64)> {
        let chunk = match self.detection.oldest() {
            Some(packet) => {
                self.chunks[packet.chunk].repaired = true;
                packet.chunk
            }
            None => self.next_chunk()?,
        };
        Some(self.send(now, chunk))
    }

    fn send(&mut self, now: Nanos, chunk: usize) -> (u64, u64) {
        let number = self.next_number;
        self.next_number += 1;
        self.numbers.push(chunk);
        let bytes = self.chunks[chunk].bytes.max(MIN_PACKET);
        self.detection.on_sent(
            number,
            InFlight {
                sent_at: now,
                bytes,
                chunk,
            },
        );
        let backlogged = now >= self.padding_until && self.has_data(now);
        self.plan_pings(now, self.chunks[chunk].bytes, backlogged);
        self.controller.on_sent(at(now), number, bytes, !backlogged);
        self.pacer.set_rate(now, self.controller.pacing_rate());
        self.pacer.on_sent(now, bytes, backlogged);
        self.sent += 1;
        self.sent_bytes += bytes;
        (number, bytes)
    }

    fn take(&mut self, now: Nanos, outcome: Outcome) {
        if !outcome.acked.is_empty() {
            for (number, packet) in &outcome.acked {
                self.controller
                    .on_acked(at(now), *number, Some(at(packet.sent_at)));
            }
            self.controller.end_acks(at(now), 0);
            let rtt = self.controller.flow().rtt();
            self.rtts.extend(rtt.latest().map(|rtt| rtt.as_secs_f64()));
            self.smoothed
                .extend(rtt.smoothed().map(|rtt| rtt.as_secs_f64()));
        }
        if !outcome.lost.is_empty() {
            for (number, packet) in &outcome.lost {
                self.controller.on_lost(*number);
                self.chunks[packet.chunk].repaired = true;
                self.retransmit.push_back(packet.chunk);
                self.lost_bytes += packet.bytes;
            }
            self.controller.end_losses(at(now), outcome.persistent);
        }
        self.pacer.set_rate(now, self.controller.pacing_rate());
    }
}

const MIN_PACKET: u64 = 40;

/// After a tail: what the engine's adapter waits for a packet to follow, and its step.
const PINGS: [Nanos; 3] = [5 * MS, 7 * MS, 9 * MS];
