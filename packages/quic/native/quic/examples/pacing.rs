//! How evenly packets leave: `cargo run --release -p longhaul-quic --example pacing [-- SECONDS [rate | flood]]`; with
//! `rate` only the last part; `flood` saturates loopback with each algorithm, for a profiler to look at.
//!
//! A link over loopback UDP goes through a hop of 10 ms each way that notes when the kernel took each packet. A burst is
//! a run of packets whose gaps are shorter than half of what a packet takes at the rate. Loads: `bulk` always has data;
//! `live` writes 30 frames a second, half of the rate in all, every 60th eight times as large. bbr-live finds the rate as
//! `max_rate`. Rates are UDP payload; those without a hop are by the link's own counters. Exit code 1 on a missed bound.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../tests/support/mod.rs"]
mod support;

use std::{
    io::IoSliceMut,
    net::{SocketAddr, UdpSocket},
    os::fd::AsRawFd,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering::Relaxed},
        mpsc,
    },
    thread,
    time::{Duration, Instant},
};

use bytes::Bytes;
use longhaul_cc::{Kind, Params};
use longhaul_quic::{ControllerChoice, Event, LinkOptions, Op};
use nix::sys::socket::{
    ControlMessageOwned, MsgFlags, SockaddrIn, recvmsg, setsockopt, sockopt::ReceiveTimestampns,
};
use support::{End, Pair, established, options, pair, pair_via};

fn main() {
    let seconds = std::env::args().nth(1).and_then(|text| text.parse().ok());
    let span = Duration::from_secs_f64(seconds.unwrap_or(6.0));
    if std::env::args().nth(2).is_some_and(|part| part == "flood") {
        for kind in [Kind::BbrLive, Kind::Cubic] {
            flood(kind, span);
        }
        return;
    }
    println!(
        "algorithm  load  Mbit/s  sent/rate  burst packets p50  p95  max  p95 ms of rate  bound"
    );
    let mut good = true;
    let kinds = [Kind::Fixed, Kind::BbrLive];
    let whole = std::env::args().nth(2).is_none();
    for kind in kinds.into_iter().filter(|_| whole) {
        for load in [Load::Bulk, Load::Live] {
            for mbps in [2, 10, 100] {
                good &= bursts(kind, load, mbps, span);
            }
        }
    }
    for mbps in [1, 2, 10, 30, 100, 300, 1_000] {
        good &= rate(mbps, span);
    }
    std::process::exit(i32::from(!good));
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Load {
    Bulk,
    Live,
}

fn choice(kind: Kind, mbps: u64) -> LinkOptions {
    let mut params = Params::of(kind);
    let rate = (mbps * 1_000_000) as f64;
    let name = if kind == Kind::Fixed {
        "fixed_rate"
    } else {
        "max_rate"
    };
    params.set(name, rate).unwrap();
    LinkOptions {
        controller: ControllerChoice {
            params,
            ..ControllerChoice::of(kind)
        },
        stream_window: 1 << 20,
        connection_window: 8 << 20,
        send_buffer: 1 << 20,
        socket_buffer: 4 << 20,
        ..options()
    }
}

fn bursts(kind: Kind, load: Load, mbps: u64, span: Duration) -> bool {
    let mut hop = None;
    let mut pair = pair_via(&choice(kind, mbps), |listener| {
        let made = Hop::to(listener);
        let address = made.address;
        hop = Some(made);
        address
    });
    let hop = hop.unwrap();
    pair.dialer.wait("the handshake", established);
    run(&mut pair, load, mbps, SETTLE);
    hop.seen.lock().unwrap().clear();
    let before = Instant::now();
    run(&mut pair, load, mbps, span);
    let seen = hop.seen.lock().unwrap().clone();
    let took = before.elapsed().as_secs_f64();
    let bps = mbps as f64 * 1e6;
    let bytes: u64 = seen.iter().map(|(_, bytes)| bytes).sum();
    let ratio = bytes as f64 * 8.0 / took / bps;
    let bursts = split(&seen, bps);
    let packets = sorted(bursts.iter().map(|(packets, _)| *packets as f64));
    let spans = sorted(bursts.iter().map(|(_, bytes)| *bytes as f64 * 8e3 / bps));
    let (p50, p95) = (at(&packets, 0.5), at(&packets, 0.95));
    let (most, p95_ms) = (at(&packets, 1.0), at(&spans, 0.95));
    let limit_ms = if mbps > 10 { 3.0 } else { 4.0 };
    let kept = load == Load::Live || (ratio - 1.0).abs() <= 0.03;
    let good = (p95 <= 2.0 || p95_ms <= limit_ms) && kept;
    println!(
        "{:9}  {:4}  {mbps:6}  {ratio:9.3}  {p50:17.0}  {p95:3.0}  {most:3.0}  {p95_ms:14.2}  {}",
        kind.name(),
        format!("{load:?}").to_lowercase(),
        if good { "kept" } else { "MISSED" },
    );
    good
}

fn rate(mbps: u64, span: Duration) -> bool {
    let mut pair = pair(&choice(Kind::Fixed, mbps));
    pair.dialer.wait("the handshake", established);
    run(&mut pair, Load::Bulk, mbps, SETTLE);
    let (before, start) = (pair.dialer.link.stats().bytes_sent, Instant::now());
    run(&mut pair, Load::Bulk, mbps, span);
    let bytes = pair.dialer.link.stats().bytes_sent - before;
    let ratio = bytes as f64 * 8.0 / start.elapsed().as_secs_f64() / (mbps as f64 * 1e6);
    let good = (ratio - 1.0).abs() <= 0.03;
    let verdict = if good { "kept" } else { "MISSED" };
    println!(
        "fixed      rate  {mbps:6}  {ratio:9.3}  {:50}  {verdict}",
        ""
    );
    good
}

fn flood(kind: Kind, span: Duration) {
    let options = LinkOptions {
        controller: ControllerChoice::of(kind),
        ..choice(Kind::Fixed, 1)
    };
    let mut pair = pair(&options);
    pair.dialer.wait("the handshake", established);
    let start = Instant::now();
    run(&mut pair, Load::Bulk, 0, span);
    let bytes = pair.dialer.link.stats().bytes_sent;
    let mbps = bytes as f64 * 8e-6 / start.elapsed().as_secs_f64();
    println!("{:9}  flood  {mbps:.0} Mbit/s", kind.name());
}

/// Runs of packets with gaps below half a packet's time: (packets, bytes).
fn split(seen: &[(u64, u64)], bps: f64) -> Vec<(usize, u64)> {
    let limit = (PACKET * 8.0 / bps * 1e9 / 2.0) as u64;
    let mut bursts: Vec<(usize, u64)> = Vec::new();
    let mut last = None;
    for &(at, bytes) in seen {
        match bursts.last_mut() {
            Some(burst) if last.is_some_and(|last| at.saturating_sub(last) < limit) => {
                *burst = (burst.0 + 1, burst.1 + bytes);
            }
            _ => bursts.push((1, bytes)),
        }
        last = Some(at);
    }
    bursts
}

fn sorted(values: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values
}

fn at(sorted: &[f64], share: f64) -> f64 {
    let index = (sorted.len().max(1) - 1) as f64 * share;
    sorted
        .get(index.round() as usize)
        .copied()
        .unwrap_or(f64::NAN)
}

/// Writes for `span`; both ends' events are taken by a thread each.
fn run(pair: &mut Pair, load: Load, mbps: u64, span: Duration) {
    let over = AtomicBool::new(false);
    let id = STREAM.fetch_add(1, Relaxed);
    let (credit, credits) = mpsc::channel();
    thread::scope(|scope| {
        scope.spawn(|| drain(&mut pair.acceptor, &over, |_| {}));
        let link = &pair.dialer.link;
        link.submit([Op::OpenUni { id, priority: 0 }]);
        let writer = Writer { id, link };
        scope.spawn(move || match load {
            Load::Bulk => writer.bulk(span, &credits),
            Load::Live => writer.live(span, mbps),
        });
        let until = Instant::now() + span;
        while Instant::now() < until {
            for event in link.drain() {
                if let Event::Credit { bytes, .. } = event {
                    let _ = credit.send(bytes);
                }
            }
            let _ = pair.dialer.woken.recv_timeout(Duration::from_millis(20));
        }
        link.submit([Op::Reset { id, code: 0 }]);
        over.store(true, Relaxed);
    });
}

struct Writer<'a> {
    id: u64,
    link: &'a longhaul_quic::Link,
}

impl Writer<'_> {
    fn write(&self, bytes: usize) {
        let bytes = Bytes::from(vec![7; bytes]);
        self.link.submit([Op::Write { id: self.id, bytes }]);
    }

    fn bulk(&self, span: Duration, credits: &mpsc::Receiver<u64>) {
        let until = Instant::now() + span;
        self.write(1 << 20);
        while let Some(left) = until.checked_duration_since(Instant::now()) {
            if let Ok(bytes) = credits.recv_timeout(left) {
                self.write(bytes as usize);
            }
        }
    }

    fn live(&self, span: Duration, mbps: u64) {
        let start = Instant::now();
        let delta = mbps * 1_000_000 / 2 / 8 / 30 * 60 / 67;
        for frame in 0u32.. {
            let due = Duration::from_secs(1) * frame / 30;
            if due >= span {
                return;
            }
            thread::sleep(due.saturating_sub(start.elapsed()));
            let size = if frame.is_multiple_of(60) {
                delta * 8
            } else {
                delta
            };
            self.write(size as usize);
        }
    }
}

fn drain(end: &mut End, over: &AtomicBool, mut look: impl FnMut(&Event)) {
    while !over.load(Relaxed) {
        for event in end.link.drain() {
            look(&event);
            if let Event::Data { id, length, .. } = &event {
                let (id, bytes) = (*id, *length as u64);
                end.link.submit([Op::Consumed { id, bytes }]);
            }
        }
        let _ = end.woken.recv_timeout(Duration::from_millis(20));
    }
}

/// Forwards between one dialer and a listener, and notes what comes from the dialer: (nanoseconds, bytes).
struct Hop {
    address: SocketAddr,
    seen: Arc<Mutex<Vec<(u64, u64)>>>,
    over: Arc<AtomicBool>,
}

impl Hop {
    fn to(listener: SocketAddr) -> Self {
        let (front, back) = (bound(), bound());
        setsockopt(&front, ReceiveTimestampns, &true).unwrap();
        let hop = Self {
            address: front.local_addr().unwrap(),
            seen: Arc::default(),
            over: Arc::default(),
        };
        let dialer: Arc<Mutex<Option<SocketAddr>>> = Arc::default();
        let (to_listener, to_dialer) = (delayed(&back), delayed(&front));
        let (seen, over, from) = (hop.seen.clone(), hop.over.clone(), dialer.clone());
        thread::spawn(move || {
            while !over.load(Relaxed) {
                if let Some((at, packet, address)) = stamped(&front) {
                    *from.lock().unwrap() = Some(address);
                    seen.lock().unwrap().push((at, packet.len() as u64));
                    let _ = to_listener.send((Instant::now() + DELAY, packet, listener));
                }
            }
        });
        let over = hop.over.clone();
        thread::spawn(move || {
            let mut buffer = [0; 2_048];
            while !over.load(Relaxed) {
                let Ok((length, _)) = back.recv_from(&mut buffer) else {
                    continue;
                };
                if let Some(address) = *dialer.lock().unwrap() {
                    let packet = buffer[..length].to_vec();
                    let _ = to_dialer.send((Instant::now() + DELAY, packet, address));
                }
            }
        });
        hop
    }
}

impl Drop for Hop {
    fn drop(&mut self) {
        self.over.store(true, Relaxed);
    }
}

/// A packet with the moment at which the kernel took it.
fn stamped(socket: &UdpSocket) -> Option<(u64, Vec<u8>, SocketAddr)> {
    let mut buffer = [0; 2_048];
    let mut space = nix::cmsg_space!(nix::sys::time::TimeSpec);
    let mut slices = [IoSliceMut::new(&mut buffer)];
    let flags = MsgFlags::empty();
    let message = recvmsg::<SockaddrIn>(socket.as_raw_fd(), &mut slices, Some(&mut space), flags);
    let message = message.ok()?;
    let stamp = message.cmsgs().ok()?.find_map(|control| match control {
        ControlMessageOwned::ScmTimestampns(at) => Some(at),
        _ => None,
    })?;
    let (length, address) = (message.bytes, message.address?);
    let at = stamp.tv_sec() as u64 * 1_000_000_000 + stamp.tv_nsec() as u64;
    let from = SocketAddr::from((address.ip(), address.port()));
    Some((at, buffer[..length].to_vec(), from))
}

type Delayed = (Instant, Vec<u8>, SocketAddr);

fn delayed(socket: &UdpSocket) -> mpsc::Sender<Delayed> {
    let socket = socket.try_clone().unwrap();
    let (sender, due) = mpsc::channel::<Delayed>();
    thread::spawn(move || {
        while let Ok((at, packet, to)) = due.recv() {
            thread::sleep(at.saturating_duration_since(Instant::now()));
            let _ = socket.send_to(&packet, to);
        }
    });
    sender
}

fn bound() -> UdpSocket {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let patience = Some(Duration::from_millis(100));
    socket.set_read_timeout(patience).unwrap();
    socket
}

static STREAM: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(0);

/// What each way takes.
const DELAY: Duration = Duration::from_millis(10);

/// The handshake, packet size discovery and startup are over by then.
const SETTLE: Duration = Duration::from_secs(2);

/// UDP payload of a full packet.
const PACKET: f64 = 1_452.0;
