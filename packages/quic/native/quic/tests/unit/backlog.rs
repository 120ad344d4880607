//! Bytes between the owner and the wire.

use super::*;

#[test]
fn bytes_are_left_until_they_are_in_a_packet() {
    let backlog = Backlog::default();
    backlog.on_queued(1_000);
    assert_eq!((backlog.queued(), backlog.left(0)), (1_000, 1_000));
    backlog.on_taken(600);
    assert_eq!((backlog.queued(), backlog.left(0)), (400, 1_000));
    assert_eq!(backlog.left(600), 400);
    backlog.on_dropped(400);
    assert_eq!(backlog.left(600), 0);
}

#[test]
fn what_a_reset_withdrew_is_forgotten_when_the_engine_runs_dry() {
    let backlog = Backlog::default();
    backlog.on_queued(1_000);
    backlog.on_taken(1_000);
    backlog.on_turn();
    assert_eq!(backlog.left(300), 700);
    backlog.on_dry(300);
    backlog.on_dry(300);
    assert_eq!(backlog.left(300), 0);
    backlog.on_queued(50);
    backlog.on_taken(50);
    assert_eq!((backlog.left(300), backlog.left(350)), (50, 0));
}

#[test]
fn what_the_engine_took_after_it_ran_dry_is_left() {
    let backlog = Backlog::default();
    backlog.on_queued(1_500);
    backlog.on_taken(1_000);
    backlog.on_turn();
    backlog.on_taken(500);
    backlog.on_dry(1_000);
    assert_eq!((backlog.left(1_000), backlog.left(1_500)), (500, 0));
}

#[test]
fn what_the_engine_took_of_rejected_streams_is_not_left() {
    let backlog = Backlog::default();
    backlog.on_queued(1_000);
    backlog.on_taken(1_000);
    backlog.on_turn();
    backlog.on_rejected(400);
    backlog.on_dry(400);
    assert_eq!(backlog.left(400), 0);
    backlog.on_queued(1_000);
    backlog.on_taken(1_000);
    assert_eq!(backlog.left(400), 1_000);
}
