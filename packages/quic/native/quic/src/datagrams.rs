//! Datagrams, each way.

use std::sync::{Arc, atomic::Ordering::Relaxed};

use bytes::Bytes;
use noq::Connection;
use tokio::sync::mpsc;

use crate::{event::Event, guard::Guarded, shared::Shared, warm_up};

/// Keeps the order of datagrams and never lets the engine drop one.
pub(crate) async fn send(
    shared: Arc<Shared>,
    engine: Guarded<Connection>,
    mut queue: mpsc::UnboundedReceiver<Bytes>,
) {
    while let Some(bytes) = queue.recv().await {
        let length = bytes.len() as u64;
        if engine.send_datagram_wait(bytes).await.is_err() {
            shared.datagrams_dropped.fetch_add(1, Relaxed);
        }
        shared.push_datagram_credit(length);
    }
}

/// Hands over what comes while the owner's queue has room.
pub(crate) async fn receive(shared: Arc<Shared>, engine: Guarded<Connection>) {
    while let Ok(bytes) = engine.read_datagram().await {
        if shared.repair.takes(&bytes) || warm_up::is_padding(&bytes) {
            continue;
        }
        let length = bytes.len() as u64;
        if shared.hold_datagram(length) {
            shared.push(Event::Datagram(bytes));
        }
    }
}
