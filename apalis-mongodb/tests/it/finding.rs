//! Jobs are found by what stands in them, and those that are not finished by how long it takes.

use std::collections::BTreeMap;
use std::time::Duration;

use apalis_core::error::{AbortError, BoxDynError};
use apalis_mongodb::{JobFact, JobFilter, JobState, NewJob, Outcome, RetryStrategy};

use crate::harness::{Bench, eventually};
use crate::worker;

#[tokio::test]
async fn jobs_are_found_by_what_stands_in_them_and_how_their_last_attempt_ended() {
    let bench = Bench::new().await;
    let storage = bench.storage::<BTreeMap<String, String>>();
    let payload = |name: &str| BTreeMap::from([("name".to_owned(), name.to_owned())]);
    for name in ["ada", "bob", "eve"] {
        let job = NewJob::new(payload(name)).id(name);
        storage.enqueue(job.metadata("by", "ops")).await.unwrap();
    }
    let job = NewJob::new(payload("ada")).id("later");
    let job = job.run_in(Duration::from_secs(3600));
    storage.enqueue(job).await.unwrap();
    let running = worker!(
        bench.storage::<BTreeMap<String, String>>(),
        1,
        async |job: BTreeMap<String, String>| match &*job["name"] {
            "bob" => Err(AbortError::new("never")),
            _ => Ok(()),
        }
    );
    bench.counts(JobState::Dead, 1).await;
    bench.counts(JobState::Done, 2).await;
    running.stop().await;
    let named = |values: &[&str]| JobFact::Payload {
        field: "name".to_owned(),
        values: values.iter().map(|value| (*value).to_owned()).collect(),
    };
    let by_ops = JobFact::Metadata {
        key: "by".to_owned(),
        values: vec!["ops".to_owned()],
    };
    let any = JobFilter {
        any_of: vec![named(&["bob"]), named(&["eve", "mallory"])],
        ..JobFilter::default()
    };
    let both = JobFilter {
        all_of: vec![named(&["ada"]), by_ops],
        ..JobFilter::default()
    };
    let aborted = JobFilter {
        outcomes: vec![Outcome::Aborted, Outcome::TimedOut],
        ..JobFilter::default()
    };
    let expected: [(JobFilter, &[&str]); 3] = [
        (any, &["eve", "bob"]),
        (both, &["ada"]),
        (aborted, &["bob"]),
    ];
    for (filter, ids) in expected {
        let page = bench.operator().list_jobs(&filter, None, 10).await.unwrap();
        let found: Vec<&str> = page.items.iter().map(|job| job.id.as_str()).collect();
        assert_eq!(found, ids, "{filter:?}");
    }
}

#[tokio::test]
async fn a_job_that_failed_and_waits_counts_as_unfinished_and_one_process_reports_on_it() {
    let bench = Bench::new().await;
    let operator = bench.operator();
    assert_eq!(operator.oldest_unfinished_age("test").await.unwrap(), None);
    let storage = bench.storage::<u32>();
    let later = NewJob::new(1).run_in(Duration::from_secs(3600));
    storage.enqueue(later).await.unwrap();
    let unfinished = operator.oldest_unfinished_age("test").await.unwrap();
    assert_eq!(unfinished, None, "it was not due yet");
    let hour = RetryStrategy::Fixed(Duration::from_secs(3600));
    let id = storage.enqueue(NewJob::new(2).retry(hour)).await.unwrap();
    let running = worker!(bench.storage::<u32>(), 1, async |_: u32| {
        Err::<(), _>(BoxDynError::from("the server is down"))
    });
    eventually("it has failed", async || {
        let job = bench.job(&id).await;
        let has_failed = job.state == JobState::Scheduled && job.attempts == 1;
        has_failed.then_some(()).ok_or(job.state)
    })
    .await;
    running.stop().await;
    assert_eq!(operator.oldest_ready_age("test").await.unwrap(), None);
    let unfinished = operator.oldest_unfinished_age("test").await.unwrap();
    assert!(unfinished.is_some(), "it failed and is not finished");

    let term = Duration::from_secs(60);
    let reserve =
        async |reporter: &'static str| operator.reserve_reporting("test", reporter, term).await;
    assert!(reserve("one").await.unwrap());
    assert!(!reserve("two").await.unwrap());
    assert!(reserve("one").await.unwrap(), "it stays");
    operator.end_reporting("one").await.unwrap();
    assert!(reserve("two").await.unwrap());
}
