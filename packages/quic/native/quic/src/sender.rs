//! The one task that opens streams and writes to them: highest priority first, oldest first among equals.
//!
//! The engine takes at most twice the congestion window ahead of the network, so what waits here is still open to a
//! change of mind: a reset or a new priority overtakes it.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, HashMap},
    future::{Future, poll_fn},
    pin::Pin,
    sync::{Arc, atomic::Ordering::Relaxed},
    task::{Context, Poll},
};

use bytes::Bytes;
use noq::{Connection, Dir, VarInt};
use tokio::{sync::mpsc, task::AbortHandle, time::Sleep};

use crate::{
    command::{Command, Opened},
    datagrams,
    event::Event,
    fault,
    guard::Guarded,
    op::Op,
    openings::{Openings, open_now},
    options::INITIAL_SEND_WINDOW,
    outgoing::{CREDIT_DELAY, Outgoing, QUANTUM, Turn, watch_end},
    reader::{self, Order},
    repair::Keeper,
    shared::Shared,
};

/// Starts the task. `early`: the handshake is not over, what is written may have to be written again.
pub(crate) fn start(shared: &Arc<Shared>, engine: &Connection, early: bool) {
    let mut sender = Sender::new(shared, engine, early);
    shared.spawn_waiting("sender", poll_fn(move |cx| sender.poll(cx)))
}

struct Sender {
    shared: Arc<Shared>,
    engine: Guarded<Connection>,
    streams: HashMap<u64, Outgoing>,
    /// Streams with something for the engine.
    ready: BTreeMap<Turn, u64>,
    uni: Openings,
    bidi: Openings,
    orders: u64,
    early: bool,
    datagrams: mpsc::UnboundedSender<Bytes>,
    datagram_task: AbortHandle,
    /// When to tell the owners of blocked streams even a little credit.
    credit_due: Option<Pin<Box<Sleep>>>,
}

impl Sender {
    fn new(shared: &Arc<Shared>, engine: &Connection, early: bool) -> Self {
        let (datagrams, queue) = mpsc::unbounded_channel();
        let task = datagrams::send(shared.clone(), Guarded::new(engine.clone()), queue);
        Self {
            shared: shared.clone(),
            engine: Guarded::new(engine.clone()),
            streams: HashMap::new(),
            ready: BTreeMap::new(),
            uni: Openings::new(shared, engine, Dir::Uni),
            bidi: Openings::new(shared, engine, Dir::Bi),
            orders: 0,
            early,
            datagrams,
            datagram_task: shared.spawn("datagram", task),
            credit_due: None,
        }
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        for command in self.shared.take_commands(cx.waker()) {
            if matches!(command, Command::Shutdown) {
                self.streams.clear();
                self.shared.close_inbox();
                return Poll::Ready(());
            }
            self.handle(command);
        }
        self.open_waiting();
        self.follow_window();
        self.write(cx);
        self.flush_credit(cx);
        self.follow_datagram_size();
        self.shared.controller.look_at_meter();
        Poll::Pending
    }

    fn handle(&mut self, command: Command) {
        match command {
            Command::Op(op) => self.handle_op(op),
            Command::Opened(opened) => self.handle_opened(opened),
            Command::Accepted { id, send } => self.handle_accepted(id, send),
            Command::Ended { id, attempt, code } => self.handle_ended(id, attempt, code),
            Command::EarlyResolved { accepted } => self.handle_early(accepted),
            Command::Fault => fault::panic_now("the sender task"),
            Command::Shutdown => {}
        }
    }

    fn handle_op(&mut self, op: Op) {
        match op {
            Op::OpenUni { id, priority } => self.open(id, Dir::Uni, priority),
            Op::OpenBidi { id, priority } => self.open(id, Dir::Bi, priority),
            Op::Protect { id, bytes } => self.protect(id, bytes),
            Op::Write { id, bytes } => self.handle_write(id, bytes),
            Op::Finish { id } => self.handle_finish(id),
            Op::Reset { id, code } => self.handle_reset(id, code),
            Op::Priority { id, priority } => self.handle_priority(id, priority),
            Op::Datagram { bytes } => drop(self.datagrams.send(bytes)),
            Op::Stop { .. } | Op::Consumed { .. } | Op::Meter { .. } => {}
        }
    }

    fn open(&mut self, id: u64, dir: Dir, priority: i32) {
        self.orders += 1;
        let turn = (Reverse(priority), self.orders);
        self.streams
            .insert(id, Outgoing::new(dir, turn, self.early));
        self.openings(dir).waiting.insert(turn, id);
    }

    fn protect(&mut self, id: u64, bytes: u64) {
        if let Some(stream) = self.streams.get_mut(&id) {
            stream.protect(bytes);
        }
    }

    fn handle_write(&mut self, id: u64, bytes: Bytes) {
        let length = bytes.len() as u64;
        if let Some(stream) = self.streams.get_mut(&id) {
            let before = stream.pending_bytes;
            stream.append(bytes);
            let taken = stream.pending_bytes - before;
            self.shared.controller.backlog.on_dropped(length - taken);
        } else {
            self.shared.controller.backlog.on_dropped(length);
        }
        self.update_ready(id);
    }

    fn handle_finish(&mut self, id: u64) {
        if let Some(stream) = self.streams.get_mut(&id) {
            stream.finish();
        }
        self.update_ready(id);
    }

    fn handle_reset(&mut self, id: u64, code: u32) {
        let Some(stream) = self.streams.get_mut(&id) else {
            return;
        };
        let dropped = stream.reset(code);
        let (turn, dir, open) = (stream.turn, stream.dir, stream.is_open());
        self.shared.controller.backlog.on_dropped(dropped);
        self.unqueue(id);
        if open {
            self.streams.remove(&id);
        } else if dir == Dir::Uni {
            // The peer need never hear of it. A bidirectional one is opened all the same: its other half may be wanted.
            self.uni.waiting.remove(&turn);
            self.streams.remove(&id);
        }
    }

    fn handle_priority(&mut self, id: u64, priority: i32) {
        let Some(stream) = self.streams.get_mut(&id) else {
            return;
        };
        let (old, dir) = (stream.turn, stream.dir);
        stream.set_priority(priority);
        let new = stream.turn;
        self.unqueue(id);
        let openings = self.openings(dir);
        if openings.waiting.remove(&old).is_some() {
            openings.waiting.insert(new, id);
        }
        self.update_ready(id);
    }

    fn handle_opened(&mut self, opened: Opened) {
        let openings = self.openings(opened.dir);
        openings.requested = false;
        openings.spare = Some(opened);
    }

    fn handle_accepted(&mut self, id: u64, send: Guarded<noq::SendStream>) {
        self.orders += 1;
        let turn = (Reverse(0), self.orders);
        self.streams.insert(id, Outgoing::new(Dir::Bi, turn, false));
        let opened = Opened {
            dir: Dir::Bi,
            send,
            receive: None,
        };
        self.attach(id, opened);
    }

    fn handle_ended(&mut self, id: u64, attempt: u32, code: Option<u64>) {
        let Some(stream) = self.streams.get_mut(&id) else {
            return;
        };
        if stream.attempt != attempt {
            return;
        }
        match code {
            Some(code) => {
                let dropped = stream.reset(u32::try_from(code).unwrap_or(u32::MAX));
                self.shared.controller.backlog.on_dropped(dropped);
                self.shared.push(Event::Stopped { id, code });
            }
            None if stream.is_finished() => self.shared.push(Event::Acknowledged { id }),
            None => return,
        }
        self.unqueue(id);
        self.streams.remove(&id);
    }

    /// The peer has decided about what was sent before the handshake ended.
    fn handle_early(&mut self, accepted: bool) {
        self.early = false;
        if accepted {
            return self.streams.values_mut().for_each(Outgoing::settle_early);
        }
        self.uni.spare = None;
        self.bidi.spare = None;
        let backlog = &self.shared.controller.backlog;
        // What the engine had not sent of the rejected streams it never will.
        backlog.on_rejected(self.shared.controller.tap().totals().fresh_bytes);
        for (id, stream) in &mut self.streams {
            let before = stream.pending_bytes;
            if let Some(turn) = stream.queued.take() {
                self.ready.remove(&turn);
            }
            stream.rewind();
            backlog.on_queued(stream.pending_bytes - before);
            let openings = match stream.dir {
                Dir::Uni => &mut self.uni,
                Dir::Bi => &mut self.bidi,
            };
            if !stream.is_open() {
                openings.waiting.insert(stream.turn, *id);
            }
        }
    }

    fn open_waiting(&mut self) {
        for dir in [Dir::Uni, Dir::Bi] {
            while let Some((turn, id)) = self.openings(dir).first_waiting() {
                let Some(opened) = self.take_opened(dir) else {
                    self.openings(dir).request();
                    break;
                };
                self.openings(dir).waiting.remove(&turn);
                self.attach(id, opened);
            }
        }
    }

    /// Streams are used in the order the engine opens them: to use a later one shows the peer the earlier ones too.
    fn take_opened(&mut self, dir: Dir) -> Option<Opened> {
        let openings = self.openings(dir);
        if openings.requested || openings.spare.is_some() {
            return openings.spare.take();
        }
        open_now(&self.engine, dir)
    }

    fn attach(&mut self, id: u64, opened: Opened) {
        if let Some(receive) = opened.receive {
            reader::start(&self.shared, id, receive.into_inner(), Order::Offset);
        }
        let Some(stream) = self.streams.get_mut(&id) else {
            return;
        };
        let watch = watch_end(&self.shared, id, stream.attempt, &opened.send);
        let engine_id = VarInt::from(opened.send.id()).into_inner();
        self.shared.controller.tap().name_stream(engine_id, id);
        let keeper = Keeper::of(&self.shared.repair, stream.dir, &opened.send);
        stream.attach(opened.send, watch, keeper);
        if stream.is_reset() {
            self.streams.remove(&id);
        }
        self.update_ready(id);
    }

    /// Lets the engine hold what is in flight and as much again.
    fn follow_window(&mut self) {
        let window = self.shared.controller.window.load(Relaxed);
        let wanted = (window * 2).max(INITIAL_SEND_WINDOW);
        let current = self.shared.send_window.load(Relaxed);
        if wanted > current + current / 8 || wanted < current / 2 {
            self.shared.send_window.store(wanted, Relaxed);
            self.engine.set_send_window(wanted);
        }
    }

    /// A quantum to each stream in turn, highest priority first, until all are written or blocked.
    fn write(&mut self, cx: &mut Context<'_>) {
        let mut blocked = Vec::new();
        while let Some((turn, id)) = self.ready.pop_first() {
            let Some(stream) = self.streams.get_mut(&id) else {
                continue;
            };
            stream.queued = None;
            // `None`: stopped or lost, the watch or the supervisor tells which.
            let Some(written) = stream.write(cx, QUANTUM) else {
                continue;
            };
            self.shared.controller.backlog.on_taken(written.bytes);
            self.return_credit(id);
            if written.blocked {
                blocked.push((turn, id));
            } else {
                self.update_ready(id);
            }
        }
        for (turn, id) in blocked {
            self.queue(id, turn);
        }
    }

    fn return_credit(&mut self, id: u64) {
        let buffer = u64::from(self.shared.options.send_buffer);
        let stream = self.streams.get_mut(&id);
        if let Some(bytes) = stream.and_then(|stream| stream.take_credit(buffer)) {
            self.shared.push(Event::Credit { id, bytes });
        }
    }

    /// A blocked stream's owner hears of little credit too, but not for every packet.
    fn flush_credit(&mut self, cx: &mut Context<'_>) {
        let owed = |(_, id): (&Turn, &u64)| self.streams.get(id).is_some_and(Outgoing::owes_credit);
        if self.credit_due.is_none() && self.ready.iter().any(owed) {
            self.credit_due = Some(Box::pin(tokio::time::sleep(CREDIT_DELAY)));
        }
        let Some(due) = &mut self.credit_due else {
            return;
        };
        if due.as_mut().poll(cx).is_pending() {
            return;
        }
        self.credit_due = None;
        for id in self.ready.values() {
            let stream = self.streams.get_mut(id);
            if let Some(bytes) = stream.and_then(Outgoing::take_all_credit) {
                self.shared.push(Event::Credit { id: *id, bytes });
            }
        }
    }

    fn follow_datagram_size(&self) {
        let size = self.engine.max_datagram_size().unwrap_or(0);
        self.shared.max_datagram.store(size as u64, Relaxed);
    }

    /// Puts a stream that has something for the engine behind its equals.
    fn update_ready(&mut self, id: u64) {
        if let Some(stream) = self.streams.get(&id)
            && stream.has_work()
            && stream.queued.is_none()
        {
            self.orders += 1;
            self.queue(id, (stream.turn.0, self.orders));
        }
    }

    fn queue(&mut self, id: u64, turn: Turn) {
        if let Some(stream) = self.streams.get_mut(&id) {
            stream.queued = Some(turn);
            self.ready.insert(turn, id);
        }
    }

    fn unqueue(&mut self, id: u64) {
        let stream = self.streams.get_mut(&id);
        if let Some(turn) = stream.and_then(|stream| stream.queued.take()) {
            self.ready.remove(&turn);
        }
    }

    fn openings(&mut self, dir: Dir) -> &mut Openings {
        match dir {
            Dir::Uni => &mut self.uni,
            Dir::Bi => &mut self.bidi,
        }
    }
}

impl Drop for Sender {
    fn drop(&mut self) {
        self.datagram_task.abort();
    }
}
