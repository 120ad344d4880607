//! `NativeListener` and `listen`.

use longhaul_quic::{Accepted, Listener};
use napi::{
    bindgen_prelude::Function, threadsafe_function::ThreadsafeFunctionCallMode::NonBlocking,
};
use napi_derive::napi;

use crate::{
    connection::{NativeConnection, NativeSocketBuffers},
    error::{JsError, bad_argument, from_bind, from_napi},
    identity::NativeIdentity,
    options::NativeLinkOptions,
};

/// A peer that did not prove itself.
#[napi(object)]
pub struct NativeRefusal {
    pub address: String,
    pub error_code: String,
    pub message: String,
}

/// Takes links on a UDP port.
#[napi]
pub struct NativeListener {
    listener: Option<Listener>,
    refusal: Option<NativeRefusal>,
}

/// Binds `address` (`address:port`, no name) and calls `wake` when `accept` has something. Keeps Node running until `close`.
#[napi(js_name = "listen", catch_unwind)]
pub fn listen_native(
    identity: &NativeIdentity,
    address: String,
    options: NativeLinkOptions,
    wake: Function<'_, (), ()>,
) -> Result<NativeListener, JsError> {
    let address = address.parse().map_err(|_| bad_argument(&address))?;
    let wake = wake
        .build_threadsafe_function()
        .build()
        .map_err(from_napi)?;
    let wake = move || {
        wake.call((), NonBlocking);
    };
    let listener = Listener::bind(&identity.inner, address, options.parse()?, wake);
    let listener = listener.map_err(|error| from_bind(&error))?;
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
