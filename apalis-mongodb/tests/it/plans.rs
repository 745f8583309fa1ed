//! The server answers from indexes: what is asked often reads no more than it returns.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use apalis_core::error::BoxDynError;
use apalis_mongodb::{JobHandle, JobState, MongoStorage, NewJob, Retention};
use mongodb::Client;
use mongodb::bson::{Bson, DateTime, Document, doc};
use mongodb::event::EventHandler;
use mongodb::event::command::CommandEvent;
use mongodb::options::ClientOptions;

use crate::harness::{Bench, eventually};
use crate::worker;

/// Documents and keys the server read for `command`.
async fn cost(bench: &Bench, command: Document) -> (i64, i64) {
    let explain = doc! { "explain": command, "verbosity": "executionStats" };
    let plan = bench.db().run_command(explain).await.unwrap();
    let stats = plan.get_document("executionStats").unwrap();
    let number = |field| {
        let number = stats.get(field).unwrap();
        number.as_i64().or(number.as_i32().map(i64::from)).unwrap()
    };
    (number("totalDocsExamined"), number("totalKeysExamined"))
}

async fn fill(bench: &Bench) {
    let storage = bench.storage::<u32>();
    let later = Duration::from_secs(3600);
    let scheduled = (0..300).map(|n| NewJob::new(n).run_in(later));
    storage.enqueue_many(scheduled).await.unwrap();
    storage
        .enqueue_many((0..200).map(NewJob::new))
        .await
        .unwrap();
    let jobs = bench.db().collection::<Document>("apalis_jobs");
    let past = DateTime::now();
    let done: Vec<Document> = (0..500)
        .map(|n| {
            doc! {
                "_id": format!("done-{n}"), "queue": "test", "status": "Done", "priority": 0,
                "run_at": past, "finished_at": past, "args": n, "attempts": 1,
            }
        })
        .collect();
    jobs.insert_many(done).await.unwrap();
    let hour = DateTime::from_millis(past.timestamp_millis() + 3_600_000);
    let dead = (0..500).map(|n| {
        doc! {
            "_id": format!("dead-{n}"), "queue": "test", "status": "Failed", "priority": 0,
            "run_at": past, "finished_at": hour, "args": n, "attempts": 1,
        }
    });
    jobs.insert_many(dead).await.unwrap();
}

#[tokio::test]
async fn counts_read_no_document() {
    let bench = Bench::new().await;
    fill(&bench).await;
    bench.counts(JobState::Done, 500).await;
    let finished = doc! {
        "count": "apalis_jobs", "hint": "finished",
        "query": { "queue": "test", "status": "Done", "finished_at": { "$gt": DateTime::from_millis(0) } },
    };
    assert_eq!(cost(&bench, finished).await.0, 0);
    let lately = doc! {
        "count": "apalis_jobs", "hint": "finished", "limit": 100_i64,
        "query": { "queue": "test", "status": "Done", "finished_at": { "$gte": DateTime::from_millis(1) } },
    };
    let (documents, keys) = cost(&bench, lately).await;
    assert!(
        documents == 0 && keys <= 102,
        "{documents} documents, {keys} keys"
    );
    let running = doc! {
        "count": "apalis_jobs", "hint": "lease", "query": { "queue": "test", "status": "Running" },
    };
    assert_eq!(cost(&bench, running).await.0, 0);
    let ready = doc! {
        "count": "apalis_jobs", "hint": "claim_order",
        "query": { "queue": "test", "status": "Pending", "run_at": { "$lte": DateTime::now() } },
    };
    let (documents, keys) = cost(&bench, ready).await;
    assert!(
        documents == 0 && keys <= 202,
        "{documents} documents, {keys} keys"
    );
}

/// What a worker sends while it runs `jobs` jobs, as the driver saw it.
async fn commands_of_a_worker(bench: &Bench, jobs: u32) -> Vec<Document> {
    let sent = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&sent);
    let mut options = ClientOptions::parse(bench.uri()).await.unwrap();
    options.command_event_handler = Some(EventHandler::callback(move |event| {
        if let CommandEvent::Started(started) = event {
            seen.lock().unwrap().push(started.command);
        }
    }));
    let client = Client::with_options(options).unwrap();
    let db = client.database(bench.db().name());
    let storage = MongoStorage::<u32>::new(&db, bench.config.clone());
    let running = worker!(storage, 4, async |fails: u32, job: JobHandle| {
        if fails.is_multiple_of(5) && job.attempt() == 1 {
            return Err(BoxDynError::from("no luck"));
        }
        Ok(fails)
    });
    let new = (0..jobs).map(NewJob::new);
    bench.storage::<u32>().enqueue_many(new).await.unwrap();
    bench.counts(JobState::Done, u64::from(jobs)).await;
    // Two heartbeats and two sweeps.
    tokio::time::sleep(bench.config.lease()).await;
    eventually("it has looked for old jobs", async || {
        let sent = sent.lock().unwrap();
        let filters = sent.iter().filter_map(|it| it.get_document("filter").ok());
        match filters.filter(|it| it.contains_key("finished_at")).count() {
            0 => Err(format!("{} commands", sent.len())),
            _ => Ok(()),
        }
    })
    .await;
    running.stop().await;
    let sent = sent.lock().unwrap();
    sent.clone()
}

/// The parts of a command that the server can explain, each with how many jobs it is about.
fn explainable(command: &Document) -> Vec<(Document, i64)> {
    let number = |value: &Bson| value.as_i64().or(value.as_i32().map(i64::from));
    let ids = |filter: &Document| {
        let id = filter.get("_id")?;
        let ids = id.as_document().and_then(|id| id.get_array("$in").ok());
        Some(ids.map_or(1, |ids| i64::try_from(ids.len()).unwrap()))
    };
    if command.contains_key("find") {
        let filter = command.get_document("filter").unwrap();
        // No job here is old enough to be removed.
        let old = filter.contains_key("finished_at").then_some(0);
        let about = ids(filter).or(old);
        let limit = command.get("limit").and_then(number);
        let mut find = command.clone();
        find.retain_keys(&[
            "find",
            "filter",
            "sort",
            "hint",
            "limit",
            "projection",
            "min",
            "max",
        ]);
        return vec![(find, about.or(limit).unwrap_or(i64::MAX))];
    }
    let statements = command.get_array("updates").map(Vec::as_slice);
    let about = |statement: &Bson| ids(statement.as_document()?.get_document("q").ok()?);
    statements
        .unwrap_or_default()
        .iter()
        .map(|statement| {
            let update = doc! { "update": "apalis_jobs", "updates": [statement] };
            (update, about(statement).unwrap_or(i64::MAX))
        })
        .collect()
}

/// Left to itself the server may take an index for one of the other conditions, as it does when it
/// has found that one good for other values.
fn assert_hinted(part: &Document) {
    let statement = part.get_array("updates").map(|updates| &updates[0]);
    let statement = statement.ok().and_then(Bson::as_document).unwrap_or(part);
    let filter = statement.get_document("q").or(part.get_document("filter"));
    let filter = filter.unwrap();
    let by_id = filter.contains_key("_id") && filter.len() > 1;
    let waiting = filter.get_str("status").ok() == Some("Pending");
    let hint = statement.get("hint").cloned();
    if by_id {
        assert_eq!(hint, Some(Bson::Document(doc! { "_id": 1 })), "{part}");
    } else if waiting {
        assert_eq!(hint, Some(Bson::from("claim_order")), "{part}");
    }
}

trait RetainKeys {
    fn retain_keys(&mut self, kept: &[&str]);
}

impl RetainKeys for Document {
    fn retain_keys(&mut self, kept: &[&str]) {
        let others: Vec<String> = self.keys().cloned().collect();
        for key in others.iter().filter(|key| !kept.contains(&key.as_str())) {
            self.remove(key);
        }
    }
}

#[tokio::test]
async fn what_a_worker_sends_reads_no_more_jobs_than_it_is_about_whatever_else_there_is() {
    let bench = Bench::with(|config| {
        config.retention(Retention {
            dead: Some(Duration::from_secs(1)),
            ..Retention::default()
        })
    })
    .await;
    let sent = commands_of_a_worker(&bench, 60).await;
    // Now many jobs wait, run and are done.
    fill(&bench).await;
    let hour = DateTime::from_millis(DateTime::now().timestamp_millis() + 3_600_000);
    let running = (0..300).map(|n| {
        doc! {
            "_id": format!("running-{n:03}"), "queue": "test", "status": "Running", "priority": 0,
            "run_at": DateTime::now(), "lease_until": hour, "args": n, "attempts": 1,
        }
    });
    let jobs = bench.db().collection::<Document>("apalis_jobs");
    jobs.insert_many(running).await.unwrap();
    let mut explained = BTreeMap::new();
    for command in &sent {
        let name = command.keys().next().unwrap().as_str();
        if command.get_str(name).ok() != Some("apalis_jobs") {
            continue;
        }
        for (part, about) in explainable(command) {
            assert_hinted(&part);
            let (documents, keys) = cost(&bench, part.clone()).await;
            // Between two ids that are not neighbours a key more is read.
            let most = about.saturating_mul(2).saturating_add(3);
            assert!(
                documents <= about && keys <= most,
                "{documents} documents and {keys} keys for {about}: {part}"
            );
            *explained.entry(name.to_owned()).or_insert(0) += 1;
            let sort = part.get_document("sort");
            if sort.is_ok_and(|sort| sort.contains_key("finished_at")) {
                *explained.entry("retention".to_owned()).or_insert(0) += 1;
            }
        }
    }
    let count = |name| explained.get(name).copied().unwrap_or(0);
    assert!(count("find") > 5 && count("update") > 5, "{explained:?}");
    assert!(count("retention") > 0, "{explained:?}");
}
