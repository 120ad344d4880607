//! `NativeListener` and `listen`.

use longhaul_quic::{Accepted, HandshakeLimits, Listener};
use napi::{
    bindgen_prelude::Function, threadsafe_function::ThreadsafeFunctionCallMode::NonBlocking,
};
use napi_derive::napi;

use crate::{
    congestion::NativeSavedPath,
    connection::{NativeConnection, NativeSocketBuffers},
    error::{JsError, bad_argument, from_bind, from_napi},
    identity::NativeIdentity,
    options::{NativeLinkOptions, millis},
};

/// A peer that did not prove itself.
#[napi(object)]
pub struct NativeRefusal {
    pub address: String,
    pub error_code: String,
    pub message: String,
}

/// Bounds of the handshakes under way at a listener.
#[napi(object)]
pub struct NativeHandshakeLimits {
    pub most: u32,
    pub most_per_source: u32,
    pub retry_from: u32,
}

/// What became of handshakes since the listener began, and how many run.
#[napi(object)]
pub struct NativeHandshakeCounts {
    pub running: u32,
    pub retried: f64,
    pub refused: f64,
}

/// Takes links on a UDP port.
#[napi]
pub struct NativeListener {
    listener: Option<Listener>,
    refusal: Option<NativeRefusal>,
}

/// Binds `address` (`address:port`, no name) and calls `wake` when `accept` has something, which keeps Node running until
/// `close`. Calls `released`, which does not, when the port is free again: after `close` and when the last connection
/// taken on it has drained.
#[napi(js_name = "listen", catch_unwind)]
pub fn listen_native(
    identity: &NativeIdentity,
    address: String,
    options: NativeLinkOptions,
    limits: NativeHandshakeLimits,
    wake: Function<'_, (), ()>,
    released: Function<'_, (), ()>,
) -> Result<NativeListener, JsError> {
    let address = address.parse().map_err(|_| bad_argument(&address))?;
    let wake = wake
        .build_threadsafe_function()
        .build()
        .map_err(from_napi)?;
    let wake = move || {
        wake.call((), NonBlocking);
    };
    let released = released
        .build_threadsafe_function()
        .weak::<true>()
        .build()
        .map_err(from_napi)?;
    let listener = Listener::bind_within(
        HandshakeLimits {
            most: limits.most as usize,
            most_per_source: limits.most_per_source as usize,
            retry_from: limits.retry_from as usize,
        },
        &identity.inner,
        address,
        options.parse()?,
        wake,
    );
    let listener = listener.map_err(|error| from_bind(&error))?;
    listener.on_released(move || {
        released.call((), NonBlocking);
    });
    Ok(NativeListener {
        listener: Some(listener),
        refusal: None,
    })
}

#[napi]
impl NativeListener {
    /// The next connection. Null: none waits, or `refusal` has something and `accept` is to be called again.
    #[napi(catch_unwind)]
    pub fn accept(&mut self) -> Option<NativeConnection> {
        match self.listener.as_ref()?.accept()? {
            Accepted::Link(link) => Some(NativeConnection::new(link)),
            Accepted::Refused(refusal) => {
                self.refusal = Some(refusal.into());
                None
            }
        }
    }

    /// The refusal that the last `accept` met.
    #[napi(catch_unwind)]
    pub fn refusal(&mut self) -> Option<NativeRefusal> {
        self.refusal.take()
    }

    #[napi(getter, catch_unwind)]
    pub fn address(&self) -> String {
        let address = self.listener.as_ref().map(Listener::local_address);
        address
            .map(|address| address.to_string())
            .unwrap_or_default()
    }

    #[napi(getter, catch_unwind)]
    pub fn socket_buffers(&self) -> Option<NativeSocketBuffers> {
        self.listener
            .as_ref()
            .map(|listener| listener.buffers().into())
    }

    /// Null once it is closed.
    #[napi(catch_unwind)]
    pub fn handshakes(&self) -> Option<NativeHandshakeCounts> {
        let counts = self.listener.as_ref()?.handshakes();
        Some(NativeHandshakeCounts {
            running: u32::try_from(counts.running).unwrap_or(u32::MAX),
            retried: counts.retried as f64,
            refused: counts.refused as f64,
        })
    }

    /// The next connection from `host` (no port) starts from what an earlier one learned, if it comes within so long.
    #[napi(catch_unwind)]
    pub fn remember(
        &self,
        host: String,
        path: NativeSavedPath,
        lifetime_ms: u32,
    ) -> Result<(), JsError> {
        let address = host.parse().map_err(|_| bad_argument(&host))?;
        let saved = path.parse()?;
        if let Some(listener) = &self.listener {
            listener.remember(address, saved, millis(lifetime_ms));
        }
        Ok(())
    }

    /// Takes no more connections and lets Node end. Idempotent.
    #[napi(catch_unwind)]
    pub fn close(&mut self) {
        self.listener = None;
    }
}

impl From<longhaul_quic::Refusal> for NativeRefusal {
    fn from(refusal: longhaul_quic::Refusal) -> Self {
        Self {
            address: refusal.address.to_string(),
            error_code: refusal.error.failure.code().to_owned(),
            message: refusal.error.message,
        }
    }
}
