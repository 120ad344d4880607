//! Tests of `params/mod.rs`.

use super::*;
use proptest::prelude::*;

#[test]
fn every_default_is_inside_its_range_and_reads_back() {
    for kind in Kind::ALL {
        let params = Params::of(*kind);
        for knob in KNOBS {
            let value = knob.default_for(*kind);
            assert_eq!(knob.check(value), Ok(()), "{} {}", kind.name(), knob.name);
            let read = params.value(knob.name).unwrap_or(f64::NAN);
            assert!(
                (read - value).abs() <= 1e-6 * value.abs(),
                "{} {read} {value}",
                knob.name
            );
        }
    }
}

#[test]
fn names_are_unique_and_own_defaults_are_of_knobs() {
    for (index, knob) in KNOBS.iter().enumerate() {
        assert!(KNOBS[..index].iter().all(|other| other.name != knob.name));
    }
    for (kind, name, _) in OWN_DEFAULTS {
        assert!(
            Knob::find(name).is_some_and(|knob| knob.scope.covers(*kind)),
            "{name}"
        );
    }
}

#[test]
fn what_is_no_number_or_out_of_range_is_refused_with_the_range() {
    let mut params = Params::of(Kind::BbrLive);
    for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -1.0, 1e300] {
        let error = params
            .set("probe_up_gain", value)
            .err()
            .map(|error| error.to_string());
        assert!(error.is_some_and(|text| text.contains("from 1.05 to 1.5")));
    }
    assert!(params.set("init_cwnd", 10.5).is_err());
    assert_eq!(
        params
            .set("no_such", 1.0)
            .err()
            .map(|error| error.to_string()),
        Some("there is no congestion-control parameter \"no_such\"".to_owned())
    );
    assert_eq!(params, Params::of(Kind::BbrLive));
}

#[test]
fn several_are_set_together_or_not_at_all() {
    let mut params = Params::of(Kind::Cubic);
    assert!(
        params
            .set_all([("cubic_beta", 0.8), ("cubic_c", f64::NAN)])
            .is_err()
    );
    assert_eq!(params, Params::of(Kind::Cubic));
    assert!(
        params
            .set_all([("cubic_beta", 0.8), ("cubic_c", 1.0)])
            .is_ok()
    );
    assert_eq!(
        params.explicit().collect::<Vec<_>>(),
        [("cubic_c", 1.0), ("cubic_beta", 0.8)]
    );
}

#[test]
fn what_was_set_survives_a_change_of_the_algorithm_and_the_rest_follows_it() {
    let mut params = Params::of(Kind::Bbr1);
    assert_eq!(params.startup_pacing_gain, 2.885);
    assert!(params.set("drain_gain", 0.4).is_ok());
    let params = params.for_kind(Kind::Bbr3);
    assert_eq!((params.startup_pacing_gain, params.drain_gain), (2.77, 0.4));
}

#[test]
fn the_table_as_json_is_balanced_and_complete() {
    let json = knobs_json();
    assert_eq!(json.matches('{').count(), json.matches('}').count());
    assert_eq!(json.matches("\"name\"").count(), KNOBS.len());
    assert!(KNOBS.iter().all(|knob| !knob.meaning.contains(['"', '\\'])));
    assert_eq!(json.matches('"').count() % 2, 0);
}

#[test]
fn an_open_link_keeps_what_is_for_new_ones_and_says_so() {
    let mut start = Params::of(Kind::Cubic);
    assert!(start.set("packet_threshold", 7.0).is_ok());
    let mut live = start.clone();
    let error = live.set_all_live([("min_cwnd", 8.0), ("packet_threshold", 9.0)]);
    assert_eq!(
        error.err().map(|error| error.to_string()).as_deref(),
        Some("packet_threshold is for new links: an open one keeps what it began with")
    );
    assert_eq!(live, start);
    assert!(live.set_all_live([("min_cwnd", 8.0)]).is_ok());
    let mut wanted = Params::of(Kind::Cubic);
    assert!(
        wanted
            .set_all([("time_threshold", 1.5), ("beta", 0.8)])
            .is_ok()
    );
    let taken = wanted.on_open_link(&start);
    assert_eq!(
        taken.explicit().collect::<Vec<_>>(),
        [("beta", 0.8), ("packet_threshold", 7.0)]
    );
    assert_eq!(taken.value("time_threshold"), Some(1.125));
}

#[test]
fn what_applies_later_is_a_knob() {
    for name in NEW_LINKS.iter().chain(NEW_PATHS) {
        assert!(Knob::find(name).is_some(), "{name}");
    }
}

proptest! {
    #[test]
    fn no_number_gets_past_its_range(index in 0..KNOBS.len(), bits in any::<u64>()) {
        let value = f64::from_bits(bits);
        let knob = &KNOBS[index];
        let mut params = Params::of(Kind::BbrLive);
        let accepted = params.set(knob.name, value).is_ok();
        prop_assert_eq!(accepted, knob.check(value).is_ok());
        let now = params.value(knob.name).unwrap_or(f64::NAN);
        prop_assert!(now >= knob.min && now <= knob.max);
    }
}
