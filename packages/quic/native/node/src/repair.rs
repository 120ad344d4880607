//! Repair as JavaScript sees it.

use longhaul_quic::{RepairSettings, RepairStats};
use napi_derive::napi;

use crate::{
    batch::number,
    error::{JsError, bad_argument},
};

/// What may be spent on repair.
#[napi(object)]
pub struct NativeRepairSettings {
    /// Most, as a share of the stream bytes sent; 0: nothing.
    pub max_share: f64,
    /// Before anything is lost too, for what is worth it.
    pub ahead: bool,
}

/// What repair has done: counters since the link began, of symbols where nothing else is said.
#[napi(object)]
pub struct NativeRepair {
    /// The peer understands symbols.
    pub understood: bool,
    /// Share of our packets that are lost, 0 to 1.
    pub loss: f64,
    /// Packets lost in a row, mean; 0 while none was.
    pub burst: f64,
    pub sent_on_loss: f64,
    pub sent_ahead: f64,
    pub sent_bytes: f64,
    pub cancelled: f64,
    pub refused_by_budget: f64,
    pub refused_by_queue: f64,
    pub received: f64,
    pub used: f64,
    pub useless: f64,
    pub wrong: f64,
    pub repaired_bytes: f64,
}

impl NativeRepairSettings {
    pub(crate) fn parse(&self) -> Result<RepairSettings, JsError> {
        let max_share = self.max_share;
        if !(0.0..=1.0).contains(&max_share) {
            return Err(bad_argument(format!(
                "a share of {max_share} is not between 0 and 1"
            )));
        }
        Ok(RepairSettings {
            max_share,
            ahead: self.ahead,
        })
    }
}

impl From<RepairStats> for NativeRepair {
    fn from(stats: RepairStats) -> Self {
        let RepairStats {
            understood,
            loss,
            sent,
            received,
        } = stats;
        Self {
            understood,
            loss: loss.share,
            burst: loss.burst,
            sent_on_loss: number(sent.sent_on_loss),
            sent_ahead: number(sent.sent_ahead),
            sent_bytes: number(sent.sent_bytes),
            cancelled: number(sent.cancelled),
            refused_by_budget: number(sent.refused_by_budget),
            refused_by_queue: number(sent.refused_by_queue),
            received: number(received.received),
            used: number(received.used),
            useless: number(received.useless),
            wrong: number(received.wrong),
            repaired_bytes: number(received.repaired_bytes),
        }
    }
}
