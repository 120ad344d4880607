//! Events of a link on their way to its owner, who is woken once per batch.

use std::{collections::HashMap, mem, sync::Arc};

use crate::event::Event;

/// Called when events wait; returns at once.
pub(crate) type Wake = Arc<dyn Fn() + Send + Sync>;

/// Inputs: events and `set_wake`. Outputs: `drain`, and the wake-up to make after the lock is released.
#[derive(Default)]
pub(crate) struct Outbox {
    events: Vec<Event>,
    /// Index of the last `Data` event of a stream among `events`.
    tails: HashMap<u64, usize>,
    wake: Option<Wake>,
    woken: bool,
    /// The end of the link has been told.
    ended: bool,
}

impl Outbox {
    /// What to call, at once if events wait.
    pub(crate) fn set_wake(&mut self, wake: Option<Wake>) -> Option<Wake> {
        self.wake = wake;
        self.woken = false;
        if self.events.is_empty() {
            None
        } else {
            self.rouse()
        }
    }

    pub(crate) fn drain(&mut self) -> Vec<Event> {
        self.woken = false;
        self.tails.clear();
        mem::take(&mut self.events)
    }

    /// `Closed` is the last event of all: what tasks that end with the link say after it concerns nobody.
    pub(crate) fn add(&mut self, event: Event) {
        if self.ended {
            return;
        }
        self.ended = matches!(event, Event::Closed);
        match event {
            Event::Data {
                id,
                offset,
                length,
                parts,
            } => self.add_data(id, offset, length, parts),
            other => self.events.push(other),
        }
    }

    /// Joins what follows the stream's last piece without a gap.
    fn add_data(&mut self, id: u64, at: u64, more: usize, mut pieces: Vec<bytes::Bytes>) {
        if let Some(index) = self.tails.get(&id)
            && let Some(Event::Data {
                offset,
                length,
                parts,
                ..
            }) = self.events.get_mut(*index)
            && *offset + *length as u64 == at
            && *length < MAX_JOINED
        {
            *length += more;
            parts.append(&mut pieces);
            return;
        }
        self.tails.insert(id, self.events.len());
        self.events.push(Event::Data {
            id,
            offset: at,
            length: more,
            parts: pieces,
        });
    }

    /// The call to make, once per drain.
    pub(crate) fn rouse(&mut self) -> Option<Wake> {
        if self.woken {
            return None;
        }
        let wake = self.wake.clone()?;
        self.woken = true;
        Some(wake)
    }
}

/// Largest piece that is handed over as one.
const MAX_JOINED: usize = 256 * 1024;

#[cfg(test)]
#[path = "../tests/unit/outbox.rs"]
mod tests;
