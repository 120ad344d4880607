//! Options and figures of TCP sockets that Node owns: what `node:net` does not offer. Linux only.

use std::io;

use napi_derive::napi;

use crate::error::JsError;

/// What the kernel tells of a TCP connection (`struct tcp_info`, linux/tcp.h). Times in microseconds, rates in bytes per
/// second.
#[napi(object)]
#[derive(Default)]
pub struct NativeTcpInfo {
    pub mss_bytes: f64,
    pub path_mtu_bytes: f64,
    pub rtt_us: f64,
    pub rtt_variance_us: f64,
    pub min_rtt_us: f64,
    pub window_segments: f64,
    pub unacknowledged_segments: f64,
    pub lost_segments: f64,
    pub retransmitted_segments: f64,
    pub segments_sent: f64,
    pub segments_received: f64,
    pub bytes_sent: f64,
    pub bytes_acknowledged: f64,
    pub bytes_received: f64,
    pub bytes_retransmitted: f64,
    pub not_sent_bytes: f64,
    /// Zero where the kernel does not pace.
    pub pacing_rate: f64,
    pub delivery_rate: f64,
    pub delivery_rate_application_limited: bool,
    pub busy_us: f64,
    pub receive_window_limited_us: f64,
    pub send_buffer_limited_us: f64,
}

/// Sets the congestion control algorithm of the socket `fd`.
#[napi(catch_unwind)]
pub fn tcp_set_congestion(fd: i32, algorithm: String) -> Result<(), JsError> {
    system::set_congestion(fd, &algorithm).map_err(|error| from_io(&error))
}

/// The congestion control algorithm of the socket `fd`.
#[napi(catch_unwind)]
pub fn tcp_congestion(fd: i32) -> Result<String, JsError> {
    system::congestion(fd).map_err(|error| from_io(&error))
}

/// Tries an algorithm on a socket of its own, which is gone afterwards.
#[napi(catch_unwind)]
pub fn tcp_probe_congestion(algorithm: String) -> Result<(), JsError> {
    system::probe_congestion(&algorithm).map_err(|error| from_io(&error))
}

/// Most bytes the socket `fd` takes ahead of what it sends; 0 is the kernel's default.
#[napi(catch_unwind)]
pub fn tcp_set_not_sent_low_water(fd: i32, bytes: u32) -> Result<(), JsError> {
    system::set_not_sent_low_water(fd, bytes).map_err(|error| from_io(&error))
}

/// What the kernel tells of the socket `fd`.
#[napi(catch_unwind)]
pub fn tcp_info(fd: i32) -> Result<NativeTcpInfo, JsError> {
    system::info(fd).map_err(|error| from_io(&error))
}

/// `name of the error: text`: TypeScript tells what it means for which call.
fn from_io(error: &io::Error) -> JsError {
    let name = match error.raw_os_error() {
        Some(code) if code == libc::ENOENT => "ENOENT",
        Some(code) if code == libc::EPERM => "EPERM",
        _ => "EOTHER",
    };
    JsError::new("LH_QUIC_TCP", format!("{name}: {error}"))
}

#[cfg(target_os = "linux")]
#[path = "tcp_linux.rs"]
mod system;

#[cfg(not(target_os = "linux"))]
mod system {
    use std::io;

    use super::NativeTcpInfo;

    fn unsupported<T>() -> io::Result<T> {
        Err(io::ErrorKind::Unsupported.into())
    }

    pub(super) fn set_congestion(_: i32, _: &str) -> io::Result<()> {
        unsupported()
    }

    pub(super) fn congestion(_: i32) -> io::Result<String> {
        unsupported()
    }

    pub(super) fn probe_congestion(_: &str) -> io::Result<()> {
        unsupported()
    }

    pub(super) fn set_not_sent_low_water(_: i32, _: u32) -> io::Result<()> {
        unsupported()
    }

    pub(super) fn info(_: i32) -> io::Result<NativeTcpInfo> {
        unsupported()
    }
}
