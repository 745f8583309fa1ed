//! Jobs that programs in other languages enqueue with a plain insert.

use apalis_mongodb::{Config, JobHandle, JobState, MongoStorage, NewJob, Outcome, RetryStrategy};
use mongodb::bson::{Document, doc};
use serde::{Deserialize, Serialize};

use crate::harness::Bench;
use crate::worker;

#[derive(Debug, Clone, Serialize, Deserialize)]
struct SendEmail {
    user_id: String,
}

/// What the README's example inserts, word for word; a date is what `new Date()` is in mongosh.
fn example() -> Document {
    let readme = include_str!("../../README.md");
    let (_, code) = readme.split_once("```js\n").unwrap();
    let (code, _) = code.split_once("```").unwrap();
    let code = code.strip_prefix("db.apalis_jobs.insertOne(").unwrap();
    let now = mongodb::bson::DateTime::now().timestamp_millis();
    let date = format!("{{\"$date\":{{\"$numberLong\":\"{now}\"}}}}");
    let code = code.replace("new Date()", &date);
    let mut values = serde_json::Deserializer::from_str(&code).into_iter::<Document>();
    values.next().unwrap().unwrap()
}

#[tokio::test]
async fn the_insert_that_is_documented_for_other_languages_enqueues_a_job() {
    let bench = Bench::with(|_| Config::new("send-email")).await;
    let jobs = bench.db().collection::<Document>("apalis_jobs");
    let example = example();
    let id = example.get_str("_id").unwrap().to_owned();
    jobs.insert_one(&example).await.unwrap();
    let job = bench.job(&id).await;
    assert_eq!((job.state, &job.malformed), (JobState::Ready, &None));

    // Its keys are taken, whoever comes next.
    let storage: MongoStorage<SendEmail> = bench.storage();
    let email = SendEmail {
        user_id: "usr_1".into(),
    };
    for key in ["invoice 17", "another"] {
        let same = NewJob::new(email.clone())
            .idempotency_key(key)
            .unique_key("mail to usr_1");
        assert_eq!(storage.enqueue(same).await.unwrap().to_string(), id);
    }
    let mut again = example.clone();
    again.insert("_id", "another");
    let refused = jobs.insert_one(again).await.unwrap_err().to_string();
    assert!(refused.contains("11000"), "{refused}");

    let running = worker!(
        storage,
        1,
        async |email: SendEmail, job: JobHandle| match job.attempt() {
            1 => Err("not yet"),
            _ => Ok(email.user_id),
        }
    );
    let job = wait_for_back_off(&bench, &id).await;
    assert_eq!(job.metadata["source"], "billing");
    let waits = job.run_at.timestamp_millis() - job.history[0].finished_at.timestamp_millis();
    assert!((4_000..=6_000).contains(&waits), "{waits} ms");
    bench.operator().run_now(&id).await.unwrap();
    let job = bench.reaches(&task_id(&id), JobState::Done).await;
    assert_eq!(job.result.unwrap().as_str(), Some("usr_1"));
    assert_eq!(job.history[0].outcome, Outcome::Failed);
    running.stop().await;
}

async fn wait_for_back_off(bench: &Bench, id: &str) -> apalis_mongodb::JobRecord {
    bench.reaches(&task_id(id), JobState::Scheduled).await
}

fn task_id(id: &str) -> apalis_core::task::task_id::TaskId {
    apalis_core::task::task_id::TaskId::from_string(id.to_owned())
}

#[tokio::test]
async fn each_required_field_is_required_and_each_optional_one_is_not() {
    let bench = Bench::new().await;
    let jobs = bench.db().collection::<Document>("apalis_jobs");
    let readme = include_str!("../../README.md");
    let (_, table) = readme.split_once("| field | type | |\n").unwrap();
    let (table, _) = table.split_once("\n\n").unwrap();
    let example = example();
    let mut seen = 0;
    for row in table.lines().skip(1) {
        let (_, row) = row.split_once("| `").unwrap();
        let (field, meaning) = row.split_once("` |").unwrap();
        let is_optional = meaning.contains("| optional");
        if field == "_id" {
            continue;
        }
        let mut job = example.clone();
        job.remove(field);
        job.insert("_id", format!("without {field}"));
        jobs.delete_many(doc! {}).await.unwrap();
        jobs.insert_one(job).await.unwrap();
        let job = bench.job(format!("without {field}")).await;
        assert_eq!(job.malformed.is_none(), is_optional, "{field}: {job:?}");
        seen += 1;
    }
    assert_eq!(seen, 13);
    assert!(
        example
            .keys()
            .all(|key| table.contains(&format!("`{key}`")))
    );
    // What this crate writes by default.
    assert_eq!(example.get_i32("max_attempts").unwrap(), 25);

    let retry = example.get_document("retry").unwrap();
    let retry: RetryStrategy = mongodb::bson::deserialize_from_document(retry.clone()).unwrap();
    assert_eq!(
        retry,
        RetryStrategy::Fixed(std::time::Duration::from_secs(5))
    );
}
