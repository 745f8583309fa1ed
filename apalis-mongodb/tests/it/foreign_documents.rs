//! Documents that no version of this crate writes: each field, missing and with each type of value.

use mongodb::bson::oid::ObjectId;
use mongodb::bson::spec::BinarySubtype;
use mongodb::bson::{
    Binary, Bson, DateTime, Decimal128, Document, Regex, Timestamp, doc, serialize_to_vec,
};

/// Every field that a job may have.
const FIELDS: [&str; 27] = [
    "_id",
    "queue",
    "status",
    "priority",
    "run_at",
    "args",
    "attempts",
    "max_attempts",
    "created_at",
    "crashes",
    "snoozes",
    "metadata",
    "history",
    "log",
    "max_crashes",
    "retry",
    "unique_key",
    "unique_until",
    "idempotency_key",
    "worker",
    "lock_token",
    "started_at",
    "lease_until",
    "last_error",
    "finished_at",
    "result",
    "progress",
];

/// A job as this crate writes it.
pub(crate) fn sound(id: &str, status: &str) -> Document {
    let minute_ago = DateTime::from_millis(DateTime::now().timestamp_millis() - 60_000);
    let mut job = doc! {
        "_id": id, "queue": "test", "status": status, "priority": 0, "run_at": minute_ago,
        "args": 1, "attempts": 0, "max_attempts": 5, "crashes": 0, "created_at": minute_ago,
    };
    match status {
        "Running" => {
            job.insert("attempts", 1);
            job.insert("worker", "gone@1");
            job.insert("lock_token", ObjectId::new());
            job.insert("started_at", minute_ago);
            job.insert("lease_until", minute_ago);
        }
        "Failed" => drop(job.insert("finished_at", minute_ago)),
        _ => {}
    }
    job
}

/// A value of each type, with those that are easily mistaken for another.
fn values() -> Vec<Bson> {
    let attempt = doc! {
        "attempt": 1, "worker": "w@1", "started_at": DateTime::now(),
        "finished_at": DateTime::now(), "outcome": "failed",
    };
    let without_worker = {
        let mut attempt = attempt.clone();
        attempt.remove("worker");
        attempt
    };
    vec![
        Bson::Null,
        true.into(),
        5.into(),
        (-1).into(),
        i32::MAX.into(),
        i64::MAX.into(),
        i64::MIN.into(),
        1.5.into(),
        f64::NAN.into(),
        "text".into(),
        "".into(),
        "$text".into(),
        "none".into(),
        "Paused".into(),
        doc! {}.into(),
        doc! { "z": 1, "a": 2 }.into(),
        doc! { "fixed": 5 }.into(),
        doc! { "fixed": "five" }.into(),
        doc! { "exponential": { "base": 1, "factor": 2, "max": 5_i64, "jitter": 0.5 } }.into(),
        Bson::Array(vec![]),
        Bson::Array(vec![1.into()]),
        Bson::Array(vec![doc! {}.into()]),
        Bson::Array(vec![doc! { "k": "a", "v": "b" }.into()]),
        Bson::Array(vec![doc! { "k": "a", "v": 5 }.into()]),
        Bson::Array(vec![attempt.clone().into()]),
        Bson::Array(vec![attempt.into(), without_worker.into()]),
        Bson::Array(vec!["Pending".into(), "test".into()]),
        DateTime::from_millis(0).into(),
        DateTime::MAX.into(),
        ObjectId::new().into(),
        Binary {
            subtype: BinarySubtype::Generic,
            bytes: vec![1, 2, 3],
        }
        .into(),
        Timestamp {
            time: 1,
            increment: 2,
        }
        .into(),
        Bson::Decimal128("7.25".parse::<Decimal128>().unwrap()),
        Regex {
            pattern: "a".try_into().unwrap(),
            options: "i".try_into().unwrap(),
        }
        .into(),
        Bson::JavaScriptCode("f()".into()),
        Bson::Symbol("sym".into()),
        Bson::MinKey,
        Bson::MaxKey,
    ]
}

/// What is odd about a document, and the document.
pub(crate) type Foreign = (String, Document);

/// Jobs of the queue `test` in which one field is missing or has another value, waiting, running
/// without a lease, and dead. Some of them are jobs all the same.
pub(crate) fn of_every_kind() -> Vec<Foreign> {
    let mut documents = Vec::new();
    for status in ["Pending", "Running", "Failed"] {
        for field in FIELDS {
            let values = values().into_iter().map(Some).chain([None]);
            for (number, value) in values.enumerate() {
                let what = format!("{status} {field} {value:?}");
                let id = format!("{status}-{field}-{number}");
                documents.extend(odd(&id, status, field, value).map(|it| (what, it)));
            }
        }
    }
    documents
}

fn odd(id: &str, status: &str, field: &str, value: Option<Bson>) -> Option<Document> {
    let mut document = sound(id, status);
    if field == "_id" {
        // An id exists once, and can be neither of these.
        let value = value?;
        let impossible = matches!(value, Bson::Array(_) | Bson::RegularExpression(_));
        if status != "Pending" || impossible {
            return None;
        }
        document.insert("_id", value);
        return Some(document);
    }
    // In a queue of its own each key is unique.
    if field.ends_with("_key") {
        document.insert("queue", format!("test-{id}").to_lowercase());
    }
    match value {
        Some(value) => drop(document.insert(field, value)),
        None => drop(document.remove(field)),
    }
    Some(document)
}

/// Documents that hardly fit, or do not once they grow.
pub(crate) fn huge() -> Vec<Foreign> {
    const MIB: usize = 1024 * 1024;
    let mut documents = Vec::new();
    for status in ["Pending", "Running", "Failed"] {
        let mut payload = sound(&format!("{status}-huge-payload"), status);
        payload.insert("run_at", "soon");
        payload.insert("args", "x".repeat(15 * MIB));
        documents.push((format!("{status} with a huge payload"), payload));

        let mut error = sound(&format!("{status}-huge-error"), status);
        error.insert("attempts", "many");
        error.insert("last_error", "x".repeat(12 * MIB));
        documents.push((format!("{status} with a huge error"), error));

        let mut full = sound(&format!("{status}-full"), status);
        full.insert("history", "none");
        full.insert("args", "");
        let others = serialize_to_vec(&full).unwrap().len();
        // The server takes 16 MiB and no byte more.
        full.insert("args", "x".repeat(16 * MIB - others - 8));
        documents.push((format!("{status} without room for a word"), full));
    }
    documents
}
