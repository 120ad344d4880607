//! The threads all links of the process share, and the engine's view of them.

use std::{
    future::Future,
    io,
    net::UdpSocket,
    pin::Pin,
    sync::{Arc, Mutex, OnceLock},
    time::Instant,
};

use noq::{AsyncTimer, AsyncUdpSocket, Runtime, TokioRuntime};
use tokio::{runtime::Builder, sync::watch};

use crate::{
    guard::{CatchPanic, note_panics},
    lease::{Lease, LeasedSocket, Released, lease},
    shared::lock,
};

/// The runtime, made at the first use. Its threads end with the process and keep nothing alive.
pub(crate) fn handle() -> io::Result<tokio::runtime::Handle> {
    static RUNTIME: OnceLock<Result<tokio::runtime::Runtime, String>> = OnceLock::new();
    RUNTIME
        .get_or_init(|| {
            note_panics(THREAD_NAME);
            let cores = std::thread::available_parallelism().map_or(1, usize::from);
            Builder::new_multi_thread()
                .worker_threads(cores.clamp(1, MAX_WORKERS))
                .thread_name(THREAD_NAME)
                .enable_all()
                .build()
                .map_err(|error| error.to_string())
        })
        .as_ref()
        .map(|runtime| runtime.handle().clone())
        .map_err(|message| io::Error::other(message.clone()))
}

const THREAD_NAME: &str = "longhaul-quic";

/// More threads do not make a handful of links faster.
const MAX_WORKERS: usize = 4;

/// The engine's runtime of one endpoint. A panic in one of its drivers is counted in `panics` and ends that driver only.
#[derive(Debug)]
pub(crate) struct EngineRuntime {
    panics: Arc<watch::Sender<u32>>,
    /// Of the one socket that the endpoint makes.
    lease: Mutex<Option<Lease>>,
}

impl EngineRuntime {
    pub(crate) fn new() -> (Arc<Self>, watch::Receiver<u32>, Released) {
        let (sender, receiver) = watch::channel(0);
        let (lease, released) = lease();
        let runtime = Self {
            panics: Arc::new(sender),
            lease: Mutex::new(Some(lease)),
        };
        (Arc::new(runtime), receiver, released)
    }
}

impl Runtime for EngineRuntime {
    fn new_timer(&self, at: Instant) -> Pin<Box<dyn AsyncTimer>> {
        TokioRuntime.new_timer(at)
    }

    fn spawn(&self, future: Pin<Box<dyn Future<Output = ()> + Send>>) {
        let panics = self.panics.clone();
        TokioRuntime.spawn(Box::pin(CatchPanic::new(future, move || {
            panics.send_modify(|count| *count += 1);
        })));
    }

    fn wrap_udp_socket(&self, socket: UdpSocket) -> io::Result<Box<dyn AsyncUdpSocket>> {
        let inner = TokioRuntime.wrap_udp_socket(socket)?;
        Ok(match lock(&self.lease).take() {
            Some(lease) => Box::new(LeasedSocket::new(inner, lease)),
            None => inner,
        })
    }

    fn now(&self) -> Instant {
        TokioRuntime.now()
    }
}
