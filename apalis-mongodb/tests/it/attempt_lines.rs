//! Every attempt is one line, which says how it ended and which trace it belongs to.

use apalis_core::error::BoxDynError;
use apalis_mongodb::{JobHandle, JobState, NewJob, TRACEPARENT};
use dossier_devstack::testing::Logs;

use crate::harness::Bench;
use crate::worker;

const PARENT: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

/// The one line of `logs` that says `words` of an attempt.
#[track_caller]
fn line(logs: &Logs, words: &str) -> String {
    let mut lines = logs.lines(words);
    lines.retain(|line| line.contains("attempt="));
    assert_eq!(lines.len(), 1, "{words}: {lines:?}");
    lines.remove(0)
}

#[tokio::test]
async fn an_attempt_is_one_line_with_what_the_handler_said_and_the_trace_of_its_job() {
    let logs = Logs::collect();
    let bench = Bench::new().await;
    let running = worker!(bench.storage::<u32>(), 1, async |_: u32, job: JobHandle| {
        assert_eq!(job.metadata(TRACEPARENT), Some(PARENT));
        assert_eq!(job.metadata("another"), None);
        job.describe("number one");
        job.set_kind("first");
        match job.attempt() {
            1 => Err(BoxDynError::from("no luck")),
            _ => Ok(()),
        }
    });
    let job = NewJob::new(1).metadata(TRACEPARENT, PARENT);
    let id = bench.storage::<u32>().enqueue(job).await.unwrap();
    bench.reaches(&id, JobState::Done).await;
    running.stop().await;

    let trace = "trace_id=\"0af7651916cd43dd8448eb211c80319c\"";
    for (words, level) in [("attempt 1 of", "WARN"), ("attempt 2 of", "INFO")] {
        let line = line(&logs, words);
        let fields = [
            level,
            trace,
            "kind=\"first\"",
            "subject=\"number one\"",
            "wait_ms=",
            "duration_ms=",
        ];
        for part in fields {
            assert!(line.contains(part), "{part}: {line}");
        }
    }
    assert!(line(&logs, "attempt 1 of").contains("next_at="));
    assert!(line(&logs, "attempt 2 of").contains("is done"));
}

#[tokio::test]
async fn a_handler_may_say_another_trace_and_one_that_is_not_well_formed_is_none() {
    let logs = Logs::collect();
    let bench = Bench::new().await;
    let running = worker!(
        bench.storage::<u32>(),
        1,
        async |number: u32, job: JobHandle| {
            if number == 1 {
                job.set_trace_id("another");
            }
            Ok::<_, BoxDynError>(())
        }
    );
    for number in [1, 2] {
        let job = NewJob::new(number).metadata(TRACEPARENT, "00-of-nothing-01");
        let id = bench.storage::<u32>().enqueue(job).await.unwrap();
        bench.reaches(&id, JobState::Done).await;
        let line = line(&logs, &id.to_string());
        assert_eq!(line.contains("trace_id=\"another\""), number == 1, "{line}");
        assert_eq!(line.contains("trace_id="), number == 1, "{line}");
    }
    running.stop().await;
}
