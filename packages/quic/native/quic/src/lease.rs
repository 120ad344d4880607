//! Tells when a UDP socket has heard something, and when it is closed: the engine keeps it until the last connection on
//! it has drained.

use std::{
    io,
    net::SocketAddr,
    num::NonZeroUsize,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use noq::{
    AsyncUdpSocket, UdpSender,
    udp::{RecvMeta, Transmit},
};
use tokio::sync::watch;

/// Held by whatever keeps a socket open; true once a datagram has come.
pub(crate) type Lease = Arc<watch::Sender<bool>>;

/// Tells of a socket: whether it has heard something, and when it is closed.
#[derive(Debug, Clone)]
pub(crate) struct Released(watch::Receiver<bool>);

impl Released {
    /// Whether any datagram has come.
    pub(crate) fn heard(&self) -> bool {
        *self.0.borrow()
    }

    /// Resolves when the socket is closed and its port free.
    pub(crate) async fn wait(mut self) {
        while self.0.changed().await.is_ok() {}
    }
}

/// What a socket is made with, and what tells of its end.
pub(crate) fn lease() -> (Lease, Released) {
    let (sender, receiver) = watch::channel(false);
    (Arc::new(sender), Released(receiver))
}

/// A socket of the engine that holds a lease. Fields are dropped in order: the socket is closed before the lease ends.
#[derive(Debug)]
pub(crate) struct LeasedSocket {
    inner: Box<dyn AsyncUdpSocket>,
    heard: bool,
    lease: Lease,
}

impl LeasedSocket {
    pub(crate) fn new(inner: Box<dyn AsyncUdpSocket>, lease: Lease) -> Self {
        Self {
            inner,
            heard: false,
            lease,
        }
    }
}

impl AsyncUdpSocket for LeasedSocket {
    fn create_sender(&self) -> Pin<Box<dyn UdpSender>> {
        Box::pin(LeasedSender {
            inner: self.inner.create_sender(),
            _lease: self.lease.clone(),
        })
    }

    fn poll_recv(
        &mut self,
        cx: &mut Context<'_>,
        bufs: &mut [io::IoSliceMut<'_>],
        meta: &mut [RecvMeta],
    ) -> Poll<io::Result<usize>> {
        let polled = self.inner.poll_recv(cx, bufs, meta);
        if !self.heard && matches!(polled, Poll::Ready(Ok(1..))) {
            self.heard = true;
            self.lease.send_replace(true);
        }
        polled
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.inner.local_addr()
    }

    fn max_receive_segments(&self) -> NonZeroUsize {
        self.inner.max_receive_segments()
    }

    fn may_fragment(&self) -> bool {
        self.inner.may_fragment()
    }
}

/// Senders share the socket.
#[derive(Debug)]
struct LeasedSender {
    inner: Pin<Box<dyn UdpSender>>,
    _lease: Lease,
}

impl UdpSender for LeasedSender {
    fn poll_send(
        mut self: Pin<&mut Self>,
        transmit: &Transmit<'_>,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<()>> {
        self.inner.as_mut().poll_send(transmit, cx)
    }

    fn max_transmit_segments(&self) -> NonZeroUsize {
        self.inner.max_transmit_segments()
    }
}
