//! Opening streams: at once where the peer permits it, otherwise one after the other as it does.

use std::{
    collections::BTreeMap,
    future::Future,
    pin::pin,
    sync::Arc,
    task::{Context, Poll, Waker},
};

use noq::{Connection, Dir};
use tokio::{sync::mpsc, task::AbortHandle};

use crate::{
    command::{Command, Opened},
    guard::Guarded,
    outgoing::Turn,
    shared::Shared,
};

/// Streams of one direction that wait for the peer's permission.
pub(crate) struct Openings {
    pub(crate) waiting: BTreeMap<Turn, u64>,
    /// Opened for a stream that is gone: the peer has not heard of it.
    pub(crate) spare: Option<Opened>,
    requests: mpsc::UnboundedSender<()>,
    pub(crate) requested: bool,
    task: AbortHandle,
}

impl Openings {
    pub(crate) fn new(shared: &Arc<Shared>, engine: &Connection, dir: Dir) -> Self {
        let (requests, queue) = mpsc::unbounded_channel();
        let task = open_on_request(shared.clone(), Guarded::new(engine.clone()), dir, queue);
        Self {
            waiting: BTreeMap::new(),
            spare: None,
            requests,
            requested: false,
            task: shared.spawn("opener", task),
        }
    }

    pub(crate) fn first_waiting(&self) -> Option<(Turn, u64)> {
        self.waiting
            .first_key_value()
            .map(|(turn, id)| (*turn, *id))
    }

    /// One stream, when the peer permits.
    pub(crate) fn request(&mut self) {
        if !self.requested {
            self.requested = self.requests.send(()).is_ok();
        }
    }
}

impl Drop for Openings {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Opens a stream if the peer permits one now.
pub(crate) fn open_now(engine: &Connection, dir: Dir) -> Option<Opened> {
    let mut cx = Context::from_waker(Waker::noop());
    match pin!(open(engine, dir)).poll(&mut cx) {
        Poll::Ready(opened) => opened,
        Poll::Pending => None,
    }
}

async fn open(engine: &Connection, dir: Dir) -> Option<Opened> {
    let (send, receive) = match dir {
        Dir::Uni => (engine.open_uni().await.ok()?, None),
        Dir::Bi => {
            let (send, receive) = engine.open_bi().await.ok()?;
            (send, Some(Guarded::new(receive)))
        }
    };
    let send = Guarded::new(send);
    Some(Opened { dir, send, receive })
}

async fn open_on_request(
    shared: Arc<Shared>,
    engine: Guarded<Connection>,
    dir: Dir,
    mut requests: mpsc::UnboundedReceiver<()>,
) {
    while requests.recv().await.is_some() {
        let Some(opened) = open(&engine, dir).await else {
            return;
        };
        shared.command([Command::Opened(opened)]);
    }
}
