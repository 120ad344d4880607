//! What the tasks of a link and its owner share. Locks are held for moments and never together with the engine's.

use std::{
    collections::HashMap,
    future::Future,
    mem,
    mem::ManuallyDrop,
    net::SocketAddr,
    sync::{
        Arc, Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{
            AtomicBool, AtomicU64,
            Ordering::{Relaxed, SeqCst},
        },
    },
    task::Waker,
};

use tokio::{runtime::Handle, sync::Notify, task::AbortHandle};

use crate::{
    close::CloseReport,
    command::Command,
    controller::ControllerHandle,
    endpoint::Port,
    error::{Failure, LinkError},
    event::{EarlyData, Event},
    guard::{CatchPanic, Guarded, Spares, release_last},
    options::LinkOptions,
    outbox::{Outbox, Wake},
    reader::ReaderControl,
    repair::Repair,
    supervisor,
    warm_up::WarmUp,
};

#[derive(Default)]
struct Inbox {
    commands: Vec<Command>,
    waker: Option<Waker>,
    closed: bool,
}

/// The far end, as it is known when a link begins.
pub(crate) struct Peer {
    pub(crate) name: String,
    pub(crate) address: SocketAddr,
    pub(crate) accepted: bool,
}

/// See the file's head.
pub(crate) struct Shared {
    pub(crate) options: LinkOptions,
    pub(crate) runtime: Handle,
    pub(crate) port: Arc<Port>,
    pub(crate) remote: SocketAddr,
    /// The peer dialled.
    pub(crate) accepted: bool,
    pub(crate) controller: ControllerHandle,
    pub(crate) repair: Arc<Repair>,
    pub(crate) warm_up: WarmUp,
    pub(crate) engine: OnceLock<Guarded<noq::Connection>>,
    /// See `release_last`.
    pub(crate) spare: Mutex<Option<ManuallyDrop<Spares>>>,
    pub(crate) peer_name: Mutex<String>,
    pub(crate) early_data: Mutex<EarlyData>,
    /// Handshake time, microseconds; 0 until it is over.
    pub(crate) connect_us: AtomicU64,
    pub(crate) send_window: AtomicU64,
    pub(crate) max_datagram: AtomicU64,
    pub(crate) datagrams_dropped: AtomicU64,
    datagrams_held: AtomicU64,
    /// The engine's driver of this connection panicked: its handles must not be touched.
    pub(crate) dead: AtomicBool,
    pub(crate) ending: AtomicBool,
    pub(crate) active_readers: AtomicU64,
    /// Readers of streams opened before the handshake was over.
    pub(crate) early_readers: AtomicU64,
    pub(crate) reader_gone: Notify,
    /// Read and not yet consumed over all streams, bytes.
    held: AtomicU64,
    pub(crate) room: Notify,
    next_id: AtomicU64,
    inbox: Mutex<Inbox>,
    outbox: Mutex<Outbox>,
    readers: Mutex<HashMap<u64, Arc<ReaderControl>>>,
    end: Mutex<Option<CloseReport>>,
    pub(crate) end_requested: Notify,
    pub(crate) report: OnceLock<CloseReport>,
    /// Those that wait for the engine.
    tasks: Mutex<Vec<AbortHandle>>,
}

impl Drop for Shared {
    fn drop(&mut self) {
        if let Some(spare) = lock(&self.spare).take() {
            release_last(ManuallyDrop::into_inner(spare));
        }
    }
}

impl Shared {
    pub(crate) fn new(
        options: LinkOptions,
        runtime: Handle,
        port: Arc<Port>,
        peer: Peer,
        controller: ControllerHandle,
    ) -> Arc<Self> {
        Arc::new(Self {
            repair: Repair::new(options.repair),
            warm_up: WarmUp::default(),
            options,
            runtime,
            port,
            remote: peer.address,
            accepted: peer.accepted,
            controller,
            engine: OnceLock::new(),
            spare: Mutex::new(None),
            peer_name: Mutex::new(peer.name),
            early_data: Mutex::new(EarlyData::None),
            connect_us: AtomicU64::new(0),
            send_window: AtomicU64::new(crate::options::INITIAL_SEND_WINDOW),
            max_datagram: AtomicU64::new(0),
            datagrams_dropped: AtomicU64::new(0),
            datagrams_held: AtomicU64::new(0),
            dead: AtomicBool::new(false),
            ending: AtomicBool::new(false),
            active_readers: AtomicU64::new(0),
            early_readers: AtomicU64::new(0),
            reader_gone: Notify::new(),
            held: AtomicU64::new(0),
            room: Notify::new(),
            next_id: AtomicU64::new(1),
            inbox: Mutex::default(),
            outbox: Mutex::default(),
            readers: Mutex::default(),
            end: Mutex::new(None),
            end_requested: Notify::new(),
            report: OnceLock::new(),
            tasks: Mutex::default(),
        })
    }

    /// Runs a task of this link; a panic in it ends the link and nothing else.
    pub(crate) fn spawn(
        self: &Arc<Self>,
        name: &'static str,
        task: impl Future<Output = ()> + Send + 'static,
    ) -> AbortHandle {
        let shared = self.clone();
        let guarded = CatchPanic::new(Box::pin(task), move || {
            shared.fail(LinkError::new(
                Failure::Internal,
                format!("the {name} task panicked"),
            ));
        });
        self.runtime.spawn(guarded).abort_handle()
    }

    /// Runs a task that may wait for the engine for ever.
    pub(crate) fn spawn_waiting(
        self: &Arc<Self>,
        name: &'static str,
        task: impl Future<Output = ()> + Send + 'static,
    ) {
        let handle = self.spawn(name, task);
        lock(&self.tasks).push(handle);
    }

    pub(crate) fn abort_tasks(&self) {
        for task in mem::take(&mut *lock(&self.tasks)) {
            task.abort();
        }
    }

    /// Runs the task that ends the link. It panics only when the engine is dead.
    pub(crate) fn spawn_supervisor(
        self: &Arc<Self>,
        task: impl Future<Output = ()> + Send + 'static,
    ) {
        let shared = self.clone();
        let guarded = CatchPanic::new(Box::pin(task), move || supervisor::bury(&shared));
        self.runtime.spawn(guarded);
    }

    /// `relay "edge-1" at 192.0.2.1:4433`, for messages.
    pub(crate) fn peer_text(&self) -> String {
        let name = lock(&self.peer_name);
        if name.is_empty() {
            format!("relay at {}", self.remote)
        } else {
            format!("relay \"{name}\" at {}", self.remote)
        }
    }

    /// Asks the supervisor to end the link. The first request counts.
    pub(crate) fn request_end(&self, report: CloseReport) {
        lock(&self.end).get_or_insert(report);
        self.end_requested.notify_one();
    }

    pub(crate) fn fail(&self, error: LinkError) {
        self.request_end(CloseReport::transport(error));
    }

    pub(crate) fn requested_end(&self) -> Option<CloseReport> {
        lock(&self.end).clone()
    }

    /// Hands work to the sender task.
    pub(crate) fn command(&self, commands: impl IntoIterator<Item = Command>) {
        let waker = {
            let mut inbox = lock(&self.inbox);
            if inbox.closed {
                return;
            }
            inbox.commands.extend(commands);
            inbox.waker.take()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// Takes the work and registers for more.
    pub(crate) fn take_commands(&self, waker: &Waker) -> Vec<Command> {
        let mut inbox = lock(&self.inbox);
        inbox.waker = Some(waker.clone());
        mem::take(&mut inbox.commands)
    }

    pub(crate) fn close_inbox(&self) {
        let commands = {
            let mut inbox = lock(&self.inbox);
            inbox.closed = true;
            mem::take(&mut inbox.commands)
        };
        drop(commands);
    }

    /// From now on `wake` is called when events wait.
    pub(crate) fn set_wake(&self, wake: Option<Wake>) {
        let call = lock(&self.outbox).set_wake(wake);
        if let Some(call) = call {
            call();
        }
    }

    pub(crate) fn push(&self, event: Event) {
        let call = {
            let mut outbox = lock(&self.outbox);
            outbox.add(event);
            outbox.rouse()
        };
        if let Some(call) = call {
            call();
        }
    }

    /// The owner may queue `bytes` of datagrams more. Wakes it: it may be waiting with a full queue.
    pub(crate) fn push_datagram_credit(&self, bytes: u64) {
        self.push(Event::DatagramCredit { bytes });
    }

    pub(crate) fn drain(&self) -> Vec<Event> {
        lock(&self.outbox).drain()
    }

    pub(crate) fn next_id(&self) -> u64 {
        self.next_id.fetch_add(2, Relaxed)
    }

    pub(crate) fn reader(&self, id: u64) -> Arc<ReaderControl> {
        lock(&self.readers).entry(id).or_default().clone()
    }

    pub(crate) fn forget_reader(&self, id: u64) {
        lock(&self.readers).remove(&id);
    }

    /// Bytes that may be read for a stream now.
    pub(crate) fn room_for(&self, control: &ReaderControl) -> u64 {
        let stream =
            u64::from(self.options.stream_window).saturating_sub(control.held.load(SeqCst));
        let all = u64::from(self.options.connection_window).saturating_sub(self.held.load(SeqCst));
        stream.min(all)
    }

    pub(crate) fn hold(&self, control: &ReaderControl, bytes: u64) {
        control.held.fetch_add(bytes, SeqCst);
        self.held.fetch_add(bytes, SeqCst);
    }

    /// The owner (or nobody) is done with `bytes` of a stream.
    pub(crate) fn release(&self, control: &ReaderControl, bytes: u64) {
        let _ = control
            .held
            .fetch_update(SeqCst, SeqCst, |held| Some(held.saturating_sub(bytes)));
        let before = self.held.fetch_sub(bytes, SeqCst);
        control.freed.notify_one();
        if before >= u64::from(self.options.connection_window) {
            self.room.notify_waiters();
        }
    }

    /// Whether a received datagram of `bytes` still fits the queue to the owner; counted as dropped if not.
    pub(crate) fn hold_datagram(&self, bytes: u64) -> bool {
        let limit = self.options.datagram_queue as u64;
        let fits = self.datagrams_held.fetch_add(bytes, SeqCst) + bytes <= limit;
        if !fits {
            self.datagrams_held.fetch_sub(bytes, SeqCst);
            self.datagrams_dropped.fetch_add(1, Relaxed);
        }
        fits
    }

    pub(crate) fn release_datagrams(&self, bytes: u64) {
        self.datagrams_held.fetch_sub(bytes, SeqCst);
    }

    /// `Op::Consumed`: goes past the sender task.
    pub(crate) fn consumed(&self, id: u64, bytes: u64) {
        let control = lock(&self.readers).get(&id).cloned();
        match control {
            Some(control) => self.release(&control, bytes),
            None => {
                let before = self.held.fetch_sub(bytes, SeqCst);
                if before >= u64::from(self.options.connection_window) {
                    self.room.notify_waiters();
                }
            }
        }
    }

    /// `Op::Stop`: goes past the sender task.
    pub(crate) fn stop_reading(&self, id: u64, code: u32) {
        let control = lock(&self.readers).get(&id).cloned();
        if let Some(control) = control {
            lock(&control.stop).get_or_insert(code);
            control.stopped.notify_one();
            control.freed.notify_one();
        }
    }

    /// Waits until the streams that were rejected with the early data are dropped. The engine gives their ids to new
    /// streams, and a stream dropped late takes the waker of its successor with it: so the readers there are poll again.
    pub(crate) async fn outlive_rejected_streams(&self) {
        while self.early_readers.load(SeqCst) > 0 {
            self.reader_gone.notified().await;
        }
        let controls: Vec<_> = lock(&self.readers).values().cloned().collect();
        for control in controls {
            control.again.notify_one();
        }
    }

    /// Lets every reader see that the link ends.
    pub(crate) fn end_readers(&self) {
        self.ending.store(true, SeqCst);
        let controls: Vec<_> = lock(&self.readers).values().cloned().collect();
        for control in controls {
            control.freed.notify_one();
            if self.dead.load(SeqCst) {
                control.stopped.notify_one();
            }
        }
    }
}

/// A poisoned lock only means that some task panicked; the data under our locks is whole between statements.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
