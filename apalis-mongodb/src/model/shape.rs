//! What a stored document needs to be a job, as expressions that the server evaluates, so that a
//! list can tell without loading a document whether a worker could read it.
//!
//! It says what [`JobDocument`](super::JobDocument) says; a test compares the two.

use mongodb::bson::{Bson, Document, doc};

use super::id::MAX_BYTES;
use super::{Status, field as f};

/// Whether a field has to be there.
#[derive(Clone, Copy)]
enum Presence {
    Required,
    /// It may be missing.
    Optional,
    /// It may be missing or null.
    Nullable,
}

/// What a field has to be.
#[derive(Clone, Copy)]
enum Type {
    Id,
    Anything,
    Text,
    Status,
    Int32,
    Integer,
    Date,
    ObjectId,
    /// Documents with these fields.
    List(&'static [(&'static str, Presence, Type)]),
}

use Presence::{Nullable, Optional, Required};
use Type::{Anything, Date, Int32, Integer, List, ObjectId, Text};

const FIELDS: [(&str, Presence, Type); 24] = [
    (f::ID, Required, Type::Id),
    (f::QUEUE, Required, Text),
    (f::STATUS, Required, Type::Status),
    (f::PRIORITY, Required, Int32),
    (f::RUN_AT, Required, Date),
    (f::ARGS, Required, Anything),
    (f::ATTEMPTS, Required, Int32),
    (f::MAX_ATTEMPTS, Required, Int32),
    (f::CREATED_AT, Required, Date),
    (f::CRASHES, Optional, Int32),
    (f::SNOOZES, Optional, Int32),
    (f::METADATA, Optional, List(&METADATA)),
    (f::HISTORY, Optional, List(&HISTORY)),
    (f::LOG, Optional, List(&LOG)),
    (f::MAX_CRASHES, Nullable, Integer),
    (f::UNIQUE_KEY, Nullable, Text),
    (f::UNIQUE_UNTIL, Nullable, Text),
    (f::IDEMPOTENCY_KEY, Nullable, Text),
    (f::WORKER, Nullable, Text),
    (f::LOCK_TOKEN, Nullable, ObjectId),
    (f::STARTED_AT, Nullable, Date),
    (f::LEASE_UNTIL, Nullable, Date),
    (f::LAST_ERROR, Nullable, Text),
    (f::FINISHED_AT, Nullable, Date),
];

const METADATA: [(&str, Presence, Type); 2] = [("k", Required, Text), ("v", Required, Text)];

const HISTORY: [(&str, Presence, Type); 7] = [
    ("attempt", Required, Integer),
    ("worker", Required, Text),
    ("due_at", Nullable, Date),
    ("started_at", Required, Date),
    ("finished_at", Required, Date),
    ("outcome", Required, Text),
    ("error", Nullable, Text),
];

const LOG: [(&str, Presence, Type); 3] = [
    ("at", Required, Date),
    ("attempt", Required, Integer),
    ("line", Required, Text),
];

/// Why a document is not a job: a list of short texts, empty for a job.
pub(crate) fn faults() -> Document {
    let faults: Vec<Bson> = FIELDS
        .iter()
        .map(|(field, presence, kind)| {
            let path = f::path(field);
            let fault = doc! { "$concat": [
                format!("{field}: "), { "$type": &path }, format!(" instead of {}", kind.name()),
            ] };
            let is_right = is_right(&path, *presence, *kind);
            doc! { "$cond": [is_right, Bson::Null, fault] }.into()
        })
        .collect();
    doc! { "$filter": { "input": faults, "cond": { "$ne": ["$$this", Bson::Null] } } }
}

/// Which documents are not jobs.
pub(crate) fn malformed() -> Document {
    doc! { "$expr": { "$ne": [faults(), []] } }
}

impl Type {
    const fn name(self) -> &'static str {
        match self {
            Anything => "any value",
            Self::Id => "text of 1024 bytes at most",
            Text => "text",
            Self::Status => "Pending, Running, Done, Failed or Killed",
            Int32 => "a whole number of 32 bits",
            Integer => "a whole number",
            Date => "a date",
            ObjectId => "an object id",
            List(_) => "a list of the right documents",
        }
    }
}

fn is_right(path: &str, presence: Presence, kind: Type) -> Bson {
    let absent: &[&str] = match presence {
        Required => return is(path, kind),
        Optional => &["missing"],
        Nullable => &["missing", "null"],
    };
    let is_absent = is_one_of(path, absent);
    doc! { "$or": [is_absent, is(path, kind)] }.into()
}

fn is(path: &str, kind: Type) -> Bson {
    match kind {
        Anything => doc! { "$ne": [{ "$type": path }, "missing"] }.into(),
        Type::Id => {
            let bytes = doc! { "$cond": [is(path, Text), { "$strLenBytes": path }, i32::MAX] };
            doc! { "$lte": [bytes, MAX_BYTES as i32] }.into()
        }
        Text => is_one_of(path, &["string"]),
        Type::Status => doc! { "$in": [path, Status::ALL.to_vec()] }.into(),
        Int32 => {
            let number = is_one_of(path, &["int", "long"]);
            let (from, to) = (i32::MIN, i32::MAX);
            doc! { "$and": [number, { "$gte": [path, from] }, { "$lte": [path, to] }] }.into()
        }
        Integer => is_one_of(path, &["int", "long"]),
        Date => is_one_of(path, &["date"]),
        ObjectId => is_one_of(path, &["objectId"]),
        List(fields) => {
            let fields = fields.iter();
            let element = fields.map(|(field, presence, kind)| {
                is_right(&format!("$$element.{field}"), *presence, *kind)
            });
            let element: Vec<Bson> = element.collect();
            let each = doc! { "input": path, "as": "element", "in": { "$and": element } };
            let all = doc! { "$allElementsTrue": [{ "$map": each }] };
            doc! { "$cond": [{ "$isArray": path }, all, false] }.into()
        }
    }
}

fn is_one_of(path: &str, types: &[&str]) -> Bson {
    doc! { "$in": [{ "$type": path }, types] }.into()
}
