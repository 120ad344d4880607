//! The system calls that no safe wrapper covers: packet sockets, ethtool, namespaces, scheduling. All `unsafe` of the
//! crate is here; every function takes and returns plain values.
#![allow(
    unsafe_code,
    reason = "packet(7), ethtool, setns(2) and sched(7) have no safe wrapper in rustix"
)]

use std::ffi::CString;
use std::io;
use std::mem;
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd};

/// A new socket for every frame of one interface, non-blocking, with kernel time stamps; it does not see what it sends.
pub fn open_packet_socket(interface: &str) -> io::Result<OwnedFd> {
    let index = interface_index(interface)?;
    let every = (libc::ETH_P_ALL as u16).to_be();
    // Protocol 0: nothing is received until the address is bound, so no frame of another interface gets in.
    // SAFETY: plain integers; the descriptor is checked before it is owned.
    let fd = unsafe {
        let raw = libc::socket(
            libc::AF_PACKET,
            libc::SOCK_RAW | libc::SOCK_NONBLOCK | libc::SOCK_CLOEXEC,
            0,
        );
        if raw < 0 {
            return Err(io::Error::last_os_error());
        }
        OwnedFd::from_raw_fd(raw)
    };
    set_option(&fd, libc::SOL_SOCKET, libc::SO_TIMESTAMPNS, 1)?;
    set_option(&fd, libc::SOL_PACKET, PACKET_IGNORE_OUTGOING, 1)?;
    // SAFETY: sockaddr_ll is plain data, all zero is valid, and the length given is its own.
    let bound = unsafe {
        let mut address: libc::sockaddr_ll = mem::zeroed();
        address.sll_family = libc::AF_PACKET as u16;
        address.sll_protocol = every;
        address.sll_ifindex = index;
        libc::bind(
            fd.as_raw_fd(),
            (&raw const address).cast(),
            mem::size_of::<libc::sockaddr_ll>() as libc::socklen_t,
        )
    };
    checked(bound)?;
    Ok(fd)
}

/// Asks for a receive buffer of `bytes`, beyond the system's limit where that is allowed; returns what it became.
pub fn set_receive_buffer(socket: &OwnedFd, bytes: i32) -> io::Result<i32> {
    if set_option(socket, libc::SOL_SOCKET, libc::SO_RCVBUFFORCE, bytes).is_err() {
        set_option(socket, libc::SOL_SOCKET, libc::SO_RCVBUF, bytes)?;
    }
    let mut value = 0i32;
    read_option(socket, libc::SOL_SOCKET, libc::SO_RCVBUF, &mut value)?;
    Ok(value)
}

/// Same for what waits to be sent.
pub fn set_send_buffer(socket: &OwnedFd, bytes: i32) -> io::Result<()> {
    set_option(socket, libc::SOL_SOCKET, libc::SO_SNDBUFFORCE, bytes)
        .or_else(|_| set_option(socket, libc::SOL_SOCKET, libc::SO_SNDBUF, bytes))
}

/// Frames that the kernel dropped for want of room since the last call.
pub fn dropped_since_last_call(socket: &OwnedFd) -> io::Result<u64> {
    let mut stats = libc::tpacket_stats {
        tp_packets: 0,
        tp_drops: 0,
    };
    read_option(
        socket,
        libc::SOL_PACKET,
        libc::PACKET_STATISTICS,
        &mut stats,
    )?;
    Ok(u64::from(stats.tp_drops))
}

/// One frame as it was received.
#[derive(Debug, Clone, Copy)]
pub struct Received {
    /// Bytes written to the buffer.
    pub length: usize,
    /// Kernel time of arrival, nanoseconds of CLOCK_REALTIME.
    pub realtime_ns: Option<u64>,
}

/// The next frame, `None` when there is none now.
pub fn receive(socket: &OwnedFd, buffer: &mut [u8]) -> io::Result<Option<Received>> {
    let mut vector = libc::iovec {
        iov_base: buffer.as_mut_ptr().cast(),
        iov_len: buffer.len(),
    };
    let mut control = [0u64; 16];
    // SAFETY: the header points at live buffers with their true lengths for the time of the call; control messages are
    // walked by the macros of the C library, and a time stamp is read unaligned.
    unsafe {
        let mut header: libc::msghdr = mem::zeroed();
        header.msg_iov = &raw mut vector;
        header.msg_iovlen = 1;
        header.msg_control = control.as_mut_ptr().cast();
        header.msg_controllen = mem::size_of_val(&control) as _;
        let length = libc::recvmsg(socket.as_raw_fd(), &raw mut header, libc::MSG_TRUNC);
        if length < 0 {
            let error = io::Error::last_os_error();
            return match error.kind() {
                io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted => Ok(None),
                _ => Err(error),
            };
        }
        let mut realtime_ns = None;
        let mut message = libc::CMSG_FIRSTHDR(&raw const header);
        while !message.is_null() {
            if (*message).cmsg_level == libc::SOL_SOCKET
                && (*message).cmsg_type == libc::SCM_TIMESTAMPNS
            {
                let stamp: libc::timespec =
                    std::ptr::read_unaligned(libc::CMSG_DATA(message).cast());
                realtime_ns = Some(stamp.tv_sec as u64 * 1_000_000_000 + stamp.tv_nsec as u64);
            }
            message = libc::CMSG_NXTHDR(&raw const header, message);
        }
        Ok(Some(Received {
            length: length as usize,
            realtime_ns,
        }))
    }
}

/// Sends one frame by the interface that the socket is bound to.
pub fn send(socket: &OwnedFd, frame: &[u8]) -> io::Result<()> {
    // SAFETY: pointer and length are those of `frame`.
    let sent = unsafe {
        libc::send(
            socket.as_raw_fd(),
            frame.as_ptr().cast(),
            frame.len(),
            libc::MSG_DONTWAIT,
        )
    };
    if sent < 0 {
        Err(io::Error::last_os_error())
    } else {
        Ok(())
    }
}

/// Turns off what makes frames other than those of a wire: checksums left to hardware, segmentation, aggregation.
/// Returns the names of those that stayed on.
pub fn offloads_off(interface: &str) -> io::Result<Vec<&'static str>> {
    let socket = rustix::net::socket(
        rustix::net::AddressFamily::INET,
        rustix::net::SocketType::DGRAM,
        None,
    )?;
    let mut stayed = Vec::new();
    for (name, set, get) in OFFLOADS {
        // What a device cannot do is off already: only the state after the attempt counts.
        let _ = ethtool(&socket, interface, *set, 0);
        if ethtool(&socket, interface, *get, 0).is_ok_and(|value| value != 0) {
            stayed.push(*name);
        }
    }
    Ok(stayed)
}

fn ethtool(socket: &OwnedFd, interface: &str, command: u32, data: u32) -> io::Result<u32> {
    #[repr(C)]
    struct Value {
        command: u32,
        data: u32,
    }
    let mut value = Value { command, data };
    // SAFETY: ifreq is plain data, all zero is valid; the name is shorter than its field; `value` outlives the call.
    unsafe {
        let mut request: libc::ifreq = mem::zeroed();
        for (to, from) in request
            .ifr_name
            .iter_mut()
            .take(libc::IFNAMSIZ - 1)
            .zip(interface.bytes())
        {
            *to = from as libc::c_char;
        }
        request.ifr_ifru.ifru_data = (&raw mut value).cast();
        checked(libc::ioctl(
            socket.as_raw_fd(),
            SIOCETHTOOL as _,
            &raw mut request,
        ))?;
    }
    Ok(value.data)
}

/// Moves this process (while it has one thread) into the namespaces that `flags` names, new and empty.
pub fn unshare(flags: i32) -> io::Result<()> {
    // SAFETY: affects only this process, which has one thread and shares no tables by intent.
    checked(unsafe { libc::unshare(flags) })
}

/// Moves this thread into the namespace behind `fd`.
pub fn enter_namespace(fd: BorrowedFd<'_>, flags: i32) -> io::Result<()> {
    // SAFETY: plain integers.
    checked(unsafe { libc::setns(fd.as_raw_fd(), flags) })
}

/// First in, first out before everything of normal priority, for this thread.
pub fn run_real_time(priority: i32) -> io::Result<()> {
    // SAFETY: sched_param is plain data, all zero is valid.
    unsafe {
        let mut parameter: libc::sched_param = mem::zeroed();
        parameter.sched_priority = priority;
        checked(libc::sched_setscheduler(
            0,
            libc::SCHED_FIFO,
            &raw const parameter,
        ))
    }
}

/// Timers of this thread may be late by this and no more, nanoseconds.
pub fn set_timer_slack(nanoseconds: libc::c_ulong) -> io::Result<()> {
    // SAFETY: plain integers.
    checked(unsafe { libc::prctl(libc::PR_SET_TIMERSLACK, nanoseconds) })
}

/// A descriptor that turns readable on SIGTERM and SIGINT, which then do nothing else in any thread started later.
pub fn termination() -> io::Result<OwnedFd> {
    // SAFETY: the set is initialised by sigemptyset; the descriptor is checked before it is owned.
    unsafe {
        let mut set: libc::sigset_t = mem::zeroed();
        libc::sigemptyset(&raw mut set);
        libc::sigaddset(&raw mut set, libc::SIGTERM);
        libc::sigaddset(&raw mut set, libc::SIGINT);
        checked(libc::pthread_sigmask(
            libc::SIG_BLOCK,
            &raw const set,
            std::ptr::null_mut(),
        ))?;
        let raw = libc::signalfd(-1, &raw const set, libc::SFD_CLOEXEC | libc::SFD_NONBLOCK);
        checked(raw)?;
        Ok(OwnedFd::from_raw_fd(raw))
    }
}

fn interface_index(interface: &str) -> io::Result<i32> {
    let name = CString::new(interface)?;
    // SAFETY: a string that ends with zero.
    let index = unsafe { libc::if_nametoindex(name.as_ptr()) };
    if index == 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(index as i32)
}

fn set_option(socket: &OwnedFd, level: i32, name: i32, value: i32) -> io::Result<()> {
    // SAFETY: pointer and length are those of `value`.
    checked(unsafe {
        libc::setsockopt(
            socket.as_raw_fd(),
            level,
            name,
            (&raw const value).cast(),
            mem::size_of::<i32>() as libc::socklen_t,
        )
    })
}

fn read_option<T: Copy>(socket: &OwnedFd, level: i32, name: i32, value: &mut T) -> io::Result<()> {
    let mut length = mem::size_of::<T>() as libc::socklen_t;
    // SAFETY: the kernel writes at most `length` bytes, which is the size of `value`; callers pass plain integers.
    checked(unsafe {
        libc::getsockopt(
            socket.as_raw_fd(),
            level,
            name,
            (&raw mut *value).cast(),
            &raw mut length,
        )
    })
}

fn checked(result: i32) -> io::Result<()> {
    if result < 0 {
        Err(io::Error::last_os_error())
    } else {
        Ok(())
    }
}

/// `linux/if_packet.h`
const PACKET_IGNORE_OUTGOING: i32 = 23;
/// `linux/sockios.h`
const SIOCETHTOOL: u32 = 0x8946;
/// `linux/ethtool.h`: name, command that sets, command that reads. Checksums last: segmentation depends on them.
const OFFLOADS: &[(&str, u32, u32)] = &[
    ("tso", 0x1f, 0x1e),
    ("gso", 0x24, 0x23),
    ("gro", 0x2c, 0x2b),
    ("sg", 0x19, 0x18),
    ("tx-checksum", 0x17, 0x16),
    ("rx-checksum", 0x15, 0x14),
];
