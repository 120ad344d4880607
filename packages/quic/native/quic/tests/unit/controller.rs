//! Wishes of the owner, and the news of what became of them.

use super::*;

fn state() -> ControllerHandle {
    ControllerState::new(&ControllerChoice::of(Kind::Cubic))
}

#[test]
fn a_wish_is_taken_up_once() {
    let state = state();
    assert!(state.take_wish().is_none());
    state.set_algorithm(Kind::Reno);
    assert_eq!(state.take_wish().map(|wish| wish.kind), Some(Kind::Reno));
    assert!(state.take_wish().is_none());
}

#[test]
fn a_rate_is_kept_until_it_is_given_up() {
    let state = state();
    assert_eq!(state.set_rate(Some(125_000)), Ok(()));
    assert_eq!(state.kind(), Kind::Fixed);
    assert_eq!(state.params().value("fixed_rate"), Some(1e6));
    assert_eq!(state.set_rate(None), Ok(()));
    assert_eq!(state.kind(), Kind::Cubic);
}

#[test]
fn one_bad_knob_leaves_all_as_they_were() {
    let state = state();
    let before = state.params();
    let error = state.set_knobs([("min_cwnd", 8.0), ("cubic_beta", f64::NAN)]);
    let message = error.err().map(|error| error.to_string());
    assert_eq!(
        message.as_deref(),
        Some("cubic_beta must be a number from 0.5 to 0.9, got NaN")
    );
    assert_eq!(state.params(), before);
    assert!(state.take_wish().is_none());
}

#[test]
fn decisions_between_two_turns_are_joined() {
    let state = state();
    let cwnd = Decision {
        cwnd: Some(1),
        pacing_rate: None,
    };
    let rate = Decision {
        cwnd: None,
        pacing_rate: Some(2),
    };
    state.decide(cwnd);
    state.decide(rate);
    let joined = Decision {
        cwnd: Some(1),
        pacing_rate: Some(2),
    };
    let taken = state.take_wish().and_then(|wish| wish.decision);
    assert_eq!(taken, Some(joined));
    state.set_algorithm(Kind::Agent);
    assert_eq!(state.take_wish().and_then(|wish| wish.decision), None);
}

#[test]
fn a_wish_is_pending_until_it_is_taken_up() {
    let state = state();
    assert!(!state.view().pending);
    state.set_algorithm(Kind::Reno);
    assert!(state.view().pending);
    state.take_wish();
    assert!(!state.view().pending);
}
