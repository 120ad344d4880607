//! Events on their way to JavaScript: four numbers each, bytes beside them in the same order.

use bytes::Bytes;
use longhaul_quic::{EarlyData, Event, Link};
use napi::{
    Env,
    bindgen_prelude::{BufferSlice, Float64Array},
};
use napi_derive::napi;

/// A batch of events: `numbers` holds `[kind, stream, a, b]` per event; `Data` and `Datagram` take one of `buffers` each.
#[napi(object, object_from_js = false)]
pub struct NativeBatch<'env> {
    pub numbers: Float64Array,
    pub buffers: Vec<BufferSlice<'env>>,
}

/// Kinds of events; src/events.ts has the same table.
mod kind {
    pub(super) const ESTABLISHED: f64 = 1.0;
    pub(super) const EARLY_READY: f64 = 2.0;
    pub(super) const UNI_OPENED: f64 = 3.0;
    pub(super) const BIDI_OPENED: f64 = 4.0;
    pub(super) const DATA: f64 = 5.0;
    pub(super) const FINISHED: f64 = 6.0;
    pub(super) const RESET: f64 = 7.0;
    pub(super) const STOPPED: f64 = 8.0;
    pub(super) const CREDIT: f64 = 9.0;
    pub(super) const ACKNOWLEDGED: f64 = 10.0;
    pub(super) const DATAGRAM: f64 = 11.0;
    pub(super) const DATAGRAM_CREDIT: f64 = 12.0;
    pub(super) const CLOSED: f64 = 13.0;
    pub(super) const REPORTED: f64 = 14.0;
    pub(super) const WANTED: f64 = 20.0;
}

/// Takes what waits at `link`.
pub(crate) fn take<'env>(env: &'env Env, link: &Link) -> napi::Result<NativeBatch<'env>> {
    let events = link.drain();
    let mut numbers = Vec::with_capacity(events.len() * 4);
    let mut buffers = Vec::new();
    let mut datagram_bytes = 0;
    for event in events {
        let [kind, id, a, b] = row(&event);
        numbers.extend_from_slice(&[kind, id, a, b]);
        match event {
            Event::Data { parts, length, .. } => buffers.push(join(env, &parts, length)?),
            Event::Datagram(bytes) => {
                datagram_bytes += bytes.len() as u64;
                buffers.push(BufferSlice::copy_from(env, &bytes)?);
            }
            _ => {}
        }
    }
    link.datagrams_taken(datagram_bytes);
    Ok(NativeBatch {
        numbers: Float64Array::new(numbers),
        buffers,
    })
}

fn row(event: &Event) -> [f64; 4] {
    match event {
        Event::Established { early_data } => [kind::ESTABLISHED, 0.0, early(*early_data), 0.0],
        Event::EarlyReady => [kind::EARLY_READY, 0.0, 0.0, 0.0],
        Event::UniOpened { id } => [kind::UNI_OPENED, number(*id), 0.0, 0.0],
        Event::BidiOpened { id } => [kind::BIDI_OPENED, number(*id), 0.0, 0.0],
        Event::Data {
            id, offset, length, ..
        } => [kind::DATA, number(*id), number(*offset), *length as f64],
        Event::Finished { id, size } => [kind::FINISHED, number(*id), number(*size), 0.0],
        Event::Reset { id, code } => [kind::RESET, number(*id), number(*code), 0.0],
        Event::Stopped { id, code } => [kind::STOPPED, number(*id), number(*code), 0.0],
        Event::Credit { id, bytes } => [kind::CREDIT, number(*id), number(*bytes), 0.0],
        Event::Acknowledged { id } => [kind::ACKNOWLEDGED, number(*id), 0.0, 0.0],
        Event::Datagram(bytes) => [kind::DATAGRAM, 0.0, bytes.len() as f64, 0.0],
        Event::DatagramCredit { bytes } => [kind::DATAGRAM_CREDIT, 0.0, number(*bytes), 0.0],
        // Below 2^53 either way.
        Event::Wanted { limit } => [kind::WANTED, 0.0, *limit as f64, 0.0],
        Event::Reported => [kind::REPORTED, 0.0, 0.0, 0.0],
        Event::Closed => [kind::CLOSED, 0.0, 0.0, 0.0],
    }
}

/// `earlyData` of TypeScript by index.
pub(crate) fn early(early_data: EarlyData) -> f64 {
    match early_data {
        EarlyData::None => 0.0,
        EarlyData::Pending => 1.0,
        EarlyData::Accepted => 2.0,
        EarlyData::Rejected => 3.0,
    }
}

fn join<'env>(env: &'env Env, parts: &[Bytes], length: usize) -> napi::Result<BufferSlice<'env>> {
    if let [only] = parts {
        return BufferSlice::copy_from(env, only);
    }
    let mut joined = Vec::with_capacity(length);
    parts.iter().for_each(|part| joined.extend_from_slice(part));
    BufferSlice::from_data(env, joined)
}

/// Counters stay below 2^53 for any life a link can have.
pub(crate) fn number(value: u64) -> f64 {
    value as f64
}
