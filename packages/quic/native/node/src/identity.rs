//! `NativeIdentity`.

use longhaul_quic::{Identity, Pem};
use napi::bindgen_prelude::{Buffer, Uint8ArraySlice};
use napi_derive::napi;

use crate::{
    batch::number,
    error::{JsError, from_identity},
};

/// Certificate, key and authorities of a relay; keeps session tickets and token keys while it lives.
#[napi]
pub struct NativeIdentity {
    pub(crate) inner: Identity,
}

#[napi]
impl NativeIdentity {
    /// Reads PEM texts.
    #[napi(constructor, catch_unwind)]
    pub fn new(
        certificate: Uint8ArraySlice,
        key: Uint8ArraySlice,
        authorities: Uint8ArraySlice,
    ) -> Result<Self, JsError> {
        let inner = Identity::new(pem(&certificate, &key, &authorities));
        let inner = inner.map_err(|error| from_identity(&error))?;
        Ok(Self { inner })
    }

    /// Handshakes use these from now on.
    #[napi(catch_unwind)]
    pub fn reload(
        &self,
        certificate: Uint8ArraySlice,
        key: Uint8ArraySlice,
        authorities: Uint8ArraySlice,
    ) -> Result<(), JsError> {
        let done = self.inner.reload(pem(&certificate, &key, &authorities));
        done.map_err(|error| from_identity(&error))
    }

    /// Peers that show one of these certificates (SHA-256, 32 bytes each, one after the other) are not accepted from now on.
    #[napi(catch_unwind)]
    pub fn revoke(&self, fingerprints: Uint8ArraySlice) {
        let (each, _) = fingerprints.as_chunks::<32>();
        self.inner.revoke(each.iter().copied());
    }

    /// What lets peers come back in no round trip; secret.
    #[napi(catch_unwind)]
    pub fn export_resumption(&self) -> Buffer {
        self.inner.export_resumption().into()
    }

    /// Changes whenever `exportResumption` has something new.
    #[napi(getter, catch_unwind)]
    pub fn resumption_version(&self) -> f64 {
        number(self.inner.resumption_version())
    }

    /// Takes over what an earlier process exported; false when it is not this relay's or damaged.
    #[napi(catch_unwind)]
    pub fn restore_resumption(&self, bytes: Uint8ArraySlice) -> bool {
        self.inner.restore_resumption(&bytes)
    }

    /// The relay id in the certificate.
    #[napi(getter, catch_unwind)]
    pub fn name(&self) -> String {
        self.inner.name()
    }
}

fn pem<'a>(certificate: &'a [u8], key: &'a [u8], authorities: &'a [u8]) -> Pem<'a> {
    Pem {
        certificate,
        key,
        authorities,
    }
}
