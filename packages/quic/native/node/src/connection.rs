//! `NativeConnection` and `dial`.

use longhaul_quic::{CloseReport, Closer, DialTarget, Fault, Link, LinkStats, SocketBuffers, dial};
use napi::{
    Env,
    bindgen_prelude::{Float64ArraySlice, Function, Uint8ArraySlice},
    threadsafe_function::ThreadsafeFunctionCallMode::NonBlocking,
};
use napi_derive::napi;

use crate::{
    batch::{self, NativeBatch, number},
    congestion::{
        self, NativeCongestion, NativeController, NativeKnobValue, NativeReport, NativeSavedPath,
    },
    error::{JsError, bad_argument, from_dial, from_napi},
    identity::NativeIdentity,
    ops,
    options::{NativeLinkOptions, bytes_per_second, millis},
    repair::{NativeRepair, NativeRepairSettings},
    stream_news::{self, NativeStreamNews},
};

/// Whom to dial.
#[napi(object)]
pub struct NativeDialTarget {
    /// `address:port`, no name.
    pub address: String,
    /// The relay id the peer must prove.
    pub server_name: String,
    pub early_data: bool,
    /// For a peer that does not answer at all.
    pub silence_timeout_ms: u32,
    pub connect_timeout_ms: u32,
}

/// Why a connection ended. `by` is `local`, `peer` or `transport`; the last has `error_code` and `message`.
#[napi(object)]
pub struct NativeClose {
    pub by: String,
    pub code: u32,
    pub reason: String,
    pub error_code: Option<String>,
    pub message: Option<String>,
}

/// UDP socket buffers, bytes.
#[napi(object)]
pub struct NativeSocketBuffers {
    pub wanted_bytes: f64,
    pub receive_bytes: f64,
    pub send_bytes: f64,
}

/// Counters and gauges; times in microseconds, the rate in bytes per second.
#[napi(object)]
pub struct NativeStats {
    pub rtt_us: f64,
    pub min_rtt_us: f64,
    pub window_bytes: f64,
    pub bytes_in_flight: f64,
    pub pacing_rate: f64,
    pub bytes_sent: f64,
    pub bytes_received: f64,
    pub packets_sent: f64,
    pub packets_received: f64,
    pub packets_lost: f64,
    pub datagrams_dropped: f64,
    pub mtu_bytes: f64,
    pub bytes_queued: f64,
}

/// A link. Every call returns at once.
#[napi]
pub struct NativeConnection {
    link: Link,
}

impl NativeConnection {
    pub(crate) fn new(link: Link) -> Self {
        Self { link }
    }
}

/// Starts dialling; the connection tells what comes of it.
#[napi(js_name = "dial", catch_unwind)]
pub fn dial_native(
    identity: &NativeIdentity,
    target: NativeDialTarget,
    options: NativeLinkOptions,
) -> Result<NativeConnection, JsError> {
    let address = target
        .address
        .parse()
        .map_err(|_| bad_argument(&target.address))?;
    let target = DialTarget {
        address,
        server_name: target.server_name,
        early_data: target.early_data,
        silence_timeout: millis(target.silence_timeout_ms),
        connect_timeout: millis(target.connect_timeout_ms),
    };
    let link = dial(&identity.inner, &target, options.parse()?);
    Ok(NativeConnection::new(
        link.map_err(|error| from_dial(&error))?,
    ))
}

#[napi]
impl NativeConnection {
    /// Calls `wake`, once per `drain`, when events wait. Keeps Node running until `release`.
    #[napi(catch_unwind)]
    pub fn start(&self, wake: Function<'_, (), ()>) -> Result<(), JsError> {
        let wake = wake
            .build_threadsafe_function()
            .build()
            .map_err(from_napi)?;
        self.link.start(move || {
            wake.call((), NonBlocking);
        });
        Ok(())
    }

    /// Calls `wake` no more and lets Node end. Of a connection that is over only figures are kept.
    #[napi(catch_unwind)]
    pub fn release(&self) {
        self.link.release();
    }

    /// Takes the events that wait.
    #[napi(catch_unwind)]
    pub fn drain<'env>(&self, env: &'env Env) -> Result<NativeBatch<'env>, JsError> {
        batch::take(env, &self.link).map_err(from_napi)
    }

    /// Hands over requests; the bytes are copied.
    #[napi(catch_unwind)]
    pub fn submit(
        &self,
        numbers: Float64ArraySlice,
        buffers: Vec<Uint8ArraySlice>,
    ) -> Result<(), JsError> {
        self.link.submit(ops::parse(&numbers, &buffers)?);
        Ok(())
    }

    /// Ends the connection. Idempotent.
    #[napi(catch_unwind)]
    pub fn close(&self, code: u32, reason: String) {
        self.link.close(code, &reason);
    }

    /// Why it ended; null while it has not.
    #[napi(catch_unwind)]
    pub fn close_report(&self) -> Option<NativeClose> {
        self.link.close_report().map(NativeClose::from)
    }

    #[napi(getter, catch_unwind)]
    pub fn peer_name(&self) -> String {
        self.link.peer_name()
    }

    /// SHA-256 of the certificate that the peer has shown, in hex; null before and when the link is over.
    #[napi(getter, catch_unwind)]
    pub fn peer_fingerprint(&self) -> Option<String> {
        let fingerprint = self.link.peer_fingerprint()?;
        Some(
            fingerprint
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect(),
        )
    }

    #[napi(getter, catch_unwind)]
    pub fn remote_address(&self) -> String {
        self.link.remote_address().to_string()
    }

    #[napi(getter, catch_unwind)]
    pub fn local_address(&self) -> String {
        self.link.local_address().to_string()
    }

    #[napi(getter, catch_unwind)]
    pub fn socket_buffers(&self) -> NativeSocketBuffers {
        self.link.buffers().into()
    }

    /// 0 none, 1 pending, 2 accepted, 3 rejected.
    #[napi(getter, catch_unwind)]
    pub fn early_data(&self) -> f64 {
        batch::early(self.link.early_data())
    }

    /// Microseconds; 0 while the handshake runs.
    #[napi(getter, catch_unwind)]
    pub fn connect_us(&self) -> f64 {
        number(self.link.connect_us())
    }

    /// See `Link::warm_up`.
    #[napi(catch_unwind)]
    pub fn warm_up(&self) {
        self.link.warm_up();
    }

    /// Bytes of padding that it took.
    #[napi(getter, catch_unwind)]
    pub fn warm_up_bytes(&self) -> f64 {
        number(self.link.warm_up_bytes())
    }

    #[napi(getter, catch_unwind)]
    pub fn max_datagram_size(&self) -> f64 {
        number(self.link.max_datagram_size())
    }

    #[napi(getter, catch_unwind)]
    pub fn controller(&self) -> String {
        self.link.controller().to_owned()
    }

    /// Bit/s; null returns to the link's own controller.
    #[napi(catch_unwind)]
    pub fn set_rate(&self, bps: Option<f64>) -> Result<(), JsError> {
        let rate = bps.map(bytes_per_second).transpose()?;
        self.link.set_rate(rate).map_err(bad_argument)
    }

    /// The algorithm that decides from now on.
    #[napi(catch_unwind)]
    pub fn set_algorithm(&self, name: String) -> Result<(), JsError> {
        self.link.set_algorithm(congestion::parse_kind(&name)?);
        Ok(())
    }

    /// This algorithm with these knobs decides from now on; the other knobs have their defaults.
    #[napi(catch_unwind)]
    pub fn choose_controller(&self, controller: NativeController) -> Result<(), JsError> {
        let choice = controller.parse()?;
        self.link.choose(choice.kind, choice.params);
        Ok(())
    }

    /// All of the knobs are turned or, on the first error, none.
    #[napi(catch_unwind)]
    pub fn set_knobs(&self, values: Vec<NativeKnobValue>) -> Result<(), JsError> {
        congestion::set_knobs(&self.link, &values)
    }

    /// What congestion control believes; null when the connection is over.
    #[napi(catch_unwind)]
    pub fn congestion(&self) -> Option<NativeCongestion> {
        congestion::view(&self.link)
    }

    /// What a later link to the same peer may start from, after the end too; null while too little is known.
    #[napi(catch_unwind)]
    pub fn saved_path(&self) -> Option<NativeSavedPath> {
        self.link.saved().map(NativeSavedPath::from)
    }

    /// What an agent decided; what is null stays as it was.
    #[napi(catch_unwind)]
    pub fn decide(&self, cwnd_bytes: Option<f64>, pacing_bps: Option<f64>) -> Result<(), JsError> {
        self.link
            .decide(congestion::decision(cwnd_bytes, pacing_bps)?);
        Ok(())
    }

    /// Takes the reports for an agent, oldest first.
    #[napi(catch_unwind)]
    pub fn take_reports(&self) -> Vec<NativeReport> {
        let reports = self.link.take_reports();
        reports.into_iter().map(NativeReport::from).collect()
    }

    /// Follows one in `every` of our streams from now on; 0: none.
    #[napi(catch_unwind)]
    pub fn follow_streams(&self, every: u32) {
        self.link.follow_streams(u64::from(every));
    }

    /// Takes what happened to the packets of followed streams.
    #[napi(catch_unwind)]
    pub fn take_stream_news(&self) -> NativeStreamNews {
        stream_news::take(&self.link)
    }

    /// Other settings of repair from now on.
    #[napi(catch_unwind)]
    pub fn set_repair(&self, settings: NativeRepairSettings) -> Result<(), JsError> {
        self.link.set_repair(settings.parse()?);
        Ok(())
    }

    #[napi(catch_unwind)]
    pub fn repair(&self) -> NativeRepair {
        self.link.repair().into()
    }

    #[napi(catch_unwind)]
    pub fn stats(&self) -> NativeStats {
        self.link.stats().into()
    }

    /// Panics at `place` when the process runs with LONGHAUL_QUIC_FAULTS=1, for tests.
    #[napi(catch_unwind)]
    pub fn inject_fault(&self, place: String) {
        match place.as_str() {
            "task" => self.link.inject(Fault::Task),
            "controller" => self.link.inject(Fault::Controller),
            "driver" => self.link.inject(Fault::Driver),
            _ => self.link.inject(Fault::Call),
        }
    }
}

impl From<CloseReport> for NativeClose {
    fn from(report: CloseReport) -> Self {
        let by = match report.by {
            Closer::Local => "local",
            Closer::Peer => "peer",
            Closer::Transport => "transport",
        };
        Self {
            by: by.to_owned(),
            code: report.code,
            reason: report.reason,
            error_code: report
                .error
                .as_ref()
                .map(|error| error.failure.code().to_owned()),
            message: report.error.map(|error| error.message),
        }
    }
}

impl From<SocketBuffers> for NativeSocketBuffers {
    fn from(buffers: SocketBuffers) -> Self {
        Self {
            wanted_bytes: buffers.wanted as f64,
            receive_bytes: buffers.receive as f64,
            send_bytes: buffers.send as f64,
        }
    }
}

impl From<LinkStats> for NativeStats {
    fn from(stats: LinkStats) -> Self {
        Self {
            rtt_us: number(stats.rtt_us),
            min_rtt_us: number(stats.min_rtt_us),
            window_bytes: number(stats.window),
            bytes_in_flight: number(stats.in_flight),
            pacing_rate: number(stats.pacing_rate),
            bytes_sent: number(stats.bytes_sent),
            bytes_received: number(stats.bytes_received),
            packets_sent: number(stats.packets_sent),
            packets_received: number(stats.packets_received),
            packets_lost: number(stats.packets_lost),
            datagrams_dropped: number(stats.datagrams_dropped),
            mtu_bytes: number(stats.mtu),
            bytes_queued: number(stats.bytes_queued),
        }
    }
}
