//! What the sender task of a link is told.

use noq::{Dir, RecvStream, SendStream};

use crate::{guard::Guarded, op::Op};

/// Work for the sender task.
pub(crate) enum Command {
    Op(Op),
    Opened(Opened),
    /// Our half of a stream that the peer opened.
    Accepted {
        id: u64,
        send: Guarded<SendStream>,
    },
    /// The engine is done with the sending half of a stream: stopped with a code, or all acknowledged.
    Ended {
        id: u64,
        attempt: u32,
        code: Option<u64>,
    },
    EarlyResolved {
        accepted: bool,
    },
    Fault,
    Shutdown,
}

/// A stream the engine has opened.
pub(crate) struct Opened {
    pub(crate) dir: Dir,
    pub(crate) send: Guarded<SendStream>,
    pub(crate) receive: Option<Guarded<RecvStream>>,
}
