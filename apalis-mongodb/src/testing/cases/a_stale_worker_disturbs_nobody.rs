//! A worker that was frozen beyond its lease cannot take its job back or acknowledge it.

use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use tokio::sync::{Notify, watch};

use crate::testing::case::About;
use crate::testing::test_queue::{Run, TestQueue};
use crate::testing::{CaseError, Subject};

const STOLEN: u32 = 1;
const OTHER: u32 = 2;
/// For what a late worker sends to reach the store.
const SETTLE: Duration = Duration::from_secs(2);

pub(super) const ABOUT: About =
    About::new("a worker frozen beyond its lease does not disturb the one that took over its job")
        .shows(11);

pub(super) async fn play<S: Subject>(test: TestQueue<S>) -> Result<(), CaseError> {
    test.push([STOLEN]).await?;
    let (thaw, frozen) = mpsc::channel::<()>();
    let frozen = Arc::new(Mutex::new(frozen));
    let (late, ended_late) = watch::channel(false);
    let late = Arc::new(late);
    let stale = test.worker("stale").start(move |_| {
        let (frozen, late) = (Arc::clone(&frozen), Arc::clone(&late));
        async move {
            // Blocks the worker's thread: no heartbeat, no acknowledgement, nothing. What comes
            // is the end of the sleep, and so is a sender that is gone.
            let _ = frozen.lock().map(|sleep| sleep.recv());
            tokio::time::sleep(SETTLE).await;
            late.send_replace(true);
            Ok(())
        }
    })?;
    test.journal
        .started(STOLEN, 1, Duration::from_secs(10))
        .await?;
    // Ahead of the other job in the successor's buffer, which so has time to be disturbed.
    test.push_with(OTHER, |task| task.priority(10)).await?;
    let began = Arc::new(Notify::new());
    let begun = Arc::clone(&began);
    let blocker = test.settings.timing.lease * 2;
    let successor = test.worker("successor").start(move |run: Run| {
        let (began, mut ended_late) = (Arc::clone(&began), ended_late.clone());
        async move {
            if run.number == OTHER && run.nth == 1 {
                // Meanwhile the lease of the other job expires.
                tokio::time::sleep(blocker).await;
                return Err("once more, before the other".into());
            }
            began.notify_one();
            // Whether the sender is gone or the value came: the late one has ended.
            let _ = ended_late.wait_for(|ended| *ended).await;
            tokio::time::sleep(SETTLE).await;
            if run.number == STOLEN && run.nth == 2 {
                return Err("to be tried again, whatever the stale worker says".into());
            }
            Ok(())
        }
    })?;
    let taken = tokio::time::timeout(Duration::from_secs(30), begun.notified());
    let taken = taken.await;
    // In either case the frozen thread must go on.
    let _ = thaw.send(());
    if taken.is_err() {
        return Err(CaseError::failed(
            "nobody took over the job of the frozen worker",
        ));
    }
    let again = test
        .journal
        .started(STOLEN, 3, Duration::from_secs(20))
        .await;
    successor.lives()?;
    if again.is_err() {
        return Err(CaseError::Failed(format!(
            "the failure of the new owner was overwritten by the stale worker: {} runs and not 3",
            test.journal.runs(STOLEN)
        )));
    }
    drop(stale);
    Ok(())
}
