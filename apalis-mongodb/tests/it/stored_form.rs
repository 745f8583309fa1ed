//! Ordinary types are stored in the form in which they always were.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};

use mongodb::bson::oid::ObjectId;
use mongodb::bson::spec::BinarySubtype;
use mongodb::bson::{self, Bson, DateTime, Document, RawDocumentBuf, doc};
use serde::ser::{Serialize, Serializer};
use serde::{Deserialize, Serialize as Derive};

use crate::harness::Bench;

/// A value of every type that BSON has of its own.
pub(crate) fn typed() -> Vec<Bson> {
    let id = ObjectId::parse_str("507f1f77bcf86cd799439011").unwrap();
    let code = bson::JavaScriptCodeWithScope {
        code: "f()".into(),
        scope: doc! { "$oid": "no", "in": { "$numberLong": "5" } },
    };
    let timestamp = bson::Timestamp {
        time: u32::MAX,
        increment: 1,
    };
    vec![
        id.into(),
        DateTime::from_millis(1_500).into(),
        DateTime::from_millis(-1).into(),
        bson::Uuid::from_bytes([7; 16]).into(),
        binary(BinarySubtype::Generic),
        binary(BinarySubtype::UserDefined(0x81)),
        Bson::Decimal128("1.50".parse().unwrap()),
        Bson::RegularExpression(regex()),
        Bson::Timestamp(timestamp),
        Bson::JavaScriptCode("f()".into()),
        Bson::JavaScriptCodeWithScope(code),
        Bson::Symbol("s".into()),
        Bson::MinKey,
        Bson::MaxKey,
        Bson::Undefined,
        doc! { "$dbPointer": { "$ref": "a.b", "$id": id } }.into(),
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
