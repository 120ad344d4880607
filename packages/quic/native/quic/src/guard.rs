//! A panic stays where it happens: engine handles of a connection whose driver has died may panic when they are dropped.

use std::{
    future::Future,
    mem::ManuallyDrop,
    ops::{Deref, DerefMut},
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    sync::atomic::{AtomicBool, Ordering::SeqCst},
    task::{Context, Poll},
    time::Duration,
};

use crate::runtime;

/// Holds an engine handle. A panic while it is dropped goes no further, so that it cannot meet another one: two at a time
/// end the process. Dropped by a panic that is on its way already, the handle is handed to the runtime for later.
#[derive(Debug)]
pub(crate) struct Guarded<T: Send + 'static>(ManuallyDrop<T>);

impl<T: Send + 'static> Guarded<T> {
    pub(crate) fn new(value: T) -> Self {
        Self(ManuallyDrop::new(value))
    }

    /// Takes the handle out of the guard.
    pub(crate) fn into_inner(self) -> T {
        let mut this = ManuallyDrop::new(self);
        #[allow(unsafe_code)]
        // SAFETY: `this` is never dropped, so the value is taken once.
        unsafe {
            ManuallyDrop::take(&mut this.0)
        }
    }
}

impl<T: Send + 'static> Deref for Guarded<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: Send + 'static> DerefMut for Guarded<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.0
    }
}

impl<T: Send + 'static> Drop for Guarded<T> {
    fn drop(&mut self) {
        #[allow(unsafe_code)]
        // SAFETY: drop runs once and nothing touches the value after it.
        let value = unsafe { ManuallyDrop::take(&mut self.0) };
        if !std::thread::panicking() {
            bury(value);
        } else if let Ok(runtime) = runtime::handle() {
            runtime.spawn(async move { bury(value) });
        } else {
            std::mem::forget(value);
        }
    }
}

/// Drops `value`; a panic of it goes no further: its connection is dead and has been reported by its supervisor.
fn bury<T>(value: T) {
    let _ = catch_unwind(AssertUnwindSafe(move || drop(value)));
}

/// Whether a thread of the engine's runtime has ever panicked.
static PANICKED: AtomicBool = AtomicBool::new(false);

/// Notes panics of the runtime's threads from now on: before they unwind and leave locks poisoned.
pub(crate) fn note_panics(thread_name: &'static str) {
    // The hook cannot be changed on the way of a panic.
    if std::thread::panicking() {
        return;
    }
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        if std::thread::current().name() == Some(thread_name) {
            PANICKED.store(true, SeqCst);
        }
        before(info);
    }));
}

/// Handles that a link has besides those it uses. Two: the engine takes one for the driver's when it counts.
pub(crate) type Spares = [noq::Connection; 2];

/// Lets go of the last handles of a connection whose driver and streams may still be dropped. The last handle locks when
/// it is dropped: if that were one of theirs, and the engine dead, two panics would meet. So after a panic anywhere they
/// wait until the others are gone, and stay for ever when the engine is dead.
pub(crate) fn release_last(spares: Spares) {
    let spares = ManuallyDrop::new(spares);
    let release = move || {
        if attempt(|| spares[0].close_reason()).is_some() {
            drop(ManuallyDrop::into_inner(spares));
        }
    };
    if !PANICKED.load(SeqCst) {
        release();
    } else if let Ok(runtime) = runtime::handle() {
        runtime.spawn(async move {
            tokio::time::sleep(STREAMS_GONE).await;
            release();
        });
    }
}

/// Tasks that were told to end have ended by then, however busy the machine is.
const STREAMS_GONE: Duration = Duration::from_secs(10);

/// Runs `inner`; `on_panic` is called when a poll of it panics, and the future is over then.
pub(crate) struct CatchPanic<F: ?Sized, P: FnMut()> {
    inner: Option<Pin<Box<F>>>,
    on_panic: P,
}

impl<F: Future<Output = ()> + ?Sized, P: FnMut()> CatchPanic<F, P> {
    pub(crate) fn new(inner: Pin<Box<F>>, on_panic: P) -> Self {
        Self {
            inner: Some(inner),
            on_panic,
        }
    }
}

impl<F: Future<Output = ()> + ?Sized, P: FnMut() + Unpin> Future for CatchPanic<F, P> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let Some(mut inner) = self.inner.take() else {
            return Poll::Ready(());
        };
        match catch_unwind(AssertUnwindSafe(|| inner.as_mut().poll(cx))) {
            Ok(Poll::Pending) => {
                self.inner = Some(inner);
                Poll::Pending
            }
            Ok(Poll::Ready(())) => Poll::Ready(()),
            Err(_) => {
                bury(inner);
                (self.on_panic)();
                Poll::Ready(())
            }
        }
    }
}

/// Calls `run` on an engine handle; `None` when it panics because the connection's driver has died.
pub(crate) fn attempt<R>(run: impl FnOnce() -> R) -> Option<R> {
    catch_unwind(AssertUnwindSafe(run)).ok()
}

#[cfg(test)]
#[path = "../tests/unit/guard.rs"]
mod tests;
