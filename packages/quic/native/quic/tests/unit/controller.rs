//! Wishes of the owner, and the news of what became of them.

use std::time::{Duration, Instant};

use noq::congestion::ControllerFactory;

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
fn knobs_for_new_links_are_refused_or_left_as_the_link_began() {
    let mut choice = ControllerChoice::of(Kind::Cubic);
    assert_eq!(choice.params.set("packet_threshold", 9.0), Ok(()));
    let state = ControllerState::new(&choice);
    assert!(state.set_knobs([("packet_threshold", 5.0)]).is_err());
    state.choose(Kind::Reno, Params::of(Kind::Reno));
    assert_eq!(state.params().packet_threshold, 9);
}

#[test]
fn what_leaves_in_one_call_follows_its_knob_at_once() {
    let state = state();
    let factory = Arc::new(LinkControllerFactory::new(state.clone()));
    let path = factory.build(Instant::now(), 1_200);
    assert_eq!(path.metrics().send_quantum, Some(10 * 1_200));
    assert_eq!(state.set_knobs([("pacer_burst", 2.0)]), Ok(()));
    assert_eq!(path.metrics().send_quantum, Some(2 * 1_200));
}

#[test]
fn a_probe_may_leave_though_the_window_is_full() {
    let state = state();
    let factory = Arc::new(LinkControllerFactory::new(state.clone()));
    let mut path = factory.build(Instant::now(), 1_200);
    let window = path.window();
    let now = Instant::now();
    (0..20).for_each(|number| path.on_packet_sent(now, 1_200, number));
    assert_eq!(path.window(), window);
    assert!(state.silence().in_flight);
    state.allow_probe();
    assert!(path.window() >= 20 * 1_200 + 1_200);
    path.on_packet_sent(now, 40, 20);
    assert_eq!(path.window(), window, "for one packet");
    (0..=20).for_each(|number| path.on_packet_lost(1_200, number, now));
    assert!(!state.silence().in_flight);
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

#[test]
fn a_path_that_is_returned_to_is_shown_and_follows_what_it_missed() {
    let state = state();
    let factory = Arc::new(LinkControllerFactory::new(state.clone()));
    let now = Instant::now();
    let mut first = factory.clone().build(now, 1_200);
    let second = factory.build(now, 1_200);
    state.set_algorithm(Kind::Fixed);
    second.metrics();
    assert_eq!(state.view().phase, "fixed");
    first.on_packet_sent(now, 1_200, 0);
    let rate = first.metrics().pacing_rate;
    assert_eq!(
        (state.view().phase, rate),
        ("fixed", second.metrics().pacing_rate)
    );
    assert_eq!(state.path_in_use.load(Relaxed), 0);
}

#[test]
fn what_was_saved_is_for_the_first_path() {
    let saved = Saved {
        cwnd: 600_000,
        bandwidth: 3_000_000,
        min_rtt: Duration::from_millis(50),
        loss: 0.0,
    };
    let choice = ControllerChoice {
        saved: Some(saved),
        ..ControllerChoice::of(Kind::BbrLive)
    };
    let state = ControllerState::new(&choice);
    let factory = Arc::new(LinkControllerFactory::new(state.clone()));
    assert!(lock(&state.wish).saved.is_some());
    factory.build(Instant::now(), 1_200);
    assert!(lock(&state.wish).saved.is_none());
}

#[test]
fn of_reports_that_nobody_takes_the_newest_wait() {
    let state = state();
    let report = |round| Report {
        round,
        now: Duration::ZERO,
        span: Duration::ZERO,
        acked_bytes: 0,
        lost_bytes: 0,
        ce_marks: 0,
        rtt: Duration::ZERO,
        smoothed_rtt: Duration::ZERO,
        min_rtt: Duration::ZERO,
        delivery_rate: None,
        in_flight: 0,
        cwnd: 0,
        pacing_rate: 0,
        app_limited: false,
        standing_in: false,
    };
    (0..=MAX_REPORTS as u64).for_each(|round| state.push_report(report(round)));
    let taken = state.take_reports();
    assert_eq!((taken.len(), taken[0].round), (MAX_REPORTS, 1));
    assert!(state.take_reports().is_empty());
}
