//! Operators change many jobs: all at once or in steps, each job once, with a line that says who.

use std::collections::BTreeSet;
use std::time::Duration;

use apalis_core::error::AbortError;
use apalis_mongodb::operator::{BulkOptions, Change, Fate, Note, Selection, StepOptions};
use apalis_mongodb::{JobFilter, JobHandle, JobState, NewJob, Outcome};
use dossier_devstack::testing::Logs;
use mongodb::bson::{DateTime, Document, doc};

use crate::harness::{Bench, Notes, eventually};
use crate::worker;

fn note(key: &str) -> Note {
    Note {
        key: key.to_owned(),
        line: format!("changed by {key}"),
    }
}

fn step(most: u64, key: &str) -> StepOptions {
    StepOptions {
        most,
        note: Some(note(key)),
        ..StepOptions::default()
    }
}

async fn waiting(bench: &Bench, count: u32) -> Vec<String> {
    let storage = bench.storage::<u32>();
    let jobs = (0..count).map(|n| NewJob::new(n).run_in(Duration::from_secs(3600)));
    let enqueued = storage.enqueue_many(jobs).await.unwrap();
    let mut ids: Vec<String> = enqueued.iter().map(ToString::to_string).collect();
    ids.sort();
    ids
}

/// The instant by the server's clock.
async fn now(bench: &Bench) -> DateTime {
    let hello = bench.db().run_command(doc! { "hello": 1 }).await.unwrap();
    *hello.get_datetime("localTime").unwrap()
}

/// An instant that is over by the server's clock.
async fn past_instant(bench: &Bench) -> DateTime {
    let instant = now(bench).await;
    eventually("the server's clock goes on", async || {
        let now = now(bench).await;
        if now > instant {
            Ok(())
        } else {
            Err("not yet")
        }
    })
    .await;
    instant
}

#[tokio::test]
async fn steps_walk_over_all_jobs_and_a_change_is_made_to_each_once() {
    let bench = Bench::new().await;
    let operator = bench.operator();
    let ids = waiting(&bench, 7).await;
    let all = Selection::from(JobFilter::queue("test"));
    assert_eq!(
        operator
            .count_steps(Change::RunNow, &all, &step(0, "one"))
            .await
            .unwrap(),
        7
    );
    let (mut options, mut seen) = (step(3, "one"), Vec::new());
    let next = operator.next_jobs(Change::RunNow, &all, &options).await;
    assert_eq!(next.unwrap(), ids[..3]);
    let queues = operator.step_queues(Change::RunNow, &all, &options).await;
    assert_eq!(queues.unwrap(), BTreeSet::from(["test".to_owned()]));
    let none = Selection::id("unknown");
    let queues = operator.step_queues(Change::RunNow, &none, &options).await;
    assert!(queues.unwrap().is_empty());
    loop {
        let step = operator.change_step(Change::RunNow, &all, &options).await;
        let step = step.unwrap();
        if step.ids.is_empty() {
            break;
        }
        assert_eq!(step.report.changed, step.ids.len() as u64);
        seen.extend(step.ids);
        options.after = step.cursor;
    }
    assert_eq!(seen, ids);
    bench.counts(JobState::Ready, 7).await;
    // Again from the beginning, as after a crash: nothing is left of the same change, all of another.
    assert!(
        operator
            .change_step(Change::RunNow, &all, &step(100, "one"))
            .await
            .unwrap()
            .ids
            .is_empty()
    );
    let noted = operator
        .find_noted(&all, "one", Some(ids[4].as_str()))
        .await;
    assert_eq!(noted.unwrap(), (2, Some(ids[6].clone())));
    let noted = operator.find_noted(&all, "two", None).await;
    assert_eq!(noted.unwrap(), (0, None));
    assert_eq!(
        operator
            .change_step(Change::Cancel, &all, &step(100, "two"))
            .await
            .unwrap()
            .report
            .changed,
        7
    );
    let job = bench.job(&ids[0]).await;
    let lines: Vec<&str> = job.log.iter().map(|line| line.line.as_str()).collect();
    assert_eq!(lines, ["changed by one", "changed by two"]);
}

#[tokio::test]
async fn two_who_make_the_same_change_at_once_make_it_once() {
    let bench = Bench::new().await;
    let operator = bench.operator();
    let ids = waiting(&bench, 100).await;
    let all = Selection::from(JobFilter::queue("test"));
    let cancel = operator.cancel_jobs(&all, BulkOptions::default()).await;
    assert_eq!(cancel.unwrap().changed, 100);
    let options = step(100, "one");
    let retry = || operator.change_step(Change::Retry, &all, &options);
    let (one, two) = tokio::join!(retry(), retry());
    assert_eq!(
        one.unwrap().report.changed + two.unwrap().report.changed,
        100
    );
    for id in ids {
        assert_eq!(bench.job(&id).await.log.len(), 1, "{id}");
    }
}

#[tokio::test]
async fn what_came_after_the_cutoff_is_left_alone() {
    let bench = Bench::new().await;
    let operator = bench.operator();
    let ids = waiting(&bench, 2).await;
    let all = Selection::from(JobFilter::queue("test"));
    let first = Selection::id(ids[0].clone());
    let cancel = operator.cancel_jobs(&first, BulkOptions::default()).await;
    assert_eq!(cancel.unwrap().changed, 1);
    let cutoff = Some(past_instant(&bench).await);
    let cancel = operator.cancel_jobs(&all, BulkOptions::default()).await;
    assert_eq!(cancel.unwrap().changed, 1);
    waiting(&bench, 3).await;
    let options = StepOptions {
        cutoff,
        ..step(100, "one")
    };
    let retried = operator.change_step(Change::Retry, &all, &options).await;
    assert_eq!(retried.unwrap().ids, ids[..1], "it was cancelled before");
    let cancelled = operator.change_step(Change::Cancel, &all, &options).await;
    assert!(cancelled.unwrap().ids.is_empty(), "it has the line already");
    let other = StepOptions {
        note: Some(note("two")),
        ..options
    };
    let cancelled = operator.change_step(Change::Cancel, &all, &other).await;
    assert_eq!(cancelled.unwrap().ids, ids[..1], "the others came later");
}

#[tokio::test]
async fn a_job_that_dies_or_is_done_after_the_cutoff_is_not_deleted() {
    let bench = Bench::new().await;
    let (operator, storage) = (bench.operator(), bench.storage::<u32>());
    storage.enqueue_many((0..2).map(NewJob::new)).await.unwrap();
    let later = waiting(&bench, 1).await;
    let cutoff = Some(past_instant(&bench).await);
    let running = worker!(bench.storage::<u32>(), 2, |number: u32| async move {
        match number {
            0 => Err(AbortError::new("it dies")),
            _ => Ok(()),
        }
    });
    bench.counts(JobState::Dead, 1).await;
    bench.counts(JobState::Done, 1).await;
    running.stop().await;
    let all = Selection::from(JobFilter::queue("test"));
    let options = StepOptions {
        cutoff,
        ..step(100, "one")
    };
    let deleted = operator.change_step(Change::Delete, &all, &options).await;
    assert_eq!(deleted.unwrap().ids, later);
    bench.counts(JobState::Dead, 1).await;
    bench.counts(JobState::Done, 1).await;
}

#[tokio::test]
async fn a_running_job_that_is_released_runs_elsewhere_and_its_first_handler_is_refused() {
    let logs = Logs::collect();
    let bench = Bench::new().await;
    let operator = bench.operator();
    let notes = Notes::default();
    let seen = notes.clone();
    let running = worker!(bench.storage::<u32>(), 2, move |_: u32, job: JobHandle| {
        let notes = seen.clone();
        async move {
            notes.add(job.attempt().to_string());
            if notes.all().len() == 1 {
                job.lost().await;
                notes.add("lost");
                return Err(AbortError::new("too late"));
            }
            Ok(())
        }
    });
    let id = bench.storage::<u32>().enqueue(1).await.unwrap();
    notes.reach(1).await;
    let selection = Selection::id(id.to_string());
    let dry = BulkOptions {
        dry_run: true,
        max_jobs: None,
    };
    assert_eq!(
        operator
            .release_jobs(&selection, dry)
            .await
            .unwrap()
            .matched,
        1
    );
    let since = now(&bench).await;
    let report = operator
        .release_jobs(&selection, BulkOptions::default())
        .await;
    assert_eq!(report.unwrap().changed, 1);
    let job = bench.reaches(&id, JobState::Done).await;
    notes.reach(3).await;
    running.stop().await;
    let job_after = bench.job(&id).await;
    assert_eq!(job_after.state, JobState::Done, "the late end is refused");
    let said = logs.lines("the job is dead");
    assert!(said.is_empty(), "it is not dead: {said:?}");
    assert_eq!(job.history[0].outcome, Outcome::Released);
    assert_eq!((job.attempts, job.history.len()), (1, 2));
    let fates = operator.fates(&[id.to_string()], since).await.unwrap();
    assert_eq!(fates, [(id.to_string(), Fate::Done)]);
    let again = operator
        .release_jobs(&selection, BulkOptions::default())
        .await;
    assert_eq!(again.unwrap().matched, 0, "it does not run");
}

#[tokio::test]
async fn a_job_that_is_released_while_its_handler_ends_ends_once() {
    let bench = Bench::new().await;
    let operator = bench.operator();
    let notes = Notes::default();
    let seen = notes.clone();
    let running = worker!(bench.storage::<u32>(), 8, move |number: u32| {
        let notes = seen.clone();
        async move { notes.add(number.to_string()) }
    });
    let storage = bench.storage::<u32>();
    storage
        .enqueue_many((0..200).map(NewJob::new))
        .await
        .unwrap();
    let runs = Selection::from(JobFilter::queue("test").state(JobState::Running));
    let mut released = 0;
    while notes.all().len() < 200 {
        let report = operator.release_jobs(&runs, BulkOptions::default()).await;
        released += report.unwrap().changed;
    }
    bench.counts(JobState::Done, 200).await;
    running.stop().await;
    let jobs = bench.db().collection::<Document>("apalis_jobs");
    let ended_twice = doc! { "history.1": { "$exists": true }, "history": {
        "$not": { "$elemMatch": { "outcome": "released" } },
    } };
    let ended_twice = jobs.count_documents(ended_twice).await.unwrap();
    assert_eq!(ended_twice, 0, "{released} were released");
}

#[tokio::test]
async fn a_cohort_means_exactly_the_dead_jobs_whose_errors_differ_in_what_differs_from_job_to_job()
{
    let bench = Bench::new().await;
    let operator = bench.operator();
    let long = "x".repeat(100);
    let texts: [String; 14] = [
        "permanent error (550): 5.1.1 no such user 17".into(),
        "permanent  error (550): 5.1.1 no such user a***@example.com".into(),
        "permanent error (550): 5.1.1 no such user #\nand a second line".into(),
        "permanent error (550): 5.1.1 no such user 550".into(),
        "permanent error (550): 5.1.1 no such user 17 at all".into(),
        "permanent error (552): 5.1.1 no such user 17".into(),
        "Permanent error (550): 5.1.1 no such user 17".into(),
        format!("permanent error (550): 5.1.1 no such user {long}"),
        "a.b*c [x] $1 (?:y) \\d".into(),
        "a.b*c [x] 71 (?:y) \\d".into(),
        "axbbc [x] 71 (?:y) \\d".into(),
        "word ".repeat(24),
        "word ".repeat(25),
        String::new(),
    ];
    let texts_of_jobs = texts.clone();
    let running = worker!(bench.storage::<u32>(), 4, move |number: u32| {
        let text = texts_of_jobs[number as usize].clone();
        async move { Err::<(), _>(AbortError::new(text)) }
    });
    let jobs = (0..texts.len() as u32).map(|n| NewJob::new(n).id(format!("job-{n:02}")));
    bench.storage::<u32>().enqueue_many(jobs).await.unwrap();
    bench.counts(JobState::Dead, texts.len() as u64).await;
    running.stop().await;
    let cohorts = operator.failure_cohorts(None).await.unwrap();
    let mut members = Vec::new();
    for cohort in &cohorts {
        let page = operator.list_jobs(&cohort.filter(), None, 100).await;
        let mut ids: Vec<String> = page.unwrap().items.into_iter().map(|job| job.id).collect();
        ids.sort();
        assert_eq!(ids.len() as u64, cohort.count, "{cohort:?}: {ids:?}");
        assert!(ids.contains(&cohort.sample_id), "{cohort:?}");
        members.push(ids);
    }
    let of = |numbers: &[usize]| {
        let ids = numbers.iter().map(|n| format!("job-{n:02}"));
        ids.collect::<Vec<_>>()
    };
    assert!(members.contains(&of(&[0, 1, 2, 7])), "{cohorts:?}");
    assert!(members.contains(&of(&[8, 9])), "{cohorts:?}");
    let all: usize = members.iter().map(Vec::len).sum();
    assert_eq!(all, texts.len(), "each job is of one cohort: {cohorts:?}");
}
