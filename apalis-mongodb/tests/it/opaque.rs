//! Payloads, results and progress arrive as they were sent, whatever they look like.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};

use apalis_core::backend::{TaskSink, WaitForCompletion};
use apalis_core::error::BoxDynError;
use apalis_core::task::Task;
use apalis_mongodb::{Error, JobHandle, JobState, MongoStorage, NewJob, operator};
use futures_util::{SinkExt, StreamExt};
use mongodb::bson::oid::ObjectId;
use mongodb::bson::spec::BinarySubtype;
use mongodb::bson::{self, Bson, DateTime, Document, RawDocumentBuf, doc};
use serde::de::DeserializeOwned;
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde::{Deserialize, Serialize as Derive};
use serde_json::{Value, json};

use crate::harness::{Bench, Notes};
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
async fn echo<T>(bench: &Bench, values: Vec<T>) -> Vec<Bson>
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
    let mut results = WaitForCompletion::<T>::wait_for(&mut storage, ids.clone());
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
    values.extend(typed().into_iter().map(|(_, value)| value));
    let nested = values.iter().map(|value| doc! { "in": [value] }.into());
    let nested: Vec<Bson> = nested.collect();
    values.extend(nested);
    assert_eq!(echo(&bench, values.clone()).await, values);
    let documents = values.iter().filter_map(Bson::as_document).cloned();
    echo(&bench, documents.collect()).await;
    echo(&bench, vec![values.clone()]).await;
}

#[derive(Debug, Clone, PartialEq, Derive, Deserialize)]
struct Oid {
    #[serde(rename = "$oid")]
    value: String,
}

#[derive(Debug, Clone, PartialEq, Derive, Deserialize)]
struct Date {
    #[serde(rename = "$date")]
    value: i64,
}

#[derive(Debug, Clone, PartialEq, Derive, Deserialize)]
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

#[derive(Debug, Clone, PartialEq, Derive, Deserialize)]
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

/// A value of every type that BSON has of its own.
fn typed() -> Vec<(&'static str, Bson)> {
    let id = ObjectId::parse_str("507f1f77bcf86cd799439011").unwrap();
    let scope = doc! { "$oid": "no", "in": { "$numberLong": "5" } };
    let code = bson::JavaScriptCodeWithScope {
        code: "f()".into(),
        scope,
    };
    let pointer = doc! { "$dbPointer": { "$ref": "a.b", "$id": id } };
    vec![
        ("object_id", id.into()),
        ("date_time", DateTime::from_millis(1_500).into()),
        ("negative_date_time", DateTime::from_millis(-1).into()),
        ("uuid", bson::Uuid::from_bytes([7; 16]).into()),
        ("binary", binary(BinarySubtype::Generic)),
        ("own_binary", binary(BinarySubtype::UserDefined(0x81))),
        ("decimal", Bson::Decimal128("1.50".parse().unwrap())),
        ("regex", doc! { "r": regex() }.remove("r").unwrap()),
        (
            "timestamp",
            Bson::Timestamp(bson::Timestamp {
                time: u32::MAX,
                increment: 1,
            }),
        ),
        ("code", Bson::JavaScriptCode("f()".into())),
        ("code_with_scope", Bson::JavaScriptCodeWithScope(code)),
        ("symbol", Bson::Symbol("s".into())),
        ("min_key", Bson::MinKey),
        ("max_key", Bson::MaxKey),
        ("undefined", Bson::Undefined),
        ("not_a_pointer", pointer.into()),
    ]
}

fn binary(subtype: BinarySubtype) -> Bson {
    Bson::Binary(bson::Binary {
        subtype,
        bytes: vec![1, 2, 3],
    })
}

fn regex() -> bson::Regex {
    bson::Regex {
        pattern: "a+".to_owned().try_into().unwrap(),
        options: "i".to_owned().try_into().unwrap(),
    }
}

/// Another form for people than for machines, as a UUID has.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Readable(u8);

impl Serialize for Readable {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.serialize_str(&format!("number {}", self.0))
        } else {
            serializer.serialize_u8(self.0)
        }
    }
}

/// Bytes as `serde_bytes` writes them.
#[derive(Debug, Clone, PartialEq)]
struct Bytes(Vec<u8>);

impl Serialize for Bytes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&self.0)
    }
}

#[derive(Debug, Clone, PartialEq, Derive)]
enum Shape {
    Unit,
    New(i8),
    Tuple(u8, char),
    Struct { side: f32 },
}

#[derive(Debug, Clone, Derive)]
struct Newtype(u16);

#[derive(Debug, Clone, Derive)]
struct Pair(i16, bool);

#[derive(Debug, Clone, Derive)]
struct UnitStruct;

#[derive(Debug, Clone, Derive)]
struct Everything {
    signed: (i8, i16, i32, i64),
    unsigned: (u8, u16, u32, u64),
    floats: (f32, f64),
    some: Option<u32>,
    none: Option<u32>,
    shapes: Vec<Shape>,
    newtype: Newtype,
    pair: Pair,
    unit_struct: UnitStruct,
    unit: (),
    bytes: Bytes,
    readable: Readable,
    ip: IpAddr,
    by_shape: BTreeMap<char, i32>,
    object_id: ObjectId,
    date_time: DateTime,
    uuid: bson::Uuid,
    binary: bson::Binary,
    decimal: bson::Decimal128,
    regex: bson::Regex,
    timestamp: bson::Timestamp,
    document: Document,
}

/// Only ever written.
impl<'de> Deserialize<'de> for Everything {
    fn deserialize<D: serde::Deserializer<'de>>(_: D) -> Result<Self, D::Error> {
        Err(serde::de::Error::custom("not asked for"))
    }
}

fn everything(id: ObjectId) -> Everything {
    Everything {
        signed: (-8, -16, -32, -64),
        unsigned: (8, 16, 32, 64),
        floats: (0.5, f64::NEG_INFINITY),
        some: Some(1),
        none: None,
        shapes: vec![
            Shape::Unit,
            Shape::New(-1),
            Shape::Tuple(1, 'ß'),
            Shape::Struct { side: 1.5 },
        ],
        newtype: Newtype(5),
        pair: Pair(6, true),
        unit_struct: UnitStruct,
        unit: (),
        bytes: Bytes(vec![1, 2]),
        readable: Readable(7),
        ip: IpAddr::V4(Ipv4Addr::LOCALHOST),
        by_shape: [('a', 1)].into(),
        object_id: id,
        date_time: DateTime::from_millis(1_500),
        uuid: bson::Uuid::from_bytes([7; 16]),
        binary: bson::Binary {
            subtype: BinarySubtype::Md5,
            bytes: vec![9; 16],
        },
        decimal: "1.50".parse().unwrap(),
        regex: regex(),
        timestamp: bson::Timestamp {
            time: 1,
            increment: 2,
        },
        document: doc! { "deep": [{ "id": id }] },
    }
}

#[tokio::test]
async fn ordinary_types_are_stored_in_the_form_in_which_they_always_were() {
    let bench = Bench::new().await;
    let id = ObjectId::new();
    let value = everything(id);
    let expected = doc! {
        "signed": [-8, -16, -32, -64_i64],
        "unsigned": [8, 16, 32_i64, 64_i64],
        "floats": [0.5, f64::NEG_INFINITY],
        "some": 1_i64,
        "none": null,
        "shapes": ["Unit", { "New": -1 }, { "Tuple": [1, "ß"] }, { "Struct": { "side": 1.5 } }],
        "newtype": 5,
        "pair": [6, true],
        "unit_struct": null,
        "unit": null,
        "bytes": bson::Binary { subtype: BinarySubtype::Generic, bytes: vec![1, 2] },
        "readable": "number 7",
        "ip": "127.0.0.1",
        "by_shape": { "a": 1 },
        "object_id": id,
        "date_time": DateTime::from_millis(1_500),
        "uuid": bson::Binary { subtype: BinarySubtype::Uuid, bytes: vec![7; 16] },
        "binary": bson::Binary { subtype: BinarySubtype::Md5, bytes: vec![9; 16] },
        "decimal": value.decimal,
        "regex": regex(),
        "timestamp": value.timestamp,
        "document": { "deep": [{ "id": id }] },
    };
    let id = bench.storage::<Everything>().enqueue(value).await.unwrap();
    let jobs = bench
        .db()
        .collection::<RawDocumentBuf>(&bench.config.collections.jobs);
    let found = jobs.find_one(doc! { "_id": id.to_string() }).await;
    let found = Document::try_from(found.unwrap().unwrap()).unwrap();
    assert_eq!(found.get_document("args").unwrap(), &expected);
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
    let workers = operator::list_workers(bench.db(), &bench.config.collections, None).await;
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

/// So many documents within each other.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Nested(usize);

impl Serialize for Nested {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(1))?;
        match self.0 {
            0 | 1 => map.serialize_entry("i", &1)?,
            n => map.serialize_entry("i", &Self(n - 1))?,
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Nested {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut value = Value::deserialize(deserializer)?;
        let mut levels = 0;
        while value.is_object() {
            value = value["i"].take();
            levels += 1;
        }
        Ok(Self(levels))
    }
}

const MOST_LEVELS: usize = 179;

#[tokio::test]
async fn a_value_nests_as_deep_as_the_server_allows_and_is_refused_at_once_beyond() {
    let bench = Bench::new().await;
    echo(&bench, vec![Nested(1), Nested(MOST_LEVELS)]).await;
    for levels in [MOST_LEVELS + 1, 1_000_000] {
        let refused = bench.storage::<Nested>().enqueue(Nested(levels)).await;
        let error = refused.unwrap_err();
        assert!(matches!(error, Error::Codec(_)), "{error:?}");
        assert!(error.to_string().contains("within each other"), "{error}");
    }
    // Past the codec, as workflows send.
    let deep = (0..=MOST_LEVELS).fold(Bson::Null, |inner, _| Bson::Array(vec![inner]));
    let mut storage = bench.storage::<Nested>();
    let refused = SinkExt::<Task<Bson>>::send(&mut storage, Task::new(deep)).await;
    assert!(matches!(refused, Err(Error::Codec(_))), "{refused:?}");
    bench.counts(JobState::Ready, 0).await;
}

#[tokio::test]
async fn numbers_that_bson_lacks_are_refused_and_all_others_arrive() {
    let bench = Bench::new().await;
    let stored = echo(
        &bench,
        vec![f64::INFINITY, f64::NEG_INFINITY, -0.0, f64::MIN_POSITIVE],
    )
    .await;
    assert_eq!(stored[0], Bson::Double(f64::INFINITY));
    echo(&bench, vec![u64::from(u32::MAX), i64::MAX as u64]).await;
    let too_large = bench.storage::<u64>().enqueue(u64::MAX).await.unwrap_err();
    assert!(too_large.to_string().contains(&u64::MAX.to_string()));
    let mut storage = bench.storage::<Value>();
    assert!(storage.push(json!({ "n": u64::MAX })).await.is_err());
    assert!(bench.storage::<i128>().enqueue(1).await.is_err());

    let notes = Notes::default();
    let noted = notes.clone();
    let running = worker!(bench.storage::<(f64,)>(), 1, move |(value,): (f64,)| {
        noted.add(value.to_string());
        async {}
    });
    bench
        .storage::<(f64,)>()
        .enqueue((f64::NAN,))
        .await
        .unwrap();
    assert_eq!(notes.reach(1).await, ["NaN"]);
    running.stop().await;
}
