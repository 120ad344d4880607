//! A panic stays where it happens: engine handles of a connection whose driver has died may panic when they are dropped.

use std::{
    future::Future,
    mem::ManuallyDrop,
    ops::{Deref, DerefMut},
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    task::{Context, Poll},
};

/// Holds an engine handle. A panic while it is dropped goes no further, so that it cannot meet another one.
#[derive(Debug)]
pub(crate) struct Guarded<T>(ManuallyDrop<T>);

impl<T> Guarded<T> {
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

impl<T> Deref for Guarded<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> DerefMut for Guarded<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.0
    }
}

impl<T> Drop for Guarded<T> {
    fn drop(&mut self) {
        #[allow(unsafe_code)]
        // SAFETY: drop runs once and nothing touches the value after it.
        let value = AssertUnwindSafe(|| unsafe { ManuallyDrop::drop(&mut self.0) });
        if catch_unwind(value).is_err() {
            // The connection is dead and has been reported by its supervisor.
        }
    }
}

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
                drop(Guarded::new(inner));
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
