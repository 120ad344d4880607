//! Options as TypeScript gives them: complete, defaults applied there.

use std::{path::PathBuf, time::Duration};

use longhaul_quic::LinkOptions;
use napi_derive::napi;

use crate::{
    congestion::NativeController,
    error::{JsError, bad_argument},
    repair::NativeRepairSettings,
};

/// Limits and choices of a link. Times in milliseconds, sizes in bytes; see `LinkOptions` in options.ts.
#[napi(object)]
pub struct NativeLinkOptions {
    pub idle_timeout_ms: u32,
    /// 0: off.
    pub keep_alive_ms: u32,
    pub stream_window_bytes: u32,
    pub connection_window_bytes: u32,
    pub send_buffer_bytes: u32,
    pub max_concurrent_uni: u32,
    pub max_concurrent_bidi: u32,
    pub datagram_queue_bytes: u32,
    pub socket_buffer_bytes: u32,
    pub qlog_directory: Option<String>,
    /// 0: the engine's.
    pub initial_rtt_ms: u32,
    pub controller: NativeController,
    pub repair: NativeRepairSettings,
    pub tail_care: bool,
}

impl NativeLinkOptions {
    pub(crate) fn parse(self) -> Result<LinkOptions, JsError> {
        let controller = self.controller.parse()?;
        Ok(LinkOptions {
            idle_timeout: millis(self.idle_timeout_ms),
            keep_alive: (self.keep_alive_ms > 0).then(|| millis(self.keep_alive_ms)),
            stream_window: self.stream_window_bytes,
            connection_window: self.connection_window_bytes,
            send_buffer: self.send_buffer_bytes,
            max_concurrent_uni: self.max_concurrent_uni,
            max_concurrent_bidi: self.max_concurrent_bidi,
            datagram_queue: self.datagram_queue_bytes as usize,
            socket_buffer: self.socket_buffer_bytes as usize,
            qlog_directory: self.qlog_directory.map(PathBuf::from),
            initial_rtt: (self.initial_rtt_ms > 0).then(|| millis(self.initial_rtt_ms)),
            controller,
            repair: self.repair.parse()?,
            tail_care: self.tail_care,
        })
    }
}

/// bit/s from JavaScript as bytes per second.
pub(crate) fn bytes_per_second(bps: f64) -> Result<u64, JsError> {
    if bps.is_finite() && (8.0..=MAX_BPS).contains(&bps) {
        Ok((bps / 8.0) as u64)
    } else {
        Err(bad_argument(format!(
            "a rate of {bps} bit/s is not between 8 and {MAX_BPS}"
        )))
    }
}

pub(crate) fn millis(value: u32) -> Duration {
    Duration::from_millis(u64::from(value))
}

/// 1 Tbit/s.
const MAX_BPS: f64 = 1e12;
