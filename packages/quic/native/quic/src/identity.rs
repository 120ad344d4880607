//! Who this relay is and whom it trusts: one certificate for dialling and listening, with what makes resumption work.

use std::{fmt, sync::Arc};

use noq::crypto::rustls::{QuicClientConfig, QuicServerConfig};
use rustls::{
    RootCertStore,
    client::{ClientSessionMemoryCache, ClientSessionStore, Resumption},
    crypto::CryptoProvider,
    pki_types::{CertificateDer, PrivateKeyDer, ServerName, pem::PemObject},
    sign::CertifiedKey,
};

use crate::{
    ALPN,
    error::IdentityError,
    reset::ResetKeys,
    resumption::{SESSIONS, Sessions, TokenKey},
    tap::{Tap, TappedClient},
    verify::{Authorities, Fingerprint, Resolver, Verifier, relay_id},
};

/// PEM texts of an identity.
#[derive(Debug, Clone, Copy)]
pub struct Pem<'a> {
    /// Our certificate, then the intermediate ones.
    pub certificate: &'a [u8],
    /// Its private key.
    pub key: &'a [u8],
    /// Certificates of the authorities that sign relays.
    pub authorities: &'a [u8],
}

/// Everything TLS needs. Lives as long as the relay: tickets, tokens and their keys are in it.
pub struct Identity {
    verifier: Arc<Verifier>,
    resolver: Arc<Resolver>,
    client: Arc<rustls::ClientConfig>,
    early_client: Arc<rustls::ClientConfig>,
    server: noq::ServerConfig,
    tokens: Arc<noq::TokenMemoryCache>,
    tickets: Arc<Tickets>,
    sessions: Arc<Sessions>,
    provider: Arc<CryptoProvider>,
    /// Those of the first key: they outlive reloads.
    reset_keys: ResetKeys,
}

impl Identity {
    /// Reads the PEM texts and checks that they fit each other.
    pub fn new(pem: Pem<'_>) -> Result<Self, IdentityError> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let (key, authorities) = load(pem, &provider)?;
        let reset_keys = ResetKeys::derive(private_key(pem)?.secret_der());
        let verifier = Verifier::new(authorities);
        let resolver = Resolver::new(key);
        let tickets = Tickets::new();
        let sessions = Sessions::new().map_err(|error| IdentityError::Config(error.to_string()))?;
        let early_client = client_config(&provider, &verifier, &resolver, &tickets)?;
        // Shares the tickets. With `enable_early_data` the TLS library would offer early data even where nobody sends
        // any, and the offer alone binds the link to the limits of the earlier one.
        let mut client = early_client.clone();
        client.enable_early_data = false;
        Ok(Self {
            client: Arc::new(client),
            early_client: Arc::new(early_client),
            server: server_config(&provider, &verifier, &resolver, &sessions)?,
            tokens: Arc::new(noq::TokenMemoryCache::default()),
            tickets,
            sessions,
            verifier,
            resolver,
            provider,
            reset_keys,
        })
    }

    /// From now on handshakes use these. Open links stay; on error nothing changes.
    pub fn reload(&self, pem: Pem<'_>) -> Result<(), IdentityError> {
        let (key, authorities) = load(pem, &self.provider)?;
        self.verifier.replace(authorities);
        self.resolver.replace(key);
        Ok(())
    }

    /// Peers that show one of these certificates are not accepted from now on. Open links stay.
    pub fn revoke(&self, certificates: impl IntoIterator<Item = Fingerprint>) {
        self.verifier.revoke(certificates.into_iter().collect());
    }

    /// Our relay id.
    pub fn name(&self) -> String {
        let key = self.resolver.now();
        key.cert.first().and_then(relay_id).unwrap_or_default()
    }

    /// What lets this relay's peers come back in no round trip, for a file that the relay reads when it starts again.
    /// Secret: with it the early data of peers can be read and their addresses be forged.
    pub fn export_resumption(&self) -> Vec<u8> {
        self.sessions.export(&self.name())
    }

    /// Another number whenever `export_resumption` has something new.
    pub fn resumption_version(&self) -> u64 {
        self.sessions.version()
    }

    /// Takes over what an earlier process of this relay exported. `false`, and nothing changes: it is of another relay or
    /// damaged. Call it before the first listener begins.
    pub fn restore_resumption(&self, bytes: &[u8]) -> bool {
        self.sessions.restore(&self.name(), bytes)
    }

    pub(crate) fn sessions(&self) -> &Sessions {
        &self.sessions
    }

    pub(crate) fn reset_keys(&self) -> &ResetKeys {
        &self.reset_keys
    }

    pub(crate) fn verifier(&self) -> &Arc<Verifier> {
        &self.verifier
    }

    /// The dialled relays' session tickets.
    pub(crate) fn tickets(&self) -> &Arc<Tickets> {
        &self.tickets
    }

    /// For one dial; `early_data`: 0-RTT where there is a ticket.
    pub(crate) fn client_config(
        &self,
        early_data: bool,
        tap: &Arc<Tap>,
    ) -> Result<noq::ClientConfig, IdentityError> {
        let inner = if early_data {
            &self.early_client
        } else {
            &self.client
        };
        let crypto = QuicClientConfig::try_from(inner.clone())
            .map_err(|error| IdentityError::Config(error.to_string()))?;
        let tapped = TappedClient {
            inner: Arc::new(crypto),
            tap: tap.clone(),
        };
        let mut config = noq::ClientConfig::new(Arc::new(tapped));
        config.token_store(self.tokens.clone());
        Ok(config)
    }

    /// A copy of the one configuration: its token key is the same in all copies.
    pub(crate) fn server_config(&self) -> noq::ServerConfig {
        self.server.clone()
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity")
            .field("name", &self.name())
            .finish_non_exhaustive()
    }
}

/// Session tickets by relay id.
pub(crate) struct Tickets {
    store: Arc<ClientSessionMemoryCache>,
}

impl Tickets {
    fn new() -> Arc<Self> {
        Arc::new(Self {
            store: Arc::new(ClientSessionMemoryCache::new(SESSIONS)),
        })
    }

    /// A session with that relay is not acceptable any more, at either end, so none of them is.
    pub(crate) fn forget(&self, relay: &str) {
        let Ok(name) = ServerName::try_from(relay.to_owned()) else {
            return;
        };
        while self.store.take_tls13_ticket(&name).is_some() {}
    }
}

fn load(
    pem: Pem<'_>,
    provider: &Arc<CryptoProvider>,
) -> Result<(Arc<CertifiedKey>, Authorities), IdentityError> {
    let chain = certificates("certificate", pem.certificate)?;
    if chain.first().and_then(relay_id).is_none() {
        return Err(IdentityError::NoName);
    }
    let key = CertifiedKey::from_der(chain, private_key(pem)?, provider)
        .map_err(|error| IdentityError::Key(error.to_string()))?;
    let mut roots = RootCertStore::empty();
    for authority in certificates("authorities", pem.authorities)? {
        roots.add(authority).map_err(|error| IdentityError::Pem {
            part: "authorities",
            reason: error.to_string(),
        })?;
    }
    Ok((Arc::new(key), Authorities::new(Arc::new(roots), provider)?))
}

fn private_key(pem: Pem<'_>) -> Result<PrivateKeyDer<'static>, IdentityError> {
    PrivateKeyDer::from_pem_slice(pem.key).map_err(|error| IdentityError::Pem {
        part: "key",
        reason: error.to_string(),
    })
}

fn certificates(
    part: &'static str,
    pem: &[u8],
) -> Result<Vec<CertificateDer<'static>>, IdentityError> {
    let found = CertificateDer::pem_slice_iter(pem)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| IdentityError::Pem {
            part,
            reason: error.to_string(),
        })?;
    if found.is_empty() {
        let reason = "no CERTIFICATE block in it".to_owned();
        return Err(IdentityError::Pem { part, reason });
    }
    Ok(found)
}

fn client_config(
    provider: &Arc<CryptoProvider>,
    verifier: &Arc<Verifier>,
    resolver: &Arc<Resolver>,
    tickets: &Arc<Tickets>,
) -> Result<rustls::ClientConfig, IdentityError> {
    let mut config = rustls::ClientConfig::builder_with_provider(provider.clone())
        .with_protocol_versions(&[&rustls::version::TLS13])
        .map_err(|error| IdentityError::Config(error.to_string()))?
        .dangerous()
        .with_custom_certificate_verifier(verifier.clone())
        .with_client_cert_resolver(resolver.clone());
    config.alpn_protocols = vec![ALPN.to_vec()];
    config.enable_early_data = true;
    config.resumption = Resumption::store(tickets.store.clone());
    Ok(config)
}

fn server_config(
    provider: &Arc<CryptoProvider>,
    verifier: &Arc<Verifier>,
    resolver: &Arc<Resolver>,
    sessions: &Arc<Sessions>,
) -> Result<noq::ServerConfig, IdentityError> {
    let mut config = rustls::ServerConfig::builder_with_provider(provider.clone())
        .with_protocol_versions(&[&rustls::version::TLS13])
        .map_err(|error| IdentityError::Config(error.to_string()))?
        .with_client_cert_verifier(verifier.clone())
        .with_cert_resolver(resolver.clone());
    config.alpn_protocols = vec![ALPN.to_vec()];
    // RFC 9001 §4.6.1: the only value that allows 0-RTT in QUIC.
    config.max_early_data_size = u32::MAX;
    // A shared ticketer would turn 0-RTT off; a store also makes every ticket good for one use.
    config.session_storage = sessions.clone();
    let crypto = QuicServerConfig::try_from(config)
        .map_err(|error| IdentityError::Config(error.to_string()))?;
    let token_key = Arc::new(TokenKey(sessions.clone()));
    Ok(noq::ServerConfig::new(Arc::new(crypto), token_key))
}
