//! Tests of `guard.rs`.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::{sync::mpsc, time::Duration};

use super::*;

/// An engine handle whose connection has died: it panics when it is dropped.
struct Dead(mpsc::Sender<&'static str>);

impl Drop for Dead {
    fn drop(&mut self) {
        self.0.send("dropped").unwrap();
        panic!("the mutex is poisoned");
    }
}

#[test]
fn a_panic_in_a_drop_goes_no_further() {
    let (sender, dropped) = mpsc::channel();
    drop(Guarded::new(Dead(sender)));
    assert_eq!(dropped.recv().unwrap(), "dropped");
}

#[test]
fn handles_that_a_panic_drops_are_dropped_after_it() {
    let (sender, dropped) = mpsc::channel();
    let held = (
        Guarded::new(Dead(sender.clone())),
        Guarded::new(Dead(sender)),
    );
    // Two panics at a time would end the process.
    let outcome = catch_unwind(AssertUnwindSafe(move || {
        let _held = held;
        panic!("the first");
    }));
    assert!(outcome.is_err());
    for _ in 0..2 {
        assert_eq!(
            dropped.recv_timeout(Duration::from_secs(10)).unwrap(),
            "dropped"
        );
    }
}

#[tokio::test]
async fn a_task_that_panics_on_a_dead_handle_ends_alone() {
    let (sender, dropped) = mpsc::channel();
    let handle = Guarded::new(Dead(sender));
    let (told, heard) = mpsc::channel();
    let work = Box::pin(async move {
        let _handle = handle;
        tokio::task::yield_now().await;
        panic!("the mutex is poisoned");
    });
    CatchPanic::new(work, move || told.send(()).unwrap()).await;
    heard.recv().unwrap();
    assert_eq!(
        dropped.recv_timeout(Duration::from_secs(10)).unwrap(),
        "dropped"
    );
}
