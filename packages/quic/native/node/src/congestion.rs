//! Congestion control of a link, as JavaScript asks and is told. Rates are bit/s, times milliseconds.

use longhaul_cc::{
    KNOBS, Kind, Params, Saved,
    agent::{Decision, Report},
    params,
};
use longhaul_quic::{ControllerChoice, Link};
use napi_derive::napi;

use crate::{
    batch::number,
    error::{JsError, bad_argument},
};

/// A knob and its value, in the knob's unit.
#[napi(object)]
pub struct NativeKnobValue {
    pub name: String,
    pub value: f64,
}

/// What a link learned of its path.
#[napi(object)]
pub struct NativeSavedPath {
    pub cwnd_bytes: f64,
    pub bandwidth_bps: f64,
    pub min_rtt_ms: f64,
    /// Share of bytes lost.
    pub loss: f64,
}

/// Who decides how fast a link sends, at its beginning.
#[napi(object)]
pub struct NativeController {
    pub algorithm: String,
    pub knobs: Vec<NativeKnobValue>,
    pub saved: Option<NativeSavedPath>,
}

/// A number for display; NaN while unknown.
#[napi(object)]
pub struct NativeGauge {
    pub name: String,
    pub unit: String,
    pub value: f64,
}

/// What congestion control of a link believes.
#[napi(object)]
pub struct NativeCongestion {
    pub algorithm: String,
    pub pending: bool,
    pub phase: String,
    pub delivery_rate_bps: f64,
    pub delivered_bytes: f64,
    pub lost_bytes: f64,
    pub spurious_bytes: f64,
    pub app_limited: bool,
    pub fresh_bytes: f64,
    pub repeated_bytes: f64,
    pub datagram_bytes: f64,
    pub gauges: Vec<NativeGauge>,
    pub knobs: Vec<NativeKnobValue>,
    pub saved: Option<NativeSavedPath>,
    pub remembered: Option<NativeSavedPath>,
}

/// One round trip, as an agent is told of it; -1 for what is not known.
#[napi(object)]
pub struct NativeReport {
    pub now_ms: f64,
    pub span_ms: f64,
    pub round: f64,
    pub acked_bytes: f64,
    pub lost_bytes: f64,
    pub ce_marks: f64,
    pub rtt_ms: f64,
    pub smoothed_rtt_ms: f64,
    pub min_rtt_ms: f64,
    pub delivery_rate_bps: f64,
    pub bytes_in_flight: f64,
    pub cwnd_bytes: f64,
    pub pacing_bps: f64,
    pub app_limited: bool,
    pub standing_in: bool,
}

/// Names of all algorithms.
#[napi(catch_unwind)]
pub fn congestion_algorithms() -> Vec<String> {
    Kind::ALL
        .iter()
        .map(|kind| kind.name().to_owned())
        .collect()
}

/// The table of knobs as JSON: an array of `{name, unit, default, defaults, min, max, whole, algorithms, meaning}`.
#[napi(catch_unwind)]
pub fn congestion_knobs() -> String {
    params::knobs_json()
}

pub(crate) fn parse_kind(name: &str) -> Result<Kind, JsError> {
    let names = || Kind::ALL.iter().map(|kind| kind.name()).collect::<Vec<_>>();
    Kind::parse(name).ok_or_else(|| {
        let known = names().join(", ");
        bad_argument(format!("there is no algorithm \"{name}\": {known}"))
    })
}

impl NativeController {
    pub(crate) fn parse(&self) -> Result<ControllerChoice, JsError> {
        let kind = parse_kind(&self.algorithm)?;
        let mut params = Params::of(kind);
        params.set_all(pairs(&self.knobs)).map_err(bad_argument)?;
        Ok(ControllerChoice {
            kind,
            params,
            saved: self
                .saved
                .as_ref()
                .map(NativeSavedPath::parse)
                .transpose()?,
        })
    }
}

impl NativeSavedPath {
    pub(crate) fn parse(&self) -> Result<Saved, JsError> {
        let sane = |value: f64| (0.0..=1e13).contains(&value);
        if ![self.cwnd_bytes, self.bandwidth_bps, self.min_rtt_ms]
            .into_iter()
            .all(sane)
            || !(0.0..=1.0).contains(&self.loss)
        {
            return Err(bad_argument(
                "what is remembered of the path is out of range",
            ));
        }
        Ok(Saved {
            cwnd: self.cwnd_bytes as u64,
            bandwidth: (self.bandwidth_bps / 8.0) as u64,
            min_rtt: std::time::Duration::from_secs_f64(self.min_rtt_ms / 1_000.0),
            loss: self.loss,
        })
    }
}

impl From<Saved> for NativeSavedPath {
    fn from(saved: Saved) -> Self {
        Self {
            cwnd_bytes: number(saved.cwnd),
            bandwidth_bps: number(saved.bandwidth) * 8.0,
            min_rtt_ms: saved.min_rtt.as_secs_f64() * 1_000.0,
            loss: saved.loss,
        }
    }
}

/// Turns knobs of `link`: all of them or none.
pub(crate) fn set_knobs(link: &Link, values: &[NativeKnobValue]) -> Result<(), JsError> {
    link.set_knobs(pairs(values)).map_err(bad_argument)
}

/// `None` when the link is over.
pub(crate) fn view(link: &Link) -> Option<NativeCongestion> {
    let (view, carried, params) = (link.congestion()?, link.carried(), link.knobs()?);
    let gauge = |gauge: &longhaul_cc::Gauge| NativeGauge {
        name: gauge.name.to_owned(),
        unit: gauge.unit.to_owned(),
        value: gauge.value,
    };
    Some(NativeCongestion {
        algorithm: link.controller().to_owned(),
        pending: view.pending,
        phase: view.phase.to_owned(),
        delivery_rate_bps: number(view.delivery_rate) * 8.0,
        delivered_bytes: number(view.delivered),
        lost_bytes: number(view.lost),
        spurious_bytes: number(view.spurious),
        app_limited: view.app_limited,
        fresh_bytes: number(carried.fresh_bytes),
        repeated_bytes: number(carried.repeated_bytes),
        datagram_bytes: number(carried.datagram_bytes),
        gauges: view.gauges.iter().map(gauge).collect(),
        knobs: values(&params),
        saved: view.saved.map(NativeSavedPath::from),
        remembered: view.remembered.map(NativeSavedPath::from),
    })
}

/// A decision of an agent; what is `None` stays as it was.
pub(crate) fn decision(
    cwnd_bytes: Option<f64>,
    pacing_bps: Option<f64>,
) -> Result<Decision, JsError> {
    let check = |name: &str, value: f64| {
        if value.is_finite() && (1.0..=1e12).contains(&value) {
            return Ok(value);
        }
        Err(bad_argument(format!(
            "{name} is {value}: it must be from 1 to 1e12"
        )))
    };
    let cwnd = cwnd_bytes
        .map(|value| check("cwndBytes", value))
        .transpose()?;
    let rate = pacing_bps
        .map(|value| check("pacingBps", value))
        .transpose()?;
    Ok(Decision {
        cwnd: cwnd.map(|value| value as u64),
        pacing_rate: rate.map(|value| ((value / 8.0) as u64).max(1)),
    })
}

impl From<Report> for NativeReport {
    fn from(report: Report) -> Self {
        let millis = |span: std::time::Duration| span.as_secs_f64() * 1_000.0;
        Self {
            now_ms: millis(report.now),
            span_ms: millis(report.span),
            round: number(report.round),
            acked_bytes: number(report.acked_bytes),
            lost_bytes: number(report.lost_bytes),
            ce_marks: number(report.ce_marks),
            rtt_ms: millis(report.rtt),
            smoothed_rtt_ms: millis(report.smoothed_rtt),
            min_rtt_ms: millis(report.min_rtt),
            delivery_rate_bps: report.delivery_rate.map_or(-1.0, |rate| number(rate) * 8.0),
            bytes_in_flight: number(report.in_flight),
            cwnd_bytes: number(report.cwnd),
            pacing_bps: number(report.pacing_rate) * 8.0,
            app_limited: report.app_limited,
            standing_in: report.standing_in,
        }
    }
}

fn pairs(values: &[NativeKnobValue]) -> impl Iterator<Item = (&str, f64)> {
    values.iter().map(|knob| (knob.name.as_str(), knob.value))
}

fn values(params: &Params) -> Vec<NativeKnobValue> {
    let value = |knob: &longhaul_cc::Knob| NativeKnobValue {
        name: knob.name.to_owned(),
        value: params.value(knob.name).unwrap_or(f64::NAN),
    };
    KNOBS.iter().map(value).collect()
}
