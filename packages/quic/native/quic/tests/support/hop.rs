//! A UDP hop between a dialer and a listener: slow, lossy, and an address translator that forgets.

use std::{
    net::{SocketAddr, UdpSocket},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
        mpsc,
    },
    thread,
    time::{Duration, Instant},
};

/// What each way takes.
const DELAY: Duration = Duration::from_millis(15);

/// What overtaken packets take longer than the last of the others.
const OVERTAKEN_BY: Duration = Duration::from_millis(18);

/// Forwards between one dialer and `listener` until it is dropped.
pub struct Hop {
    pub address: SocketAddr,
    inner: Arc<Inner>,
}

struct Inner {
    listener: SocketAddr,
    front: UdpSocket,
    dialer: Mutex<Option<SocketAddr>>,
    back: Mutex<Arc<UdpSocket>>,
    /// Every so manieth packet is lost, either way; 0: none.
    loses_one_in: AtomicU64,
    /// The next packet of more bytes is lost, either way; 0: none.
    loses_next_over: AtomicU64,
    delay: Duration,
    /// Every so manieth packet of the dialer's comes so much later, after those that left behind it; 0: none.
    delays_one_in: Mutex<(u64, Duration)>,
    passed: AtomicU64,
    /// Packets of the dialer's that are overtaken by those after them.
    overtaken: Mutex<Overtaken>,
    over: AtomicBool,
}

#[derive(Default)]
struct Overtaken {
    over: usize,
    /// So many more are kept.
    keep: usize,
    /// So many pass before the kept ones do.
    pass: usize,
    kept: Vec<Vec<u8>>,
}

impl Hop {
    pub fn to(listener: SocketAddr) -> Self {
        Self::slow(listener, DELAY)
    }

    /// A hop that takes `delay` each way.
    pub fn slow(listener: SocketAddr, delay: Duration) -> Self {
        let inner = Arc::new(Inner {
            listener,
            front: bound(),
            dialer: Mutex::default(),
            back: Mutex::new(Arc::new(bound())),
            loses_one_in: AtomicU64::new(0),
            loses_next_over: AtomicU64::new(0),
            delay,
            delays_one_in: Mutex::default(),
            passed: AtomicU64::new(0),
            overtaken: Mutex::default(),
            over: AtomicBool::new(false),
        });
        let address = inner.front.local_addr().unwrap();
        let hop = Self { address, inner };
        hop.forward();
        hop.answer();
        hop
    }

    pub fn lose_one_in(&self, count: u64) {
        self.inner.loses_one_in.store(count, Relaxed);
    }

    /// Loses the next packet of more than `bytes`.
    pub fn lose_next_over(&self, bytes: u64) {
        self.inner.loses_next_over.store(bytes, Relaxed);
    }

    /// What was to be lost has been.
    pub fn has_lost(&self) -> bool {
        self.inner.loses_next_over.load(Relaxed) == 0
    }

    pub fn delay_one_in(&self, count: u64, by: Duration) {
        *self.inner.delays_one_in.lock().unwrap() = (count, by);
    }

    /// The next `count` packets of the dialer's of more than `bytes` arrive at once, after the `others` of such size that
    /// follow them.
    pub fn overtake(&self, count: usize, others: usize, bytes: usize) {
        *self.inner.overtaken.lock().unwrap() = Overtaken {
            over: bytes,
            keep: count,
            pass: others,
            kept: Vec::new(),
        };
    }

    /// What was to be overtaken has been.
    pub fn has_overtaken(&self) -> bool {
        let overtaken = self.inner.overtaken.lock().unwrap();
        overtaken.keep + overtaken.pass == 0
    }

    /// The dialer's packets come from another port from now on; what is on its way to the old one arrives.
    pub fn rebind(&self) {
        *self.inner.back.lock().unwrap() = Arc::new(bound());
        self.answer();
    }

    fn forward(&self) {
        let inner = self.inner.clone();
        let (later, due) = mpsc::channel();
        let sender = self.inner.clone();
        thread::spawn(move || {
            deliver(&due, |packet| {
                let back = sender.back.lock().unwrap().clone();
                let _ = back.send_to(packet, sender.listener);
            });
        });
        thread::spawn(move || {
            inner.receive(&inner.front, |packet, from| {
                *inner.dialer.lock().unwrap() = Some(from);
                let Some(late) = inner.overtaken.lock().unwrap().order(&packet) else {
                    return;
                };
                let count = inner.passed.load(Relaxed);
                let (one_in, by) = *inner.delays_one_in.lock().unwrap();
                if one_in == 0 || !count.is_multiple_of(one_in) {
                    let due = Instant::now() + inner.delay;
                    let _ = later.send((due, packet));
                    for packet in late {
                        // The others have been read by then.
                        let _ = later.send((due + OVERTAKEN_BY, packet));
                    }
                    return;
                }
                let sender = inner.clone();
                thread::spawn(move || {
                    thread::sleep(sender.delay + by);
                    let back = sender.back.lock().unwrap().clone();
                    let _ = back.send_to(&packet, sender.listener);
                });
            });
        });
    }

    fn answer(&self) {
        let inner = self.inner.clone();
        let back = inner.back.lock().unwrap().clone();
        let (later, due) = mpsc::channel();
        let sender = self.inner.clone();
        thread::spawn(move || {
            deliver(&due, |packet| {
                if let Some(dialer) = *sender.dialer.lock().unwrap() {
                    let _ = sender.front.send_to(packet, dialer);
                }
            });
        });
        thread::spawn(move || {
            inner.receive(&back, |packet, _| {
                let _ = later.send((Instant::now() + inner.delay, packet));
            });
        });
    }
}

impl Drop for Hop {
    fn drop(&mut self) {
        self.inner.over.store(true, Relaxed);
    }
}

impl Inner {
    fn receive(&self, socket: &UdpSocket, mut pass: impl FnMut(Vec<u8>, SocketAddr)) {
        let mut buffer = [0; 65_536];
        while !self.over.load(Relaxed) {
            let Ok((length, from)) = socket.recv_from(&mut buffer) else {
                continue;
            };
            let over = self.loses_next_over.load(Relaxed);
            if over > 0 && length as u64 > over {
                self.loses_next_over.store(0, Relaxed);
                continue;
            }
            let count = self.passed.fetch_add(1, Relaxed) + 1;
            let one_in = self.loses_one_in.load(Relaxed);
            if one_in == 0 || !count.is_multiple_of(one_in) {
                pass(buffer[..length].to_vec(), from);
            }
        }
    }
}

impl Overtaken {
    /// What is to follow `packet` at once; `None` when it is kept.
    fn order(&mut self, packet: &[u8]) -> Option<Vec<Vec<u8>>> {
        if packet.len() <= self.over {
            return Some(Vec::new());
        }
        if self.keep > 0 {
            self.keep -= 1;
            self.kept.push(packet.to_vec());
            return None;
        }
        let last = self.pass == 1;
        self.pass = self.pass.saturating_sub(1);
        Some(if last {
            std::mem::take(&mut self.kept)
        } else {
            Vec::new()
        })
    }
}

fn deliver(due: &mpsc::Receiver<(Instant, Vec<u8>)>, send: impl Fn(&[u8])) {
    while let Ok((at, packet)) = due.recv() {
        thread::sleep(at.saturating_duration_since(Instant::now()));
        send(&packet);
    }
}

fn bound() -> UdpSocket {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket
        .set_read_timeout(Some(Duration::from_millis(100)))
        .unwrap();
    socket
}
