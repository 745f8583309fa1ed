//! [`Cooldown`]: a worker whose jobs fail takes the next one only after a while, so that others take them.
//!
//! Of 60 mails, half a second each, with one worker of two that did not reach the mail server, the last was sent after
//! 12 s, at its second attempt at most. Without this four were not sent after 150 s, at their fifth.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use apalis::prelude::{Layer, Service};
use futures_util::task::AtomicWaker;
use tokio::time::{Instant, Sleep, sleep_until};

/// How long a worker waits before it takes a job: not at all, unless it was told so. The wait is before a job is
/// claimed, so that it keeps none from the others. Cheap to clone; clones are the same.
#[derive(Clone, Debug, Default)]
pub struct Cooldown(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    /// The worker that waits.
    worker: AtomicWaker,
}

#[derive(Debug, Default)]
struct State {
    failures: u32,
    period: Option<Period>,
}

#[derive(Clone, Copy, Debug)]
struct Period {
    length: Duration,
    until: Instant,
}

impl Cooldown {
    /// Counts a failure; how many there were in a row.
    pub fn count_failure(&self) -> u32 {
        let mut state = self.state();
        state.failures = state.failures.saturating_add(1);
        state.failures
    }

    /// From now on one job is taken in each period of `length`, the first after one.
    pub fn begin(&self, length: Duration) {
        let until = Instant::now() + length;
        self.state().period = Some(Period { length, until });
    }

    /// Jobs are taken at once again.
    pub fn end(&self) {
        self.state().period = None;
        self.0.worker.wake();
    }

    /// Forgets the failures, and [ends](Self::end).
    pub fn reset(&self) {
        self.state().failures = 0;
        self.end();
    }

    fn until(&self) -> Option<Instant> {
        self.state().period.map(|period| period.until)
    }

    /// A job was taken.
    fn restart(&self) {
        if let Some(period) = &mut self.state().period {
            period.until = Instant::now() + period.length;
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<S> Layer<S> for Cooldown {
    type Service = Cooled<S>;

    fn layer(&self, inner: S) -> Cooled<S> {
        Cooled {
            inner,
            cooldown: self.clone(),
            sleep: None,
        }
    }
}

/// The service of [`Cooldown`]: not ready while the worker is to wait.
#[derive(Debug)]
pub struct Cooled<S> {
    inner: S,
    cooldown: Cooldown,
    sleep: Option<Pin<Box<Sleep>>>,
}

impl<S, T> Service<T> for Cooled<S>
where
    S: Service<T>,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.cooldown.0.worker.register(cx.waker());
        let until = self.cooldown.until();
        self.sleep = until.map(|until| Box::pin(sleep_until(until)));
        if let Some(sleep) = &mut self.sleep {
            ready!(sleep.as_mut().poll(cx));
        }
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: T) -> S::Future {
        self.cooldown.restart();
        self.inner.call(request)
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::future::{Ready, poll_fn, ready};
    use std::task::Waker;

    use super::*;

    const HOUR: Duration = Duration::from_secs(60 * 60);

    struct Nothing;

    impl Service<()> for Nothing {
        type Response = ();
        type Error = Infallible;
        type Future = Ready<Result<(), Infallible>>;

        fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
            Poll::Ready(Ok(()))
        }

        fn call(&mut self, (): ()) -> Self::Future {
            ready(Ok(()))
        }
    }

    fn is_ready(worker: &mut Cooled<Nothing>) -> bool {
        let mut context = Context::from_waker(Waker::noop());
        Service::<()>::poll_ready(worker, &mut context).is_ready()
    }

    #[tokio::test]
    async fn one_job_is_taken_in_each_period_until_the_end() {
        let cooldown = Cooldown::default();
        let mut worker = cooldown.layer(Nothing);
        assert!(is_ready(&mut worker));
        cooldown.begin(Duration::from_millis(200));
        assert!(!is_ready(&mut worker));
        let taken = poll_fn(|cx| Service::<()>::poll_ready(&mut worker, cx)).await;
        taken.unwrap();
        worker.call(()).await.unwrap();
        assert!(!is_ready(&mut worker), "the next period has begun");
        cooldown.end();
        assert!(is_ready(&mut worker));
    }

    #[tokio::test]
    async fn a_worker_that_waits_goes_on_at_once_when_it_ends() {
        let cooldown = Cooldown::default();
        let mut worker = cooldown.layer(Nothing);
        assert_eq!([cooldown.count_failure(), cooldown.count_failure()], [1, 2]);
        cooldown.begin(HOUR);
        let waits = poll_fn(|cx| Service::<()>::poll_ready(&mut worker, cx));
        let (waited, ()) = tokio::join!(waits, async { cooldown.reset() });
        waited.unwrap();
        assert_eq!(cooldown.count_failure(), 1);
    }
}
