//! Namespaces that live as long as the process that holds them.

use std::fs::{self, File};
use std::io;
use std::os::fd::AsFd;
use std::os::unix::process::CommandExt;
use std::process::Command;
use std::time::{Duration, Instant};

use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};

use crate::sys;

/// Whose user namespace a new network namespace belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum User {
    /// The caller's where that is allowed, else a new one in which the caller is root.
    Auto,
    /// That of another process.
    Of(u32),
}

/// Moves this process into a new network namespace; true when a user namespace of its own was needed.
///
/// # Errors
/// When neither is allowed.
pub fn create(user: User) -> io::Result<bool> {
    if let User::Of(pid) = user {
        enter_user(pid)?;
        sys::unshare(libc::CLONE_NEWNET)?;
        return Ok(false);
    }
    match sys::unshare(libc::CLONE_NEWNET) {
        Ok(()) => return Ok(false),
        Err(error) if error.raw_os_error() == Some(libc::EPERM) => {}
        Err(error) => return Err(error),
    }
    let (user, group) = (rustix::process::geteuid(), rustix::process::getegid());
    sys::unshare(libc::CLONE_NEWUSER | libc::CLONE_NEWNET)?;
    fs::write("/proc/self/setgroups", "deny")?;
    fs::write("/proc/self/uid_map", format!("0 {} 1", user.as_raw()))?;
    fs::write("/proc/self/gid_map", format!("0 {} 1", group.as_raw()))?;
    Ok(true)
}

/// Replaces this process by `command` inside the namespaces of `pid`. It is killed when its parent dies.
///
/// # Errors
/// Always returns one: success does not return.
pub fn enter(pid: u32, offloads_of: Option<&str>, command: &[String]) -> io::Error {
    match prepare(pid, offloads_of) {
        Ok(()) => {}
        Err(error) => return error,
    }
    let Some((program, arguments)) = command.split_first() else {
        return io::Error::other("no command");
    };
    let error = Command::new(program).args(arguments).exec();
    io::Error::new(error.kind(), format!("{program}: {error}"))
}

fn prepare(pid: u32, offloads_of: Option<&str>) -> io::Result<()> {
    let parent = rustix::process::getppid();
    enter_user(pid)?;
    let network = File::open(format!("/proc/{pid}/ns/net"))?;
    sys::enter_namespace(network.as_fd(), libc::CLONE_NEWNET)?;
    // After setns, which forgets it.
    rustix::process::set_parent_process_death_signal(Some(Signal::KILL))?;
    if rustix::process::getppid() != parent {
        return Err(io::Error::other("the parent has ended"));
    }
    if let Some(interface) = offloads_of {
        let stayed = sys::offloads_off(interface)?;
        if !stayed.is_empty() {
            return Err(io::Error::other(format!(
                "{interface}: cannot turn off {}",
                stayed.join(", ")
            )));
        }
    }
    Ok(())
}

fn enter_user(pid: u32) -> io::Result<()> {
    let theirs = format!("/proc/{pid}/ns/user");
    // Entering one's own is refused.
    if fs::read_link(&theirs)? == fs::read_link("/proc/self/ns/user")? {
        return Ok(());
    }
    sys::enter_namespace(File::open(theirs)?.as_fd(), libc::CLONE_NEWUSER)
}

/// Kills every other process in this process's network namespace, and those that they start meanwhile.
///
/// # Errors
/// When `/proc` cannot be read.
pub fn sweep() -> io::Result<()> {
    let ours = fs::read_link("/proc/self/ns/net")?;
    let until = Instant::now() + SWEEP;
    loop {
        let mut found = false;
        for entry in fs::read_dir("/proc")? {
            let Some(pid) = entry?
                .file_name()
                .to_str()
                .and_then(|name| name.parse::<i32>().ok())
            else {
                continue;
            };
            found |= pid.unsigned_abs() != std::process::id() && kill_inside(pid, &ours);
        }
        if !found || Instant::now() > until {
            return Ok(());
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// True when the process is in the namespace `ours` and was alive.
fn kill_inside(pid: i32, ours: &std::path::Path) -> bool {
    let Some(pid) = Pid::from_raw(pid) else {
        return false;
    };
    // The descriptor first: what is looked at afterwards is the process that is killed.
    let Ok(process) = pidfd_open(pid, PidfdFlags::empty()) else {
        return false;
    };
    let inside = fs::read_link(format!("/proc/{}/ns/net", pid.as_raw_nonzero()))
        .is_ok_and(|theirs| theirs == ours);
    inside && pidfd_send_signal(&process, Signal::KILL).is_ok()
}

/// How long new processes may keep a sweep busy.
const SWEEP: Duration = Duration::from_secs(3);
