//! Whose certificates are accepted. One object for both directions that outlives reloads, so that sessions made
//! before a reload can be resumed after it: the TLS library compares the objects, not what is inside.

use std::{
    collections::HashSet,
    fmt,
    sync::{Arc, PoisonError, RwLock},
};

use rustls::{
    CertificateError, DigitallySignedStruct, DistinguishedName, Error, OtherError, RootCertStore,
    SignatureScheme,
    client::{
        WebPkiServerVerifier,
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    },
    crypto::CryptoProvider,
    pki_types::{CertificateDer, ServerName, UnixTime},
    server::{
        ClientHello, ResolvesServerCert, WebPkiClientVerifier,
        danger::{ClientCertVerified, ClientCertVerifier},
    },
    sign::CertifiedKey,
};

use crate::error::IdentityError;

/// Why a peer's certificate is not accepted, with the name it carries. Also what the peer is told.
#[derive(thiserror::Error)]
#[error("certificate of relay \"{name}\": {reason}")]
pub(crate) struct Refused {
    name: String,
    reason: String,
}

impl fmt::Debug for Refused {
    /// The TLS library shows errors that are not its own in this form only.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A TLS error's text, ours or the peer's, without what the library wraps around a [`Refused`].
pub(crate) fn plain(text: &str) -> &str {
    text.strip_prefix("invalid peer certificate: Other(OtherError(")
        .and_then(|rest| rest.strip_suffix("))"))
        .unwrap_or(text)
}

/// Today's authorities, checked in both directions.
#[derive(Debug, Clone)]
pub(crate) struct Authorities {
    servers: Arc<WebPkiServerVerifier>,
    clients: Arc<dyn ClientCertVerifier>,
}

impl Authorities {
    pub(crate) fn new(
        roots: Arc<RootCertStore>,
        provider: &Arc<CryptoProvider>,
    ) -> Result<Self, IdentityError> {
        let servers = WebPkiServerVerifier::builder_with_provider(roots.clone(), provider.clone())
            .build()
            .map_err(|error| IdentityError::Config(error.to_string()))?;
        let clients = WebPkiClientVerifier::builder_with_provider(roots, provider.clone())
            .build()
            .map_err(|error| IdentityError::Config(error.to_string()))?;
        Ok(Self { servers, clients })
    }
}

/// The verifier both TLS configurations hold for the life of an identity.
pub(crate) struct Verifier {
    authorities: RwLock<Authorities>,
    revoked: RwLock<HashSet<Fingerprint>>,
}

/// SHA-256 of a certificate's DER: what names it when its relay id also names its successor.
pub type Fingerprint = [u8; 32];

/// The fingerprint of a certificate.
pub(crate) fn fingerprint(certificate: &CertificateDer<'_>) -> Fingerprint {
    let digest = ring::digest::digest(&ring::digest::SHA256, certificate);
    digest.as_ref().try_into().unwrap_or_default()
}

impl Verifier {
    pub(crate) fn new(authorities: Authorities) -> Arc<Self> {
        Arc::new(Self {
            authorities: RwLock::new(authorities),
            revoked: RwLock::default(),
        })
    }

    pub(crate) fn replace(&self, authorities: Authorities) {
        *self
            .authorities
            .write()
            .unwrap_or_else(PoisonError::into_inner) = authorities;
    }

    /// These certificates are not accepted from now on, whoever signed them.
    pub(crate) fn revoke(&self, revoked: HashSet<Fingerprint>) {
        *self.revoked.write().unwrap_or_else(PoisonError::into_inner) = revoked;
    }

    fn check_revoked(&self, certificate: &CertificateDer<'_>) -> Result<(), Error> {
        let revoked = self.revoked.read().unwrap_or_else(PoisonError::into_inner);
        if revoked.contains(&fingerprint(certificate)) {
            return Err(refuse(certificate, Error::General("revoked".to_owned())));
        }
        Ok(())
    }

    fn now(&self) -> Authorities {
        self.authorities
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Checks a dialled peer's chain again: a resumed session shows none during the handshake.
    pub(crate) fn check_server(
        &self,
        chain: &[CertificateDer<'_>],
        name: &str,
    ) -> Result<(), Error> {
        let (end, rest) = split(chain)?;
        let name = ServerName::try_from(name)
            .map_err(|_| Error::General(format!("\"{name}\" is no DNS name")))?;
        self.verify_server_cert(end, rest, &name, &[], UnixTime::now())
            .map(drop)
    }

    /// Checks a dialling peer's chain again and gives its relay id.
    pub(crate) fn check_client(&self, chain: &[CertificateDer<'_>]) -> Result<String, Error> {
        let (end, rest) = split(chain)?;
        self.verify_client_cert(end, rest, UnixTime::now())?;
        Ok(relay_id(end).unwrap_or_default())
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Verifier")
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        self.check_revoked(end_entity)?;
        self.now()
            .servers
            .verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
            .map_err(|error| refuse(end_entity, error))
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.now()
            .servers
            .verify_tls12_signature(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.now()
            .servers
            .verify_tls13_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.now().servers.supported_verify_schemes()
    }
}

impl ClientCertVerifier for Verifier {
    /// None: the set changes with a reload, and a dialler has one certificate anyway.
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        self.check_revoked(end_entity)?;
        let verified = self
            .now()
            .clients
            .verify_client_cert(end_entity, intermediates, now)
            .map_err(|error| refuse(end_entity, error))?;
        match relay_id(end_entity) {
            Some(_) => Ok(verified),
            None => Err(refuse(
                end_entity,
                Error::General("it names no relay (no DNS name)".into()),
            )),
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.now()
            .clients
            .verify_tls12_signature(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.now()
            .clients
            .verify_tls13_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.now().clients.supported_verify_schemes()
    }
}

/// Gives today's certificate to both configurations.
#[derive(Debug)]
pub(crate) struct Resolver {
    key: RwLock<Arc<CertifiedKey>>,
}

impl Resolver {
    pub(crate) fn new(key: Arc<CertifiedKey>) -> Arc<Self> {
        Arc::new(Self {
            key: RwLock::new(key),
        })
    }

    pub(crate) fn replace(&self, key: Arc<CertifiedKey>) {
        *self.key.write().unwrap_or_else(PoisonError::into_inner) = key;
    }

    pub(crate) fn now(&self) -> Arc<CertifiedKey> {
        self.key
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

impl ResolvesServerCert for Resolver {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.now())
    }
}

impl rustls::client::ResolvesClientCert for Resolver {
    fn resolve(&self, _: &[&[u8]], _: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        Some(self.now())
    }

    fn has_certs(&self) -> bool {
        true
    }
}

/// The relay id in a certificate: its first DNS name.
pub(crate) fn relay_id(certificate: &CertificateDer<'_>) -> Option<String> {
    let parsed = webpki::EndEntityCert::try_from(certificate).ok()?;
    parsed.valid_dns_names().next().map(str::to_owned)
}

fn split<'a, 'b>(
    chain: &'a [CertificateDer<'b>],
) -> Result<(&'a CertificateDer<'b>, &'a [CertificateDer<'b>]), Error> {
    chain
        .split_first()
        .ok_or_else(|| Error::General("the peer shows no certificate".to_owned()))
}

fn refuse(certificate: &CertificateDer<'_>, error: Error) -> Error {
    let refused = Refused {
        name: relay_id(certificate).unwrap_or_else(|| "?".to_owned()),
        reason: reason(&error),
    };
    Error::InvalidCertificate(CertificateError::Other(OtherError(Arc::new(refused))))
}

fn reason(error: &Error) -> String {
    use CertificateError as E;
    match error {
        Error::InvalidCertificate(E::UnknownIssuer) => {
            "not signed by an authority we trust".to_owned()
        }
        Error::InvalidCertificate(E::Expired) => "expired".to_owned(),
        Error::InvalidCertificate(E::ExpiredContext { time, not_after }) => {
            format!(
                "expired {} s ago",
                time.as_secs().saturating_sub(not_after.as_secs())
            )
        }
        Error::InvalidCertificate(E::NotValidYet) => "not valid yet".to_owned(),
        Error::InvalidCertificate(E::NotValidYetContext { time, not_before }) => {
            format!(
                "valid only in {} s",
                not_before.as_secs().saturating_sub(time.as_secs())
            )
        }
        Error::InvalidCertificate(E::NotValidForName) => {
            "not for the name that was dialled".to_owned()
        }
        Error::InvalidCertificate(E::NotValidForNameContext { expected, .. }) => {
            format!(
                "not for the name \"{}\" that was dialled",
                expected.to_str()
            )
        }
        Error::General(text) => text.clone(),
        other => other.to_string(),
    }
}
