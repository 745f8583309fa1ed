//! Lists of jobs cost what they show, whatever the jobs hold.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use apalis_mongodb::{JobFilter, JobState, NewJob, Operator};
use mongodb::Client;
use mongodb::bson::{Document, doc};
use mongodb::event::EventHandler;
use mongodb::event::command::CommandEvent;
use mongodb::options::ClientOptions;

use crate::foreign_documents::sound;
use crate::harness::Bench;
use crate::worker;

const MIB: usize = 1024 * 1024;
/// Of eight bytes of a job's MiB, a list needs far less than one.
const MOST_BYTES: usize = 64 * 1024;

/// An operator whose server's replies are measured.
async fn measured(bench: &Bench) -> (Operator, Arc<AtomicUsize>) {
    let received = Arc::new(AtomicUsize::new(0));
    let bytes = Arc::clone(&received);
    let mut options = ClientOptions::parse(bench.uri()).await.unwrap();
    options.command_event_handler = Some(EventHandler::callback(move |event| {
        if let CommandEvent::Succeeded(answered) = event {
            let reply = mongodb::bson::serialize_to_vec(&answered.reply).unwrap();
            bytes.fetch_add(reply.len(), Ordering::SeqCst);
        }
    }));
    let client = Client::with_options(options).unwrap();
    let db = client.database(bench.db().name());
    (Operator::new(&db, &bench.config), received)
}

#[tokio::test]
async fn a_page_of_jobs_of_8_mb_transfers_neither_payloads_nor_results() {
    let bench = Bench::new().await;
    let running = worker!(bench.storage::<String>(), 2, async |payload: String| {
        payload[..6 * MIB].to_owned()
    });
    let storage = bench.storage::<String>();
    let mut ids = Vec::new();
    for _ in 0..6 {
        let job = NewJob::new("x".repeat(8 * MIB)).metadata("note", "y".repeat(MIB));
        ids.push(storage.enqueue(job).await.unwrap().to_string());
    }
    bench.counts(JobState::Done, 6).await;
    running.stop().await;

    let (operator, received) = measured(&bench).await;
    let page = operator
        .list_jobs(&JobFilter::queue("test"), None, 50)
        .await;
    assert_eq!(page.unwrap().items.len(), 6);
    let listing = received.swap(0, Ordering::SeqCst);
    assert!(
        (100..MOST_BYTES).contains(&listing),
        "{listing} bytes for a list"
    );
    assert_eq!(operator.find_jobs(&ids).await.unwrap().len(), 6);
    let finding = received.swap(0, Ordering::SeqCst);
    assert!(
        (100..MOST_BYTES).contains(&finding),
        "{finding} bytes for a look-up"
    );
    // The measure is good: one job has everything.
    let job = operator.find_job(&ids[0]).await.unwrap().unwrap();
    assert_eq!(job.payload.as_str().unwrap().len(), 8 * MIB);
    assert!(received.load(Ordering::SeqCst) > 14 * MIB);
}

#[tokio::test]
async fn the_oldest_ready_job_is_found_with_a_seek_for_each_priority() {
    let bench = Bench::new().await;
    let storage = bench.storage::<u32>();
    let jobs = (0..600).map(|n| NewJob::new(n).priority(i32::try_from(n % 3).unwrap()));
    storage.enqueue_many(jobs).await.unwrap();
    let mut options = ClientOptions::parse(bench.uri()).await.unwrap();
    let sent = Arc::new(std::sync::Mutex::new(Vec::new()));
    let seen = Arc::clone(&sent);
    options.command_event_handler = Some(EventHandler::callback(move |event| {
        if let CommandEvent::Started(started) = event
            && started.command_name == "aggregate"
        {
            seen.lock().unwrap().push(started.command);
        }
    }));
    let client = Client::with_options(options).unwrap();
    let operator = Operator::new(&client.database(bench.db().name()), &bench.config);
    assert!(operator.oldest_ready_age("test").await.unwrap().is_some());
    let mut command = sent.lock().unwrap().pop().unwrap();
    for field in ["lsid", "$db", "$clusterTime", "writeConcern"] {
        command.remove(field);
    }
    let explain = doc! { "explain": command, "verbosity": "executionStats" };
    let plan = bench.db().run_command(explain).await.unwrap();
    let keys = keys_examined(&plan);
    assert!((3..=8).contains(&keys), "{keys} keys: {plan}");
}

/// Of the stage that reads the index, wherever the plan has it.
fn keys_examined(plan: &Document) -> i64 {
    let here = plan.get("totalKeysExamined");
    let here = here.and_then(|it| it.as_i64().or(it.as_i32().map(i64::from)));
    here.unwrap_or_else(|| {
        let documents = plan.iter().flat_map(|(_, value)| match value {
            mongodb::bson::Bson::Document(document) => vec![document],
            mongodb::bson::Bson::Array(array) => {
                array.iter().filter_map(|it| it.as_document()).collect()
            }
            _ => Vec::new(),
        });
        documents.map(keys_examined).max().unwrap_or(0)
    })
}

#[tokio::test]
async fn a_list_goes_on_behind_an_empty_id() {
    let bench = Bench::new().await;
    let nameless = NewJob::new(1).id("");
    bench.storage::<u32>().enqueue(nameless).await.unwrap();
    let mut stranger = sound("", "Pending");
    stranger.insert("_id", 7);
    let jobs = bench.db().collection::<Document>("apalis_jobs");
    jobs.insert_one(stranger).await.unwrap();
    let (operator, all) = (bench.operator(), JobFilter::default());
    let first = operator.list_jobs(&all, None, 1).await.unwrap();
    assert_eq!(first.items[0].id, "");
    let cursor = first.next_cursor.as_deref();
    let second = operator.list_jobs(&all, cursor, 1).await.unwrap();
    assert_eq!((second.items.len(), second.next_cursor), (1, None));
}
