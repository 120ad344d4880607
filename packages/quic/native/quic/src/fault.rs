//! Panics on request, for the tests that show what a panic must not break.

/// Where to panic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// In a task of the link.
    Task,
    /// In the congestion controller, which the engine calls with its lock held.
    Controller,
    /// In the engine's own driver of the connection.
    Driver,
    /// In the call itself.
    Call,
}

impl Fault {
    /// Whether the process was started with faults allowed (`LONGHAUL_QUIC_FAULTS=1`).
    pub fn allowed() -> bool {
        std::env::var_os("LONGHAUL_QUIC_FAULTS").is_some_and(|value| value == "1")
    }
}

/// The one place where a panic is meant.
#[allow(clippy::panic)]
pub(crate) fn panic_now(at: &str) {
    panic!("fault injected in {at}");
}
