//! Dialling.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use crate::{
    controller::ControllerState,
    endpoint::Port,
    error::{BindError, Failure, IdentityError, LinkError},
    identity::Identity,
    link::Link,
    options::LinkOptions,
    runtime,
    shared::{Peer, Shared},
    supervisor::{DialPlan, run_dialled},
};

/// Whom to dial and how.
#[derive(Debug, Clone)]
pub struct DialTarget {
    /// Where.
    pub address: SocketAddr,
    /// The relay id the peer must prove.
    pub server_name: String,
    /// Send before the handshake ends, when a ticket of an earlier link allows it.
    pub early_data: bool,
    /// Give up when the peer has not answered at all after so long.
    pub silence_timeout: Duration,
    /// Give up after so long.
    pub connect_timeout: Duration,
}

/// Starts dialling. The link reports `Established` (or `EarlyReady` before it) or `Closed`.
pub fn dial(
    identity: &Identity,
    target: &DialTarget,
    options: LinkOptions,
) -> Result<Link, DialError> {
    let runtime = runtime::handle().map_err(|source| BindError::Setup {
        address: target.address,
        source,
    })?;
    let port = Port::bind_for(target.address, options.socket_buffer)?;
    let controller = ControllerState::new(&options.controller);
    let mut config = identity.client_config(target.early_data, controller.tap())?;
    config.transport_config(Arc::new(options.transport(&controller, "dialer")));
    let connecting = {
        let _entered = runtime.enter();
        port.endpoint
            .connect_with(config, target.address, &target.server_name)
            .map_err(|error| {
                LinkError::new(
                    Failure::Protocol,
                    format!("cannot dial {}: {error}", target.address),
                )
            })?
    };
    let peer = Peer {
        name: target.server_name.clone(),
        address: target.address,
        accepted: false,
    };
    let shared = Shared::new(options, runtime, port, peer, controller);
    let plan = DialPlan {
        verifier: identity.verifier().clone(),
        tickets: identity.tickets().clone(),
        server_name: target.server_name.clone(),
        early_data: target.early_data,
        silence_timeout: target.silence_timeout,
        connect_timeout: target.connect_timeout,
    };
    shared.spawn_supervisor(run_dialled(shared.clone(), connecting, plan));
    Ok(Link::new(shared))
}

/// Dialling could not even start.
#[derive(Debug, thiserror::Error)]
pub enum DialError {
    /// No socket.
    #[error(transparent)]
    Bind(#[from] BindError),
    /// The identity makes no configuration.
    #[error(transparent)]
    Identity(#[from] IdentityError),
    /// The target is not one.
    #[error(transparent)]
    Target(#[from] LinkError),
}
