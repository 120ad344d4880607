//! The scenarios of the validation list (docs/congestion-control.md) in virtual time.
//!
//! `LONGHAUL_PLOT=directory` writes the curves of each run as SVG; `LONGHAUL_BLESS=1` writes the golden summaries anew.

mod changes;
mod estimate;
mod explore;
mod golden;
mod knobs;
mod live;
mod lossy;
mod phases;
mod sharing;
mod sim;
mod start;
mod starving;
mod switching;
mod tails;
