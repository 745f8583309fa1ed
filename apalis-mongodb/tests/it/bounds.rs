//! Values at the bounds of what BSON can hold.

use apalis_core::backend::TaskSink;
use apalis_core::backend::codec::Codec;
use apalis_core::task::Task;
use apalis_mongodb::{Error, JobState, MongoStorage};
use futures_util::SinkExt;
use mongodb::bson::Bson;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Value, json};

use crate::harness::{Bench, Notes};
use crate::opaque::echo;
use crate::worker;

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

/// Payloads as JSON on the wire of apalis.
#[derive(Debug, Clone)]
struct AsJson;

impl<T: Serialize + DeserializeOwned> Codec<T> for AsJson {
    type Error = serde_json::Error;
    type Compact = Value;

    fn encode(&self, value: &T) -> Result<Value, serde_json::Error> {
        serde_json::to_value(value)
    }

    fn decode(&self, stored: &Value) -> Result<T, serde_json::Error> {
        T::deserialize(stored)
    }
}

#[tokio::test]
async fn a_wire_format_of_json_is_refused_where_bson_lacks_its_number_and_arrives_otherwise() {
    let bench = Bench::new().await;
    let storage = MongoStorage::<Value, _>::with_codec(bench.db(), bench.config.clone(), AsJson);
    let refused = storage.enqueue(json!({ "n": u64::MAX })).await;
    assert!(matches!(refused, Err(Error::Codec(_))), "{refused:?}");
    let sent = json!({ "$oid": "no", "n": 5 });
    storage.enqueue(sent.clone()).await.unwrap();
    let notes = Notes::default();
    let noted = notes.clone();
    let running = worker!(storage, 1, move |value: Value| {
        noted.add(value.to_string());
        async {}
    });
    assert_eq!(notes.reach(1).await, [sent.to_string()]);
    running.stop().await;
}
