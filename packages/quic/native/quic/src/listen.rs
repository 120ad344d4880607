//! Listening: handshakes run side by side, only proven peers are handed over.

use std::{
    collections::VecDeque,
    net::{IpAddr, SocketAddr},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use longhaul_cc::Saved;
use noq::Incoming;
use tokio::{runtime::Handle, task::AbortHandle};

use crate::{
    close::IDENTITY_REFUSED,
    controller::ControllerState,
    endpoint::{Port, SocketBuffers},
    error::{BindError, Failure, LinkError},
    handshakes::{Admission, HandshakeCounts, HandshakeLimits, Handshakes},
    identity::Identity,
    known_paths::KnownPaths,
    link::Link,
    options::LinkOptions,
    outbox::Wake,
    resumption, runtime,
    shared::{Peer, Shared, lock},
    supervisor::{handshake_error, peer_chain, run_accepted},
    tap::TappedServer,
    verify::{Verifier, plain},
};

/// A handshake that came to nothing.
#[derive(Debug, Clone)]
pub struct Refusal {
    /// Where it came from.
    pub address: SocketAddr,
    /// Why.
    pub error: LinkError,
}

/// What a listener hands over.
#[derive(Debug)]
pub enum Accepted {
    /// A link whose peer is proven.
    Link(Link),
    /// A peer that is not.
    Refused(Refusal),
}

/// Takes links on one UDP port. Dropping it is `close`.
#[derive(Debug)]
pub struct Listener {
    port: Arc<Port>,
    queue: Arc<Queue>,
    handshakes: Arc<Handshakes>,
    paths: Arc<KnownPaths>,
    runtime: Handle,
    task: AbortHandle,
}

#[derive(Default)]
struct Queue {
    state: Mutex<QueueState>,
}

#[derive(Default)]
struct QueueState {
    accepted: VecDeque<Accepted>,
    wake: Option<Wake>,
}

impl std::fmt::Debug for Queue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Queue")
    }
}

impl Listener {
    /// `bind_within` with the default limits.
    pub fn bind(
        identity: &Identity,
        address: SocketAddr,
        options: LinkOptions,
        wake: impl Fn() + Send + Sync + 'static,
    ) -> Result<Self, BindError> {
        Self::bind_within(HandshakeLimits::default(), identity, address, options, wake)
    }

    /// Binds `address` and takes links from then on. `wake` is called when `accept` has something.
    pub fn bind_within(
        limits: HandshakeLimits,
        identity: &Identity,
        address: SocketAddr,
        options: LinkOptions,
        wake: impl Fn() + Send + Sync + 'static,
    ) -> Result<Self, BindError> {
        let runtime = runtime::handle().map_err(|source| BindError::Setup { address, source })?;
        let _entered = runtime.enter();
        identity
            .sessions()
            .serve_with(resumption::limits_of(&options));
        let mut server = identity.server_config();
        // Those that wait for the task below.
        server.max_incoming(limits.most);
        let port = Port::bind(
            address,
            options.socket_buffer,
            identity.reset_keys().endpoint_config(),
            Some(server.clone()),
        )?;
        let queue = Arc::new(Queue::default());
        lock(&queue.state).wake = Some(Arc::new(wake));
        let handshakes = Handshakes::new(limits);
        let paths = Arc::new(KnownPaths::default());
        let door = Door {
            runtime: runtime.clone(),
            port: port.clone(),
            server,
            verifier: identity.verifier().clone(),
            options,
            queue: queue.clone(),
            handshakes: handshakes.clone(),
            paths: paths.clone(),
        };
        let task = runtime.spawn(Arc::new(door).run()).abort_handle();
        Ok(Self {
            port,
            queue,
            handshakes,
            paths,
            runtime,
            task,
        })
    }

    /// The address really bound.
    pub fn local_address(&self) -> SocketAddr {
        self.port.local
    }

    /// Buffers of the socket.
    pub fn buffers(&self) -> SocketBuffers {
        self.port.buffers
    }

    /// The next link or refusal, if there is one.
    pub fn accept(&self) -> Option<Accepted> {
        lock(&self.queue.state).accepted.pop_front()
    }

    /// What became of handshakes.
    pub fn handshakes(&self) -> HandshakeCounts {
        self.handshakes.counts()
    }

    /// A link from `address` is over and has learned `saved`: the next one from there starts with it, if it comes within
    /// `lifetime`.
    pub fn remember(&self, address: IpAddr, saved: Saved, lifetime: Duration) {
        self.paths
            .remember(address, saved, lifetime, Instant::now());
    }

    /// Calls `done` when this is dropped and the last link taken on the port has drained: the port is free.
    pub fn on_released(&self, done: impl FnOnce() + Send + 'static) {
        let released = self.port.released.clone();
        self.runtime.spawn(async move {
            released.wait().await;
            done();
        });
    }

    /// Takes no more links; those there are go on.
    pub fn close(&self) {
        self.port.endpoint.set_server_config(None);
        self.task.abort();
        let mut queue = lock(&self.queue.state);
        queue.wake = None;
        queue.accepted.clear();
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.close();
    }
}

/// What every handshake needs.
struct Door {
    runtime: Handle,
    port: Arc<Port>,
    server: noq::ServerConfig,
    verifier: Arc<Verifier>,
    options: LinkOptions,
    queue: Arc<Queue>,
    handshakes: Arc<Handshakes>,
    paths: Arc<KnownPaths>,
}

impl Door {
    async fn run(self: Arc<Self>) {
        while let Some(incoming) = self.port.endpoint.accept().await {
            let proven = incoming.remote_address_validated();
            let admission = self.handshakes.admit(incoming.remote_address(), proven);
            let permit = match admission {
                Admission::Enter(permit) => permit,
                // RFC 9000 §8.1.2: whoever invents its address never comes back with the token.
                Admission::Retry if incoming.may_retry() => {
                    let _ = incoming.retry();
                    continue;
                }
                Admission::Retry | Admission::Refuse => {
                    incoming.refuse();
                    continue;
                }
            };
            let door = self.clone();
            self.runtime.spawn(async move {
                let _permit = permit;
                door.open(incoming).await;
            });
        }
    }

    async fn open(&self, incoming: Incoming) {
        let address = incoming.remote_address();
        let admitted = tokio::time::timeout(HANDSHAKE_TIMEOUT, self.admit(incoming)).await;
        let Some(accepted) = admitted.unwrap_or_else(|_| Some(Err(too_slow(address)))) else {
            return;
        };
        let refused = |error| Accepted::Refused(Refusal { address, error });
        self.queue.push(accepted.unwrap_or_else(refused));
    }

    /// Runs one handshake to the point where the peer is proven. `None` when nobody needs to know.
    async fn admit(&self, incoming: Incoming) -> Option<Result<Accepted, LinkError>> {
        let remote = incoming.remote_address();
        let text = format!("relay at {remote}");
        let started = Instant::now();
        let mut options = self.options.clone();
        options.controller.saved = self.paths.recall(remote.ip(), started);
        let controller = ControllerState::new(&options.controller);
        let mut config = self.server.clone();
        config.transport_config(Arc::new(options.transport(&controller, "acceptor")));
        config.crypto = Arc::new(TappedServer {
            inner: config.crypto.clone(),
            tap: controller.tap().clone(),
        });
        let refused = |error: &noq::ConnectionError| Some(Err(handshake_error(error, &text)));
        let mut connecting = match incoming.accept_with(Arc::new(config)) {
            Ok(connecting) => connecting,
            Err(error) => return refused(&error),
        };
        if let Err(error) = connecting.handshake_data().await {
            return refused(&error);
        }
        let Ok((engine, established)) = connecting.into_0rtt() else {
            return Some(Err(LinkError::new(Failure::Internal, text)));
        };
        // A resumed session knows its peer already, which is what makes its early data usable.
        let resumed = peer_chain(&engine).map(|chain| self.verifier.check_client(&chain));
        if !matches!(resumed, Some(Ok(_))) {
            // A close before the handshake is over could not carry its reason (RFC 9000 §10.2.3).
            established.await;
            if let Some(error) = engine.close_reason() {
                return refused(&error);
            }
        }
        let checked = resumed.unwrap_or_else(|| {
            let chain = peer_chain(&engine).unwrap_or_default();
            self.verifier.check_client(&chain)
        });
        let name = match checked {
            Ok(name) => name,
            Err(error) => return Some(Err(refuse(&engine, &text, &error))),
        };
        let shared = Shared::new(
            self.options.clone(),
            self.runtime.clone(),
            self.port.clone(),
            Peer {
                name,
                address: remote,
                accepted: true,
            },
            controller,
        );
        shared.spawn_supervisor(run_accepted(shared.clone(), engine, started));
        Some(Ok(Accepted::Link(Link::new(shared))))
    }
}

fn too_slow(address: SocketAddr) -> LinkError {
    let text = format!("relay at {address}: the handshake took longer than {HANDSHAKE_TIMEOUT:?}");
    LinkError::new(Failure::Timeout, text)
}

/// Tells the peer, and whoever keeps the log, why it is not accepted.
fn refuse(engine: &noq::Connection, remote: &str, error: &rustls::Error) -> LinkError {
    let reason = error.to_string();
    let reason = plain(&reason);
    let code = noq::VarInt::from_u64(IDENTITY_REFUSED).unwrap_or(noq::VarInt::MAX);
    engine.close(code, reason.as_bytes());
    LinkError::new(Failure::Tls, format!("{remote}: {reason}"))
}

impl Queue {
    fn push(&self, accepted: Accepted) {
        let wake = {
            let mut state = lock(&self.state);
            let Some(wake) = state.wake.clone() else {
                return;
            };
            state.accepted.push_back(accepted);
            wake
        };
        wake();
    }
}

/// A peer that has not proven itself by then is cut, whatever it sends.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);
