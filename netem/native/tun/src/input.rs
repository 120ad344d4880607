//! Lines from stdin and the signal that ends a process, in one place to wait.

use std::io;
use std::os::fd::OwnedFd;

use rustix::event::{PollFd, PollFlags, poll};

use crate::sys;

/// What came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    /// A line without its end.
    Text(String),
    /// SIGTERM.
    Terminated,
    /// The other end of stdin is closed: whoever started this process is gone.
    End,
}

/// Lines and signals.
#[derive(Debug)]
pub struct Input {
    signals: OwnedFd,
    buffer: Vec<u8>,
    /// The end of stdin ends nothing: whoever started this process has left it alone on purpose.
    detached: bool,
    stdin_open: bool,
}

impl Input {
    /// Takes SIGTERM and SIGINT away from their default; to be called before any thread starts.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn open(detached: bool) -> io::Result<Self> {
        Ok(Self {
            signals: sys::termination()?,
            buffer: Vec::new(),
            detached,
            stdin_open: true,
        })
    }

    /// Waits for the next line, signal or end.
    ///
    /// # Errors
    /// When stdin cannot be read.
    pub fn next_line(&mut self) -> io::Result<Line> {
        let stdin = rustix::stdio::stdin();
        loop {
            if let Some(end) = self.buffer.iter().position(|&byte| byte == b'\n') {
                let line: Vec<u8> = self.buffer.drain(..=end).collect();
                return Ok(Line::Text(
                    String::from_utf8_lossy(&line[..end]).trim().to_owned(),
                ));
            }
            let mut fds = vec![PollFd::new(&self.signals, PollFlags::IN)];
            if self.stdin_open {
                fds.push(PollFd::new(&stdin, PollFlags::IN));
            }
            match poll(&mut fds, None) {
                Ok(_) | Err(rustix::io::Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
            if !fds[0].revents().is_empty() {
                return Ok(Line::Terminated);
            }
            if fds.get(1).is_some_and(|fd| !fd.revents().is_empty()) {
                let mut chunk = [0; 1 << 16];
                let length = rustix::io::read(stdin, &mut chunk)?;
                if length == 0 {
                    self.stdin_open = false;
                    if !self.detached {
                        return Ok(Line::End);
                    }
                }
                self.buffer.extend_from_slice(&chunk[..length]);
            }
        }
    }
}
