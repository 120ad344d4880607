//! The socket options themselves. JavaScript names a socket by its number; a wrong one gives EBADF or ENOTSOCK.

use std::{io, os::fd::AsRawFd as _};

use socket2::{Domain, Protocol, Socket, Type};

use super::NativeTcpInfo;

/// `struct tcp_info` is 248 bytes today and only grows at its end.
const INFO_BYTES: usize = 512;
/// `TCP_CA_NAME_MAX`.
const NAME_BYTES: usize = 16;

pub(super) fn set_congestion(fd: i32, algorithm: &str) -> io::Result<()> {
    if algorithm.is_empty() || algorithm.len() >= NAME_BYTES {
        return Err(io::Error::from_raw_os_error(libc::ENOENT));
    }
    write(fd, libc::TCP_CONGESTION, algorithm.as_bytes())
}

pub(super) fn congestion(fd: i32) -> io::Result<String> {
    let mut name = [0; NAME_BYTES];
    let length = read(fd, libc::TCP_CONGESTION, &mut name)?;
    let name = name.get(..length).unwrap_or_default();
    let end = name.iter().position(|byte| *byte == 0);
    let name = name.get(..end.unwrap_or(length)).unwrap_or_default();
    Ok(String::from_utf8_lossy(name).into_owned())
}

pub(super) fn probe_congestion(algorithm: &str) -> io::Result<()> {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, Some(Protocol::TCP))?;
    set_congestion(socket.as_raw_fd(), algorithm)
}

pub(super) fn set_not_sent_low_water(fd: i32, bytes: u32) -> io::Result<()> {
    write(fd, libc::TCP_NOTSENT_LOWAT, &bytes.to_ne_bytes())
}

pub(super) fn info(fd: i32) -> io::Result<NativeTcpInfo> {
    let mut bytes = [0; INFO_BYTES];
    // A kernel that is older than a field leaves its zeros.
    read(fd, libc::TCP_INFO, &mut bytes)?;
    let info = Info(&bytes);
    Ok(NativeTcpInfo {
        delivery_rate_application_limited: bytes[7] & 1 != 0,
        mss_bytes: info.word(16),
        unacknowledged_segments: info.word(24),
        lost_segments: info.word(32),
        path_mtu_bytes: info.word(60),
        rtt_us: info.word(68),
        rtt_variance_us: info.word(72),
        window_segments: info.word(80),
        retransmitted_segments: info.word(100),
        pacing_rate: info.long(104),
        bytes_acknowledged: info.long(120),
        bytes_received: info.long(128),
        segments_sent: info.word(136),
        segments_received: info.word(140),
        not_sent_bytes: info.word(144),
        min_rtt_us: info.word(148),
        delivery_rate: info.long(160),
        busy_us: info.long(168),
        receive_window_limited_us: info.long(176),
        send_buffer_limited_us: info.long(184),
        bytes_sent: info.long(200),
        bytes_retransmitted: info.long(208),
    })
}

/// `struct tcp_info` by the offsets of linux/tcp.h, which are part of the kernel's interface.
struct Info<'a>(&'a [u8; INFO_BYTES]);

impl Info<'_> {
    fn word(&self, at: usize) -> f64 {
        let bytes = self.0.get(at..at + 4).and_then(|raw| raw.try_into().ok());
        f64::from(u32::from_ne_bytes(bytes.unwrap_or_default()))
    }

    /// "Not limited" is all ones in rates: shown as 0.
    fn long(&self, at: usize) -> f64 {
        let bytes = self.0.get(at..at + 8).and_then(|raw| raw.try_into().ok());
        match u64::from_ne_bytes(bytes.unwrap_or_default()) {
            u64::MAX => 0.0,
            value => value as f64,
        }
    }
}

#[allow(unsafe_code)]
fn read(fd: i32, option: i32, into: &mut [u8]) -> io::Result<usize> {
    let mut length = into.len() as libc::socklen_t;
    // SAFETY: `into` is writable for the `length` bytes that are named, and the kernel writes at most so many and says
    // how many; every bit pattern is a valid u8. The kernel checks `fd`: nothing of it is touched here.
    let done = unsafe {
        libc::getsockopt(
            fd,
            libc::IPPROTO_TCP,
            option,
            into.as_mut_ptr().cast(),
            &mut length,
        )
    };
    if done == 0 {
        Ok(length as usize)
    } else {
        Err(io::Error::last_os_error())
    }
}

#[allow(unsafe_code)]
fn write(fd: i32, option: i32, value: &[u8]) -> io::Result<()> {
    // SAFETY: `value` is readable for the length that is named and the kernel only reads it. The kernel checks `fd`.
    let done = unsafe {
        libc::setsockopt(
            fd,
            libc::IPPROTO_TCP,
            option,
            value.as_ptr().cast(),
            value.len() as libc::socklen_t,
        )
    };
    if done == 0 {
        Ok(())
    } else {
        Err(io::Error::last_os_error())
    }
}
