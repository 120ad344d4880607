//! The life of one link: handshake, proof of identity, running, end.

use std::{
    future::Future,
    mem::ManuallyDrop,
    sync::{
        Arc,
        atomic::Ordering::{Relaxed, SeqCst},
    },
    time::{Duration, Instant},
};

use noq::{Connecting, Connection, ConnectionError, VarInt};
use rustls::pki_types::CertificateDer;

use crate::{
    close::{CloseReport, Closer, IDENTITY_REFUSED, INTERNAL_FAILURE, describe},
    command::Command,
    controller::probe,
    datagrams,
    error::{Failure, LinkError},
    event::{EarlyData, Event},
    guard::{Guarded, attempt},
    identity::Tickets,
    meter,
    reader::{self, Order},
    repair, sender,
    shared::{Shared, lock},
    tail_care,
    verify::{Verifier, plain},
};

/// What a dialler wants besides the address.
pub(crate) struct DialPlan {
    pub(crate) verifier: Arc<Verifier>,
    pub(crate) tickets: Arc<Tickets>,
    pub(crate) server_name: String,
    pub(crate) early_data: bool,
    pub(crate) silence_timeout: Duration,
    pub(crate) connect_timeout: Duration,
}

/// Runs a dialled link to its end.
pub(crate) async fn run_dialled(shared: Arc<Shared>, connecting: Connecting, plan: DialPlan) {
    let started = Instant::now();
    let outcome = tokio::select! {
        outcome = handshake(&shared, connecting, &plan) => outcome,
        limit = patience(&shared, &plan) => Err(timed_out(&shared, limit)),
        () = shared.end_requested.notified() => Err(stopped(&shared)),
    };
    let report = match outcome {
        Ok(early_data) => {
            establish(&shared, started, early_data);
            watch(&shared).await
        }
        Err(report) => report,
    };
    if refused(&report) {
        // A session shows the peer the certificate it was made with, which may not be the one we have now.
        plan.tickets.forget(&plan.server_name);
    }
    finish(&shared, report).await;
}

/// One end did not accept the other's certificate.
fn refused(report: &CloseReport) -> bool {
    let error = report.error.as_ref();
    error.is_some_and(|error| matches!(error.failure, Failure::Tls))
}

/// Runs an accepted link, whose peer is proven, to its end.
pub(crate) async fn run_accepted(shared: Arc<Shared>, engine: Connection, started: Instant) {
    let confirmed = Guarded::new(engine.clone());
    install(&shared, engine, false);
    shared.spawn_waiting("handshake", confirm(shared.clone(), confirmed, started));
    let report = watch(&shared).await;
    finish(&shared, report).await;
}

/// A resumed link is handed over before its peer has answered us: until then it may be the replay of an old first flight.
async fn confirm(shared: Arc<Shared>, engine: Guarded<Connection>, started: Instant) {
    if engine.authenticated().await.is_ok() {
        establish(&shared, started, EarlyData::None);
    }
}

async fn handshake(
    shared: &Arc<Shared>,
    connecting: Connecting,
    plan: &DialPlan,
) -> Result<EarlyData, CloseReport> {
    let tried = if plan.early_data {
        connecting.into_0rtt()
    } else {
        Err(connecting)
    };
    let early_data = match tried {
        Ok((engine, accepted)) => {
            *lock(&shared.early_data) = EarlyData::Pending;
            install(shared, engine, true);
            shared.push(Event::EarlyReady);
            let accepted = accepted.await;
            let engine = engine_of(shared)?;
            if let Some(error) = engine.close_reason() {
                return Err(from_engine(shared, &error));
            }
            if !accepted {
                shared.outlive_rejected_streams().await;
            }
            shared.command([Command::EarlyResolved { accepted }]);
            if accepted {
                EarlyData::Accepted
            } else {
                EarlyData::Rejected
            }
        }
        Err(connecting) => {
            let engine = connecting
                .await
                .map_err(|error| from_engine(shared, &error))?;
            install(shared, engine, false);
            EarlyData::None
        }
    };
    prove_server(shared, plan)?;
    Ok(early_data)
}

/// A resumed session shows no certificate: the one it was made with is checked against today's authorities.
fn prove_server(shared: &Shared, plan: &DialPlan) -> Result<(), CloseReport> {
    let engine = engine_of(shared)?;
    let checked = match peer_chain(engine) {
        Some(chain) => plan.verifier.check_server(&chain, &plan.server_name),
        None => Err(rustls::Error::General(
            "the peer shows no certificate".to_owned(),
        )),
    };
    checked.map_err(|error| {
        let reason = error.to_string();
        let reason = plain(&reason);
        engine.close(code(IDENTITY_REFUSED), reason.as_bytes());
        plan.tickets.forget(&plan.server_name);
        let text = format!("{}: {reason}", shared.peer_text());
        CloseReport::transport(LinkError::new(Failure::Tls, text))
    })
}

fn establish(shared: &Arc<Shared>, started: Instant, early_data: EarlyData) {
    let took = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
    shared.connect_us.store(took.max(1), Relaxed);
    let early_data = {
        let mut known = lock(&shared.early_data);
        if early_data != EarlyData::None {
            *known = early_data;
        }
        *known
    };
    repair::start(shared);
    shared.push(Event::Established { early_data });
}

/// Keeps the engine's connection and starts the tasks on it.
fn install(shared: &Arc<Shared>, engine: Connection, early: bool) {
    let size = engine.max_datagram_size().unwrap_or(0);
    shared.max_datagram.store(size as u64, Relaxed);
    let handle = || Guarded::new(engine.clone());
    sender::start(shared, &engine, early);
    let prober = probe::run(shared.clone(), handle());
    shared.spawn_waiting("prober", while_open(handle(), prober));
    shared.spawn_waiting("uni acceptor", accept_uni(shared.clone(), handle()));
    shared.spawn_waiting("bidi acceptor", accept_bidi(shared.clone(), handle()));
    shared.spawn_waiting(
        "datagram reader",
        datagrams::receive(shared.clone(), handle()),
    );
    if shared.options.tail_care {
        let care = tail_care::run(shared.clone(), handle());
        shared.spawn_waiting("tail", while_open(handle(), care));
    }
    *lock(&shared.spare) = Some(ManuallyDrop::new([engine.clone(), engine.clone()]));
    let _ = shared.engine.set(Guarded::new(engine));
}

/// Runs `task`, which may wait for what never comes, until the connection is over: it holds the link and its port.
pub(crate) async fn while_open(engine: Guarded<Connection>, task: impl Future<Output = ()>) {
    tokio::select! {
        _ = engine.closed() => {}
        () = task => {}
    }
}

async fn accept_uni(shared: Arc<Shared>, engine: Guarded<Connection>) {
    while let Ok(stream) = engine.accept_uni().await {
        let id = shared.next_id();
        note_early(&shared, stream.is_0rtt());
        shared.push(Event::UniOpened { id });
        reader::start(&shared, id, stream, Order::Arrival);
    }
}

async fn accept_bidi(shared: Arc<Shared>, engine: Guarded<Connection>) {
    while let Ok((send, receive)) = engine.accept_bi().await {
        let id = shared.next_id();
        note_early(&shared, receive.is_0rtt());
        // Before the event: the owner may write at once.
        shared.command([Command::Accepted {
            id,
            send: Guarded::new(send),
        }]);
        shared.push(Event::BidiOpened { id });
        reader::start(&shared, id, receive, Order::Offset);
    }
}

fn note_early(shared: &Shared, early: bool) {
    if early {
        *lock(&shared.early_data) = EarlyData::Accepted;
    }
}

/// Waits for the end, whoever wants it.
async fn watch(shared: &Arc<Shared>) -> CloseReport {
    let engine = match engine_of(shared) {
        Ok(engine) => engine,
        Err(report) => return report,
    };
    let mut panics = shared.port.panics.clone();
    loop {
        tokio::select! {
            error = engine.closed() => return from_engine(shared, &error),
            () = shared.end_requested.notified() => {
                if let Some(report) = shared.requested_end() {
                    return report;
                }
            }
            () = shared.controller.failure.notified() => {
                return internal(shared, "the congestion controller panicked");
            }
            () = shared.controller.reported.notified() => shared.push(Event::Reported),
            () = shared.controller.meter.moved.notified() => meter::tell_owner(shared),
            _ = panics.changed() => {
                if attempt(|| engine.close_reason()).is_none() {
                    return internal(shared, "the engine panicked");
                }
            }
        }
    }
}

/// Closes the engine's side, lets the readers give what is there, and reports.
async fn finish(shared: &Arc<Shared>, report: CloseReport) {
    if let Some(engine) = shared.engine.get() {
        if shared.accepted && report.by == Closer::Local {
            // Before the handshake is over a close cannot carry code and reason (RFC 9000 §10.2.3).
            let _ = tokio::time::timeout(CLOSE_WAITS, engine.authenticated()).await;
        }
        let (close_code, reason) = close_words(&report);
        // After the peer's close this does nothing.
        if attempt(|| engine.close(close_code, reason.as_bytes())).is_none() {
            return bury(shared);
        }
        tokio::time::sleep(CLOSE_LEAVES).await;
    }
    shared.end_readers();
    let drained = async {
        while shared.active_readers.load(SeqCst) > 0 {
            shared.reader_gone.notified().await;
        }
    };
    let _ = tokio::time::timeout(DRAIN_LIMIT, drained).await;
    shared.command([Command::Shutdown]);
    if report.error.is_some() {
        shared.abort_tasks();
    }
    let _ = shared.report.set(report);
    shared.push(Event::Closed);
}

/// The engine's driver of the connection has died with its lock held: whoever asks the engine for anything panics.
/// Everything ends without it, and its spare handles stay.
pub(crate) fn bury(shared: &Arc<Shared>) {
    shared.dead.store(true, SeqCst);
    shared.end_readers();
    shared.command([Command::Shutdown]);
    shared.abort_tasks();
    let _ = shared.report.set(internal(shared, "the engine panicked"));
    shared.push(Event::Closed);
}

fn close_words(report: &CloseReport) -> (VarInt, String) {
    match (report.by, &report.error) {
        (Closer::Transport, Some(error)) => (code(INTERNAL_FAILURE), error.message.clone()),
        _ => (VarInt::from_u32(report.code), report.reason.clone()),
    }
}

fn engine_of(shared: &Shared) -> Result<&Connection, CloseReport> {
    let engine = shared.engine.get().map(|engine| &**engine);
    engine.ok_or_else(|| internal(shared, "no connection"))
}

fn internal(shared: &Shared, what: &str) -> CloseReport {
    let text = format!("{}: {what}", shared.peer_text());
    CloseReport::transport(LinkError::new(Failure::Internal, text))
}

fn from_engine(shared: &Shared, error: &ConnectionError) -> CloseReport {
    match shared.requested_end() {
        Some(report) => report,
        None => CloseReport::from_engine(error, &shared.peer_text()),
    }
}

fn stopped(shared: &Shared) -> CloseReport {
    let requested = shared.requested_end();
    requested.unwrap_or_else(|| CloseReport::local(0, String::new()))
}

/// Resolves when the dial has taken too long, with the limit: the shorter one for a peer that says nothing at all, so that
/// one that starts is found soon; a slow path has the longer one.
async fn patience(shared: &Shared, plan: &DialPlan) -> Duration {
    let silence = plan.silence_timeout.min(plan.connect_timeout);
    tokio::time::sleep(silence).await;
    if !shared.port.released.heard() {
        return silence;
    }
    tokio::time::sleep(plan.connect_timeout.saturating_sub(silence)).await;
    plan.connect_timeout
}

fn timed_out(shared: &Shared, limit: Duration) -> CloseReport {
    let text = format!(
        "{}: no answer within {} ms",
        shared.peer_text(),
        limit.as_millis()
    );
    CloseReport::transport(LinkError::new(Failure::Timeout, text))
}

/// The chain a peer showed, now or when the session that is resumed was made.
pub(crate) fn peer_chain(engine: &Connection) -> Option<Vec<CertificateDer<'static>>> {
    let identity = engine.peer_identity()?;
    identity.downcast().ok().map(|chain| *chain)
}

fn code(value: u64) -> VarInt {
    VarInt::from_u64(value).unwrap_or(VarInt::MAX)
}

/// A handshake that failed before there was a link.
pub(crate) fn handshake_error(error: &ConnectionError, remote: &str) -> LinkError {
    describe(error, remote)
}

/// Time for the engine's driver to send the close packet.
const CLOSE_LEAVES: Duration = Duration::from_millis(1);

/// How long a close waits for the handshake of a link that was handed over before its end.
const CLOSE_WAITS: Duration = Duration::from_secs(1);

/// Readers take what the engine still has; those that wait for their owner do not.
const DRAIN_LIMIT: Duration = Duration::from_millis(100);
