//! What the router is told on its first line: one JSON object.

use longhaul_netem_link::config::{Change, Delay, Policer, Reorder, Step};
use longhaul_netem_link::loss::GilbertElliott;
use longhaul_netem_link::{Bottleneck, LinkConfig, LossModel, Nanos};
use serde::Deserialize;

/// Both directions, the interfaces that they join, and how to run.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RouterConfig {
    /// Key of every random stream.
    pub seed: u64,
    /// From the sender to the receiver.
    pub forward: Path,
    /// From the receiver to the sender.
    pub reverse: Path,
    /// Interfaces in this namespace.
    pub ports: Ports,
    /// File for one line a packet, written at the end.
    #[serde(default)]
    pub record: Option<String>,
    /// File for the last report, for those who are not there to read it.
    #[serde(default)]
    pub report: Option<String>,
    /// Distance of two samples of the time series, milliseconds.
    #[serde(default = "default_sample_ms")]
    pub sample_ms: u64,
    /// Ask for real-time priority.
    #[serde(default = "yes")]
    pub real_time: bool,
    /// 1: both directions in one thread, 2: a thread each.
    #[serde(default = "one")]
    pub threads: u8,
}

/// The two interfaces.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ports {
    /// Towards the sender.
    pub sender: String,
    /// Towards the receiver.
    pub receiver: String,
}

/// One direction.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Path {
    #[serde(default)]
    policer: Option<PolicerFields>,
    #[serde(default)]
    loss: Loss,
    #[serde(default)]
    bottleneck: BottleneckFields,
    #[serde(default)]
    queue_bytes: Option<u64>,
    delay: DelayFields,
    #[serde(default)]
    reorder: Option<ReorderFields>,
    #[serde(default)]
    duplicate: f64,
    #[serde(default)]
    steps: Vec<StepFields>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct PolicerFields {
    rate_bps: u64,
    burst_bytes: u64,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Chain {
    to_bad: f64,
    to_good: f64,
    loss_in_bad: f64,
    loss_in_good: f64,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", tag = "kind")]
enum Loss {
    #[default]
    None,
    Time(Chain),
    Packet(Chain),
    List {
        positions: Vec<u64>,
    },
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", tag = "kind")]
enum BottleneckFields {
    #[default]
    Unlimited,
    Rate {
        bps: u64,
    },
    Trace {
        ms: Vec<u64>,
    },
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct DelayFields {
    one_way_ns: Nanos,
    jitter_ns: Nanos,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ReorderFields {
    probability: f64,
    extra_ns: Nanos,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct StepFields {
    at_ns: Nanos,
    change: ChangeFields,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", tag = "kind")]
enum ChangeFields {
    Rate { bps: u64 },
    OneWay { ns: Nanos },
    Blackhole { ns: Nanos },
}

impl From<&Path> for LinkConfig {
    fn from(path: &Path) -> Self {
        Self {
            policer: path.policer.as_ref().map(|policer| Policer {
                rate_bps: policer.rate_bps,
                burst_bytes: policer.burst_bytes,
            }),
            loss: path.loss.clone().into(),
            bottleneck: match &path.bottleneck {
                BottleneckFields::Unlimited => Bottleneck::Unlimited,
                BottleneckFields::Rate { bps } => Bottleneck::Rate(*bps),
                BottleneckFields::Trace { ms } => Bottleneck::Trace(ms.clone()),
            },
            queue_bytes: path.queue_bytes.unwrap_or(u64::MAX),
            delay: Delay {
                one_way: path.delay.one_way_ns,
                jitter: path.delay.jitter_ns,
            },
            reorder: path.reorder.map(|reorder| Reorder {
                probability: reorder.probability,
                extra: reorder.extra_ns,
            }),
            duplicate: path.duplicate,
            steps: path.steps.iter().map(Step::from).collect(),
        }
    }
}

impl From<Loss> for LossModel {
    fn from(loss: Loss) -> Self {
        match loss {
            Loss::None => Self::None,
            Loss::Time(chain) => Self::Time(chain.into()),
            Loss::Packet(chain) => Self::Packet(chain.into()),
            Loss::List { positions } => Self::List(positions),
        }
    }
}

impl From<Chain> for GilbertElliott {
    fn from(chain: Chain) -> Self {
        Self {
            to_bad: chain.to_bad,
            to_good: chain.to_good,
            loss_in_bad: chain.loss_in_bad,
            loss_in_good: chain.loss_in_good,
        }
    }
}

impl From<&StepFields> for Step {
    fn from(step: &StepFields) -> Self {
        Self {
            at: step.at_ns,
            change: match step.change {
                ChangeFields::Rate { bps } => Change::RateBps(bps),
                ChangeFields::OneWay { ns } => Change::OneWay(ns),
                ChangeFields::Blackhole { ns } => Change::Blackhole(ns),
            },
        }
    }
}

/// What carries packets before the link's time begins: the base delay alone.
pub fn before_start(config: &LinkConfig) -> LinkConfig {
    LinkConfig {
        delay: Delay {
            one_way: config.delay.one_way,
            jitter: 0,
        },
        ..LinkConfig::default()
    }
}

fn default_sample_ms() -> u64 {
    20
}

fn yes() -> bool {
    true
}

fn one() -> u8 {
    1
}

#[cfg(test)]
mod tests {
    use longhaul_netem_link::MILLISECOND;

    use super::*;

    const TEXT: &str = r#"{
        "seed": 9007199254740991,
        "ports": {"sender": "a", "receiver": "b"},
        "forward": {
            "delay": {"oneWayNs": 95000000, "jitterNs": 1000},
            "bottleneck": {"kind": "trace", "ms": [1, 2, 2]},
            "queueBytes": 90000,
            "loss": {"kind": "time", "toBad": 0.01, "toGood": 0.25, "lossInBad": 1, "lossInGood": 0},
            "policer": {"rateBps": 5000000, "burstBytes": 65536},
            "reorder": {"probability": 0.1, "extraNs": 7},
            "duplicate": 0.5,
            "steps": [
                {"atNs": 5, "change": {"kind": "oneWay", "ns": 6}},
                {"atNs": 7, "change": {"kind": "blackhole", "ns": 8}}
            ]
        },
        "reverse": {"delay": {"oneWayNs": 1, "jitterNs": 0}}
    }"#;

    fn read(text: &str) -> RouterConfig {
        serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}"))
    }

    #[test]
    fn every_field_reaches_the_link() {
        let config = read(TEXT);
        assert_eq!(config.seed, 9_007_199_254_740_991);
        let link = LinkConfig::from(&config.forward);
        assert_eq!(link.delay.one_way, 95 * MILLISECOND);
        assert_eq!(link.bottleneck, Bottleneck::Trace(vec![1, 2, 2]));
        assert_eq!(link.queue_bytes, 90_000);
        assert!(matches!(link.loss, LossModel::Time(chain) if chain.to_good == 0.25));
        assert_eq!(
            link.policer.map(|policer| policer.burst_bytes),
            Some(65_536)
        );
        assert_eq!(link.reorder.map(|reorder| reorder.extra), Some(7));
        assert_eq!(link.duplicate, 0.5);
        assert_eq!(
            link.steps
                .iter()
                .map(|step| &step.change)
                .collect::<Vec<_>>(),
            [&Change::OneWay(6), &Change::Blackhole(8)]
        );
        assert!(link.validate().is_ok());
    }

    #[test]
    fn what_is_left_out_is_an_ideal_wire() {
        let link = LinkConfig::from(&read(TEXT).reverse);
        assert_eq!(
            link,
            LinkConfig {
                delay: Delay {
                    one_way: 1,
                    jitter: 0
                },
                ..LinkConfig::default()
            }
        );
    }

    #[test]
    fn before_the_start_the_base_delay_is_alone() {
        let warm = before_start(&LinkConfig::from(&read(TEXT).forward));
        assert_eq!(warm.delay.one_way, 95 * MILLISECOND);
        assert_eq!(
            LinkConfig {
                delay: Delay {
                    one_way: 0,
                    jitter: 0
                },
                ..warm
            },
            LinkConfig::default()
        );
    }

    #[test]
    fn an_unknown_field_is_refused() {
        let text = TEXT.replace("\"queueBytes\"", "\"queue\"");
        let error = serde_json::from_str::<RouterConfig>(&text)
            .map(|_| ())
            .map_err(|error| error.to_string());
        assert!(error.is_err_and(|error| error.contains("unknown field `queue`")));
    }
}
