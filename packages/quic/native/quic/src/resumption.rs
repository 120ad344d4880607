//! What an acceptor has to remember for its peers to come back in no round trip: TLS sessions, and the key of the tokens
//! that prove their addresses. In memory, and as bytes that the relay may keep in a file over a restart.

use std::{
    collections::{HashMap, VecDeque},
    fmt,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::{SystemTime, UNIX_EPOCH},
};

use noq_proto::crypto::{CryptoError, HandshakeTokenKey};
use ring::{
    aead, digest, hkdf,
    rand::{SecureRandom, SystemRandom},
};
use rustls::server::StoresServerSessions;

use crate::{options::LinkOptions, shared::lock};

/// Sessions of this relay as an acceptor, and its token key.
///
/// Input: the TLS library's `put` and `take`, `restore`. Output: `export`, whenever `version` has changed.
pub(crate) struct Sessions {
    state: Mutex<State>,
    version: AtomicU64,
}

struct State {
    token_secret: TokenSecret,
    sessions: HashMap<Vec<u8>, Session>,
    /// Oldest first; of those taken some are still here.
    order: VecDeque<Vec<u8>>,
    bytes: usize,
    /// The limits that peers with a session count on.
    limits: Option<Limits>,
}

struct Session {
    value: Vec<u8>,
    /// Seconds since 1970.
    made: u64,
}

type TokenSecret = [u8; 32];

/// Transport parameters that early data is sent by. RFC 9000 §7.4.1: an acceptor that takes early data must not have
/// lowered them.
pub(crate) type Limits = [u64; 5];

pub(crate) fn limits_of(options: &LinkOptions) -> Limits {
    [
        u64::from(options.stream_window),
        u64::from(options.connection_window),
        u64::from(options.max_concurrent_uni),
        u64::from(options.max_concurrent_bidi),
        options.datagram_queue as u64,
    ]
}

impl Sessions {
    pub(crate) fn new() -> Result<Arc<Self>, ring::error::Unspecified> {
        let mut token_secret = TokenSecret::default();
        SystemRandom::new().fill(&mut token_secret)?;
        let state = State {
            token_secret,
            sessions: HashMap::new(),
            order: VecDeque::new(),
            bytes: 0,
            limits: None,
        };
        Ok(Arc::new(Self {
            state: Mutex::new(state),
            version: AtomicU64::new(0),
        }))
    }

    /// Another number whenever `export` has something new to tell.
    pub(crate) fn version(&self) -> u64 {
        self.version.load(Relaxed)
    }

    /// All of it, for the relay `name`. Secret: with it the traffic of resumed links can be read and relays be posed as.
    pub(crate) fn export(&self, name: &str) -> Vec<u8> {
        let state = lock(&self.state);
        let mut out = MAGIC.to_vec();
        put_bytes(&mut out, name.as_bytes());
        out.extend_from_slice(&state.token_secret);
        for limit in state.limits.unwrap_or_default() {
            out.extend_from_slice(&limit.to_be_bytes());
        }
        for (id, session) in state.in_order() {
            out.extend_from_slice(&session.made.to_be_bytes());
            put_bytes(&mut out, id);
            put_bytes(&mut out, &session.value);
        }
        let sum = digest::digest(&digest::SHA256, &out);
        out.extend_from_slice(sum.as_ref());
        out
    }

    /// Takes over what `export` gave an earlier process of the relay `name`; sessions that are too old are left out.
    /// Bytes that are cut, of another form or of another relay change nothing: `false`.
    pub(crate) fn restore(&self, name: &str, bytes: &[u8]) -> bool {
        let Some(kept) = parse(name, bytes) else {
            return false;
        };
        let now = seconds();
        let mut state = lock(&self.state);
        state.token_secret = kept.token_secret;
        state.limits = Some(kept.limits);
        for (made, id, value) in kept.sessions {
            if made <= now && now - made < LIFETIME_S {
                state.put(id.to_vec(), value.to_vec(), made);
            }
        }
        true
    }

    /// A listener with these limits begins. Sessions that count on more than it gives are of no use: the dialler would find
    /// its early data taken by an acceptor that breaks its word, and end the link.
    pub(crate) fn serve_with(&self, limits: Limits) {
        let mut state = lock(&self.state);
        let shrunk = state
            .limits
            .is_some_and(|old| old.iter().zip(&limits).any(|(old, new)| new < old));
        if shrunk {
            state.clear();
        }
        if state.limits != Some(limits) {
            state.limits = Some(limits);
            self.version.fetch_add(1, Relaxed);
        }
    }
}

impl State {
    fn in_order(&self) -> impl Iterator<Item = (&Vec<u8>, &Session)> {
        let known = |id| Some((id, self.sessions.get(id)?));
        self.order.iter().filter_map(known)
    }

    fn put(&mut self, id: Vec<u8>, value: Vec<u8>, made: u64) {
        self.take(&id);
        self.bytes += id.len() + value.len();
        self.order.push_back(id.clone());
        self.sessions.insert(id, Session { value, made });
        if self.order.len() > 2 * SESSIONS {
            // Those that were taken have left their ids.
            let sessions = &self.sessions;
            self.order.retain(|id| sessions.contains_key(id));
        }
        while self.sessions.len() > SESSIONS || self.bytes > SESSION_BYTES {
            let Some(oldest) = self.order.pop_front() else {
                break;
            };
            self.take(&oldest);
        }
    }

    fn take(&mut self, id: &[u8]) -> Option<Vec<u8>> {
        let session = self.sessions.remove(id)?;
        self.bytes -= id.len() + session.value.len();
        Some(session.value)
    }

    fn clear(&mut self) {
        self.sessions.clear();
        self.order.clear();
        self.bytes = 0;
    }
}

impl StoresServerSessions for Sessions {
    fn put(&self, key: Vec<u8>, value: Vec<u8>) -> bool {
        lock(&self.state).put(key, value, seconds());
        self.version.fetch_add(1, Relaxed);
        true
    }

    fn get(&self, key: &[u8]) -> Option<Vec<u8>> {
        let state = lock(&self.state);
        state.sessions.get(key).map(|session| session.value.clone())
    }

    /// Every session is good for one use: early data that is sent a second time finds none.
    fn take(&self, key: &[u8]) -> Option<Vec<u8>> {
        let taken = lock(&self.state).take(key);
        if taken.is_some() {
            self.version.fetch_add(1, Relaxed);
        }
        taken
    }

    fn can_cache(&self) -> bool {
        true
    }
}

impl fmt::Debug for Sessions {
    /// Nothing of the secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sessions")
    }
}

/// Seals address-validation and Retry tokens (RFC 9000 §8.1), each with a key of its own.
pub(crate) struct TokenKey(pub(crate) Arc<Sessions>);

impl TokenKey {
    fn key_of(&self, nonce: u128) -> Result<aead::LessSafeKey, CryptoError> {
        let secret = lock(&self.0.state).token_secret;
        let base = hkdf::Salt::new(hkdf::HKDF_SHA256, b"longhaul tokens").extract(&secret);
        let info = nonce.to_le_bytes();
        let info = [info.as_slice()];
        let expanded = base.expand(&info, &aead::AES_256_GCM);
        let key = expanded.map_err(|_| CryptoError)?;
        Ok(aead::LessSafeKey::new(aead::UnboundKey::from(key)))
    }
}

impl HandshakeTokenKey for TokenKey {
    fn seal(&self, token_nonce: u128, data: &mut Vec<u8>) -> Result<(), CryptoError> {
        self.key_of(token_nonce)?
            .seal_in_place_append_tag(only_nonce(), aead::Aad::empty(), data)
            .map_err(|_| CryptoError)
    }

    fn open<'a>(&self, token_nonce: u128, data: &'a mut [u8]) -> Result<&'a [u8], CryptoError> {
        let plain = self
            .key_of(token_nonce)?
            .open_in_place(only_nonce(), aead::Aad::empty(), data);
        plain.map(|plain| &*plain).map_err(|_| CryptoError)
    }
}

/// A key seals one token.
fn only_nonce() -> aead::Nonce {
    aead::Nonce::assume_unique_for_key([0; aead::NONCE_LEN])
}

struct Kept<'a> {
    token_secret: TokenSecret,
    limits: Limits,
    sessions: Vec<(u64, &'a [u8], &'a [u8])>,
}

fn parse<'a>(name: &str, bytes: &'a [u8]) -> Option<Kept<'a>> {
    let (body, sum) = bytes.split_at_checked(bytes.len().checked_sub(SUM_BYTES)?)?;
    if digest::digest(&digest::SHA256, body).as_ref() != sum {
        return None;
    }
    let mut rest = body.strip_prefix(MAGIC)?;
    if take_bytes(&mut rest)? != name.as_bytes() {
        return None;
    }
    let token_secret = take_array(&mut rest)?;
    let mut limits = Limits::default();
    for limit in &mut limits {
        *limit = take_u64(&mut rest)?;
    }
    let mut sessions = Vec::new();
    while !rest.is_empty() {
        let made = take_u64(&mut rest)?;
        sessions.push((made, take_bytes(&mut rest)?, take_bytes(&mut rest)?));
    }
    Some(Kept {
        token_secret,
        limits,
        sessions,
    })
}

/// Its length, 32 bits, before it. Longer than that is nothing here.
fn put_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
    out.extend_from_slice(&length.to_be_bytes());
    out.extend_from_slice(bytes);
}

fn take_bytes<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let length = u32::from_be_bytes(take_array(rest)?);
    let (bytes, after) = rest.split_at_checked(usize::try_from(length).ok()?)?;
    *rest = after;
    Some(bytes)
}

fn take_u64(rest: &mut &[u8]) -> Option<u64> {
    take_array(rest).map(u64::from_be_bytes)
}

fn take_array<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (array, after) = rest.split_first_chunk()?;
    *rest = after;
    Some(*array)
}

fn seconds() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.unwrap_or_default().as_secs()
}

const MAGIC: &[u8] = b"longhaul resumption 1\n";
const SUM_BYTES: usize = 32;

/// What the TLS library tells peers of the life of a session.
const LIFETIME_S: u64 = 24 * 60 * 60;

/// Sessions kept; the oldest go first.
pub(crate) const SESSIONS: usize = 1_024;

/// Bytes of them: a session holds the peer's certificates.
const SESSION_BYTES: usize = 8 * 1024 * 1024;

#[cfg(test)]
#[path = "../tests/unit/resumption.rs"]
mod tests;
