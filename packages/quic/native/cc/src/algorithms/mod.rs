//! The algorithms, one a file.

use std::time::Duration;

mod agent;
mod aggregation;
mod bbr1;
mod bbr3;
mod bbr_live;
mod copa;
mod cubic;
mod fixed;
mod hystart;
mod policer;
mod prr;
mod reno;
mod window;

use crate::algorithm::{Algorithm, Handover, Kind};
use crate::flow::Flow;

/// `kind`, in charge from `now` on, from the first packet or from what another algorithm left.
pub(crate) fn build(
    kind: Kind,
    flow: &Flow,
    now: Duration,
    from: Option<&Handover>,
) -> Box<dyn Algorithm> {
    match kind {
        Kind::Reno => Box::new(reno::new(flow, now, from)),
        Kind::Cubic => Box::new(cubic::new(flow, now, from)),
        Kind::Fixed => Box::new(fixed::Fixed::new(flow)),
        Kind::Agent => Box::new(agent::Agent::new(flow, now, from)),
        Kind::Bbr1 => Box::new(bbr1::Bbr1::new(flow, now, from)),
        Kind::Bbr3 => Box::new(bbr3::Bbr3::new(flow, now, from)),
        Kind::BbrLive => Box::new(bbr_live::BbrLive::new(flow, now, from)),
        Kind::Copa => Box::new(copa::Copa::new(flow, now, from)),
    }
}
