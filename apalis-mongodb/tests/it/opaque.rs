//! Payloads, results and progress arrive as they were sent, whatever they look like.

use std::collections::BTreeMap;

use apalis_core::backend::WaitForCompletion;
use apalis_core::error::BoxDynError;
use apalis_mongodb::{JobHandle, JobState, MongoStorage, NewJob};
use futures_util::StreamExt;
use mongodb::bson::oid::ObjectId;
use mongodb::bson::{Bson, doc};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::harness::{Bench, Notes};
use crate::stored_form::typed;
use crate::worker;

/// Everything that looks like extended JSON, well-formed and not.
fn look_alikes() -> Vec<Value> {
    let plain = vec![
        json!({ "$numberLong": "5" }),
        json!({ "$numberLong": "many" }),
        json!({ "$numberInt": "5" }),
        json!({ "$numberInt": 5 }),
        json!({ "$numberDouble": "NaN" }),
        json!({ "$numberDouble": "1.5" }),
        json!({ "$numberDecimal": "1.50" }),
        json!({ "$numberDecimalBytes": "x" }),
        json!({ "$oid": "507f1f77bcf86cd799439011" }),
        json!({ "$oid": "no" }),
        json!({ "$oid": null }),
        json!({ "$date": "2026-01-31T08:15:30.120Z" }),
        json!({ "$date": "soon" }),
        json!({ "$date": { "$numberLong": "0" } }),
        json!({ "$date": 17 }),
        json!({ "$binary": "x" }),
        json!({ "$binary": { "base64": "aGk=", "subType": "00" } }),
        json!({ "$uuid": "x" }),
        json!({ "$uuid": "73ffd264-44b3-4c69-90e8-e7d1dfc035d4" }),
        json!({ "$symbol": "s" }),
        json!({ "$code": "f()" }),
        json!({ "$code": "f()", "$scope": { "$oid": "no" } }),
        json!({ "$scope": {} }),
        json!({ "$timestamp": { "t": 1, "i": 2 } }),
        json!({ "$timestamp": 1 }),
        json!({ "$regularExpression": { "pattern": "a", "options": "i" } }),
        json!({ "$regularExpression": "a" }),
        json!({ "$dbPointer": { "$ref": "a", "$id": { "$oid": "507f1f77bcf86cd799439011" } } }),
        json!({ "$ref": "a", "$id": 1, "$db": "b" }),
        json!({ "$minKey": 1 }),
        json!({ "$maxKey": 1 }),
        json!({ "$maxKey": 2 }),
        json!({ "$undefined": true }),
        json!({ "$undefined": false }),
        json!({ "$oid": "no", "other": 1 }),
        json!({ "$add": [1, 2] }),
        json!({ "$literal": "$args" }),
        json!({ "": { "": 1 }, "a.b": { ".": 2, "$": 3, "$$": 4 }, "$set": { "status": "Done" } }),
        json!({ "$__bson_private_uuid": "x", "$serde_json::private::Number": "x" }),
        json!("$args"),
        json!("$$NOW"),
        json!([]),
        json!({}),
        json!([null, true, -1, 1.5, "text", { "$oid": "no" }]),
    ];
    let nested = plain
        .iter()
        .map(|value| json!({ "in": [{ "it": [value] }, value] }));
    let nested: Vec<_> = nested.collect();
    plain.into_iter().chain(nested).collect()
}

/// The document that a value of JSON is, read by nobody.
fn plain(value: &Value) -> Bson {
    match value {
        Value::Null => Bson::Null,
        Value::Bool(value) => Bson::Boolean(*value),
        Value::Number(number) => match number.as_i64() {
            Some(number) => Bson::Int64(number),
            None => Bson::Double(number.as_f64().unwrap()),
        },
        Value::String(text) => Bson::String(text.clone()),
        Value::Array(items) => Bson::Array(items.iter().map(plain).collect()),
        Value::Object(fields) => {
            let fields = fields
                .iter()
                .map(|(key, value)| (key.clone(), plain(value)));
            Bson::Document(fields.collect())
        }
    }
}

/// Sends `values` through a worker whose handler reports each as its progress and returns it, and
/// asserts that it is the same everywhere. What is stored for each of them is returned.
pub(crate) async fn echo<T>(bench: &Bench, values: Vec<T>) -> Vec<Bson>
where
    T: Serialize + DeserializeOwned + Clone + PartialEq + std::fmt::Debug + Send + Sync + 'static,
{
    let mut storage: MongoStorage<T> = bench.storage();
    let jobs = values.iter().cloned().map(NewJob::new);
    let ids = storage.enqueue_many(jobs).await.unwrap();
    let expected: BTreeMap<String, T> = ids
        .iter()
        .map(ToString::to_string)
        .zip(values.iter().cloned())
        .collect();
    let running = worker!(storage.clone(), 4, move |value: T, job: JobHandle| {
        let same = expected.get(&job.id()) == Some(&value);
        async move {
            assert!(same, "{value:?} arrived");
            job.progress(value.clone()).await?;
            Ok::<T, BoxDynError>(value)
        }
    });
    let mut stored = Vec::new();
    for (id, value) in ids.iter().zip(&values) {
        let job = bench.reaches(id, JobState::Done).await;
        let result = job.result.unwrap_or(Bson::Null);
        assert_eq!(job.payload, result, "the result of {value:?}");
        let progress = job.progress.unwrap_or(Bson::Null);
        assert_eq!(job.payload, progress, "the progress of {value:?}");
        stored.push(job.payload);
    }
    let mut results =
        WaitForCompletion::<T>::wait_for(&mut storage, ids.iter().map(|job| job.id().clone()));
    let mut completed = BTreeMap::new();
    while let Some(done) = results.next().await {
        let done = done.unwrap();
        completed.insert(done.task_id.to_string(), done.result.unwrap());
    }
    for (id, value) in ids.iter().zip(&values) {
        assert_eq!(&completed[&id.to_string()], value);
    }
    running.stop().await;
    stored
}

#[tokio::test]
async fn json_that_looks_like_extended_json_arrives_as_it_was_sent() {
    let bench = Bench::new().await;
    let values = look_alikes();
    let stored = echo(&bench, values.clone()).await;
    assert_eq!(stored, values.iter().map(plain).collect::<Vec<_>>());
}

#[tokio::test]
async fn bson_and_documents_that_look_like_extended_json_arrive_as_they_were_sent() {
    let bench = Bench::new().await;
    let mut values: Vec<Bson> = look_alikes().iter().map(plain).collect();
    values.extend(typed());
    let nested = values.iter().map(|value| doc! { "in": [value] }.into());
    let nested: Vec<Bson> = nested.collect();
    values.extend(nested);
    assert_eq!(echo(&bench, values.clone()).await, values);
    let documents = values.iter().filter_map(Bson::as_document).cloned();
    echo(&bench, documents.collect()).await;
    echo(&bench, vec![values.clone()]).await;
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Oid {
    #[serde(rename = "$oid")]
    value: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Date {
    #[serde(rename = "$date")]
    value: i64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
enum Kind {
    #[serde(rename = "$numberLong")]
    Number(String),
    #[serde(rename = "$code")]
    Code {
        #[serde(rename = "$code")]
        code: String,
    },
    #[serde(rename = "$minKey")]
    Pair(i32, i32),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct LookAlike {
    oid: Oid,
    date: Option<Date>,
    kinds: Vec<Kind>,
    map: BTreeMap<String, String>,
    real: ObjectId,
}

#[tokio::test]
async fn structs_enums_and_maps_that_look_like_extended_json_arrive_as_they_were_sent() {
    let bench = Bench::new().await;
    let real = ObjectId::new();
    let value = |oid: &str, number: &str, key: &str| LookAlike {
        oid: Oid { value: oid.into() },
        date: Some(Date { value: 5 }),
        kinds: vec![
            Kind::Number(number.into()),
            Kind::Code { code: "f()".into() },
            Kind::Pair(1, 2),
        ],
        map: [(key.to_owned(), "5".to_owned())].into(),
        real,
    };
    let values = vec![
        value("no", "5", "$numberLong"),
        value("507f1f77bcf86cd799439011", "many", "$uuid"),
    ];
    let stored = echo(&bench, values).await;
    let first = doc! {
        "oid": { "$oid": "no" },
        "date": { "$date": 5_i64 },
        "kinds": [
            { "$numberLong": "5" }, { "$code": { "$code": "f()" } }, { "$minKey": [1, 2] },
        ],
        "map": { "$numberLong": "5" },
        "real": real,
    };
    assert_eq!(stored[0], Bson::Document(first));
}

#[tokio::test]
async fn what_reads_like_an_expression_of_the_server_is_stored_as_it_is() {
    let bench = Bench::new().await;
    let texts = ["$args", "$$NOW", "{ $add: [1, 2] }"];
    let storage = bench.storage::<String>();
    let mut ids = Vec::new();
    for text in texts {
        let job = NewJob::new(text.to_owned())
            .max_attempts(2)
            .unique_key(format!("$unique {text}"))
            .idempotency_key(format!("$key {text}"))
            .metadata(text, text);
        ids.push(storage.enqueue(job).await.unwrap());
    }
    let notes = Notes::default();
    let noted = notes.clone();
    let context = apalis_core::worker::context::WorkerContext::new("$name");
    let worker = apalis_core::worker::builder::WorkerBuilder::new(&context)
        .backend(storage.clone())
        .build(move |text: String, job: JobHandle| {
            let notes = noted.clone();
            async move {
                job.log(text.clone()).await?;
                job.progress(json!({ "$concat": [&text] })).await?;
                notes.add(text.clone());
                Err::<(), BoxDynError>(text.into())
            }
        });
    let running = crate::harness::Running::new(context, worker.run());
    notes.reach(texts.len()).await;
    let workers = bench.operator().list_workers(None).await;
    assert_eq!(workers.unwrap()[0].name, "$name");
    for (text, id) in texts.into_iter().zip(&ids) {
        let job = bench.reaches(id, JobState::Dead).await;
        assert_eq!(job.payload, Bson::String(text.into()));
        assert_eq!(job.last_error.as_deref(), Some(text));
        assert_eq!(job.history[1].error.as_deref(), Some(text));
        assert_eq!(job.log[1].line, text);
        assert_eq!(job.metadata[text], text);
        assert_eq!(job.progress, Some(doc! { "$concat": [text] }.into()));
        assert!(job.history[0].worker.starts_with("$name@"));
    }
    running.stop().await;
}
