//! A UDP socket with buffers of a known size, and the engine's endpoint on it.

use std::{
    net::{SocketAddr, UdpSocket},
    sync::Arc,
};

use noq::{Endpoint, EndpointConfig, ServerConfig};
use socket2::{Domain, Protocol, SockRef, Socket, Type};
use tokio::sync::watch;

use crate::{error::BindError, lease::Released, runtime, runtime::EngineRuntime};

/// Sizes of a socket's buffers, bytes: what was asked for and what the system granted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SocketBuffers {
    /// Asked for, each way.
    pub wanted: usize,
    /// Granted for receiving.
    pub receive: usize,
    /// Granted for sending.
    pub send: usize,
}

/// An endpoint with what the links on it need to know.
#[derive(Debug)]
pub(crate) struct Port {
    pub(crate) endpoint: Endpoint,
    pub(crate) local: SocketAddr,
    pub(crate) buffers: SocketBuffers,
    /// Counts the engine's drivers on this endpoint that panicked.
    pub(crate) panics: watch::Receiver<u32>,
    /// Comes true when the socket is closed: nobody has this port any more and its connections have drained.
    pub(crate) released: Released,
}

impl Port {
    /// Binds `address`. Must run inside the runtime.
    pub(crate) fn bind(
        address: SocketAddr,
        buffer_bytes: usize,
        config: EndpointConfig,
        server: Option<ServerConfig>,
    ) -> Result<Arc<Self>, BindError> {
        let socket = bind_socket(address).map_err(|source| BindError::Bind { address, source })?;
        let setup = |source| BindError::Setup { address, source };
        let buffers = size_buffers(&socket, buffer_bytes).map_err(setup)?;
        let (engine, panics, released) = EngineRuntime::new();
        let endpoint = Endpoint::new(config, server, socket, engine).map_err(setup)?;
        let local = endpoint.local_addr().map_err(setup)?;
        Ok(Arc::new(Self {
            endpoint,
            local,
            buffers,
            panics,
            released,
        }))
    }

    /// Binds any free port for dialling `remote`.
    pub(crate) fn bind_for(
        remote: SocketAddr,
        buffer_bytes: usize,
    ) -> Result<Arc<Self>, BindError> {
        let any = if remote.is_ipv4() {
            SocketAddr::from(([0, 0, 0, 0], 0))
        } else {
            SocketAddr::from(([0u16; 8], 0))
        };
        let context = runtime::handle().map_err(|source| BindError::Setup {
            address: any,
            source,
        })?;
        let _entered = context.enter();
        Self::bind(any, buffer_bytes, EndpointConfig::default(), None)
    }
}

fn bind_socket(address: SocketAddr) -> std::io::Result<UdpSocket> {
    let socket = Socket::new(
        Domain::for_address(address),
        Type::DGRAM,
        Some(Protocol::UDP),
    )?;
    if address.is_ipv6() {
        // `[::]` hears both families, whatever net.ipv6.bindv6only says.
        socket.set_only_v6(false)?;
    }
    socket.bind(&address.into())?;
    Ok(socket.into())
}

fn size_buffers(socket: &UdpSocket, wanted: usize) -> std::io::Result<SocketBuffers> {
    let socket = SockRef::from(socket);
    socket.set_recv_buffer_size(wanted)?;
    socket.set_send_buffer_size(wanted)?;
    Ok(SocketBuffers {
        wanted,
        receive: granted(socket.recv_buffer_size()?),
        send: granted(socket.send_buffer_size()?),
    })
}

/// Linux reports twice what it grants (socket(7)).
fn granted(reported: usize) -> usize {
    if cfg!(target_os = "linux") {
        reported / 2
    } else {
        reported
    }
}
