//! The shape of a database, for comparing.

use std::collections::BTreeMap;

use dossier_migrations::migrate;
use futures_util::TryStreamExt;
use mongodb::Database;
use mongodb::bson::{Document, doc};

/// Every collection with its validator and its indexes, and the ledger without its instants.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Shape {
    pub(crate) collections: BTreeMap<String, (Document, Vec<Document>)>,
    pub(crate) ledger: Vec<Document>,
}

pub(crate) async fn shape(database: &Database) -> Shape {
    let mut collections = BTreeMap::new();
    let list = doc! { "listCollections": 1 };
    let listed = database.run_cursor_command(list).await.expect("listable");
    let listed: Vec<Document> = listed.try_collect().await.expect("listable");
    for collection in listed {
        let name = collection.get_str("name").expect("a name").to_owned();
        let options = collection.get_document("options").expect("options").clone();
        let list = doc! { "listIndexes": &name };
        let indexes = database.run_cursor_command(list).await.expect("listable");
        let mut indexes: Vec<Document> = indexes.try_collect().await.expect("listable");
        indexes.sort_by_key(|index| index.get_str("name").expect("a name").to_owned());
        collections.insert(name, (options, indexes));
    }
    Shape {
        collections,
        ledger: ledger(database, doc! { "applied_at": 0 }).await,
    }
}

/// The rows of the ledger, in order.
pub(crate) async fn ledger(database: &Database, projection: Document) -> Vec<Document> {
    let rows = database.collection::<Document>("schema_migrations");
    let rows = rows.find(doc! {}).projection(projection);
    let rows = rows.sort(doc! { "_id": 1 }).await.expect("readable");
    rows.try_collect().await.expect("readable")
}

/// Applies what is missing; how much that was.
pub(crate) async fn applied(database: &Database) -> usize {
    migrate(database, |_| {}).await.expect("the migrations run")
}
