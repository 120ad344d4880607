//! A pair of links over loopback UDP.

#![allow(dead_code)]

pub mod hop;

use std::{
    net::SocketAddr,
    sync::mpsc::{self, Receiver},
    time::{Duration, Instant},
};

use hop::Hop;
use longhaul_cc::Kind;
use longhaul_quic::{
    Accepted, ControllerChoice, DialTarget, Event, Identity, Link, LinkOptions, Listener, Op, Pem,
    RepairSettings, dial,
};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};

pub type Authority = CertifiedIssuer<'static, KeyPair>;

pub fn authority() -> Authority {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

pub fn identity(authority: &Authority, name: &str) -> Identity {
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec![name.to_owned()]).unwrap();
    let certificate = params.signed_by(&key, authority).unwrap();
    Identity::new(Pem {
        certificate: certificate.pem().as_bytes(),
        key: key.serialize_pem().as_bytes(),
        authorities: authority.pem().as_bytes(),
    })
    .unwrap()
}

/// For what repair would mend before it is seen.
pub const NO_REPAIR: RepairSettings = RepairSettings {
    max_share: 0.0,
    ahead: false,
};

pub fn options() -> LinkOptions {
    LinkOptions {
        idle_timeout: Duration::from_secs(5),
        keep_alive: None,
        stream_window: 256 * 1024,
        connection_window: 1024 * 1024,
        send_buffer: 64 * 1024,
        max_concurrent_uni: 16,
        max_concurrent_bidi: 16,
        datagram_queue: 64 * 1024,
        socket_buffer: 1024 * 1024,
        qlog_directory: None,
        initial_rtt: None,
        controller: ControllerChoice::of(Kind::Cubic),
        repair: RepairSettings {
            max_share: 0.15,
            ahead: true,
        },
        tail_care: false,
    }
}

/// A link with a way to wait for its events.
pub struct End {
    pub link: Link,
    pub woken: Receiver<()>,
    pub seen: Vec<Event>,
}

impl End {
    pub fn new(link: Link) -> Self {
        let (wake, woken) = mpsc::channel();
        link.start(move || {
            let _ = wake.send(());
        });
        Self {
            link,
            woken,
            seen: Vec::new(),
        }
    }

    /// Waits until `pick` finds something in all that was seen.
    pub fn wait<T>(&mut self, what: &str, mut pick: impl FnMut(&[Event]) -> Option<T>) -> T {
        let until = Instant::now() + Duration::from_secs(5);
        loop {
            for event in self.link.drain() {
                if let Event::Data { id, length, .. } = &event {
                    let (id, bytes) = (*id, *length as u64);
                    self.link.submit([Op::Consumed { id, bytes }]);
                }
                self.seen.push(event);
            }
            if let Some(found) = pick(&self.seen) {
                return found;
            }
            let left = until.saturating_duration_since(Instant::now());
            assert!(
                !left.is_zero(),
                "waited in vain for {what}: {:?}",
                self.seen
            );
            let _ = self.woken.recv_timeout(left);
        }
    }

    pub fn bytes_of(&mut self, stream: u64) -> Vec<u8> {
        self.wait("a finished stream", |seen| {
            let size = seen.iter().find_map(|event| match event {
                Event::Finished { id, size } if *id == stream => Some(*size),
                _ => None,
            })?;
            let mut all = vec![0; usize::try_from(size).unwrap()];
            for event in seen {
                if let Event::Data {
                    id, offset, parts, ..
                } = event
                    && *id == stream
                {
                    let joined = parts.concat();
                    let at = usize::try_from(*offset).unwrap();
                    all[at..at + joined.len()].copy_from_slice(&joined);
                }
            }
            Some(all)
        })
    }
}

pub struct Pair {
    pub dialer: End,
    pub acceptor: End,
    pub _listener: Listener,
}

impl Pair {
    /// Sends `bytes` on a stream of the dialer's; returns when all of it is there, with the time it took.
    pub fn send(&mut self, id: u64, bytes: usize) -> Duration {
        let started = Instant::now();
        let is_end = |event: &&Event| matches!(event, Event::Finished { .. });
        let arrived = self.acceptor.seen.iter().filter(is_end).count();
        let write = Op::Write {
            id,
            bytes: vec![7; bytes].into(),
        };
        let open = Op::OpenUni { id, priority: 0 };
        (self.dialer.link).submit([open, write, Op::Finish { id }]);
        self.acceptor.wait("the stream", |seen| {
            (seen.iter().filter(is_end).count() > arrived).then_some(())
        });
        started.elapsed()
    }
}

pub fn pair(options: &LinkOptions) -> Pair {
    pair_via(options, |listener| listener)
}

/// A pair with a hop between, once the handshake is over.
pub fn linked(options: &LinkOptions) -> (Pair, Hop) {
    linked_over(options, Hop::to)
}

/// The same over the hop that `to` makes to the listener.
pub fn linked_over(options: &LinkOptions, to: impl FnOnce(SocketAddr) -> Hop) -> (Pair, Hop) {
    let mut hop = None;
    let mut pair = pair_via(options, |listener| hop.insert(to(listener)).address);
    pair.dialer.wait("the handshake", established);
    (pair, hop.unwrap())
}

/// A pair whose dialer dials the address that `via` makes of the listener's.
pub fn pair_via(options: &LinkOptions, via: impl FnOnce(SocketAddr) -> SocketAddr) -> Pair {
    let authority = authority();
    let (edge, center) = (
        identity(&authority, "edge-1"),
        identity(&authority, "center-1"),
    );
    let (wake, woken) = mpsc::channel();
    let listener = Listener::bind(
        &edge,
        "127.0.0.1:0".parse().unwrap(),
        options.clone(),
        move || {
            let _ = wake.send(());
        },
    )
    .unwrap();
    let target = DialTarget {
        address: via(listener.local_address()),
        ..target(&listener, "edge-1")
    };
    let dialer = End::new(dial(&center, &target, options.clone()).unwrap());
    woken.recv_timeout(Duration::from_secs(5)).unwrap();
    let Some(Accepted::Link(link)) = listener.accept() else {
        panic!("no link was accepted");
    };
    assert_eq!(link.peer_name(), "center-1");
    Pair {
        dialer,
        acceptor: End::new(link),
        _listener: listener,
    }
}

pub fn target(listener: &Listener, name: &str) -> DialTarget {
    DialTarget {
        address: listener.local_address(),
        server_name: name.to_owned(),
        early_data: false,
        silence_timeout: Duration::from_secs(5),
        connect_timeout: Duration::from_secs(5),
    }
}

pub fn established(seen: &[Event]) -> Option<()> {
    seen.iter()
        .find_map(|event| matches!(event, Event::Established { .. }).then_some(()))
}

pub fn opened(seen: &[Event]) -> Option<u64> {
    seen.iter().find_map(|event| match event {
        Event::UniOpened { id } | Event::BidiOpened { id } => Some(*id),
        _ => None,
    })
}
