//! What is listed: documents that a worker has checked, and a copy of everything for FastAPI.

use std::time::Duration;

use anyhow::ensure;
use dossier_common::store::{Store, collection};
use dossier_devstack::story::{Client, Fixture};
use futures_util::TryStreamExt;
use mongodb::bson::{Document, doc};

use crate::people::People;
use crate::route::PAGE;

/// Enough for a page and the beginning of the next.
const DOCUMENTS: usize = PAGE + 5;

/// Between two questions whether a document is checked.
const PAUSE: Duration = Duration::from_millis(20);

/// Uploads documents for everybody and waits until each is available.
pub(crate) async fn upload(api_url: String, people: &People) -> anyhow::Result<()> {
    let ops = Client::new(api_url).with_token(people.ops());
    let document = Fixture::read("report.docx")?;
    for _ in 0..DOCUMENTS {
        let id = ops.upload("/v1/files", &document).await?.expect(202)?;
        let file = ops.final_file(&id.text("id")?, PAUSE).await?;
        ensure!(file["state"] == "available", "a document: {file}");
    }
    Ok(())
}

/// Copies accounts and documents with their indexes to another database of the same server.
pub(crate) async fn copy(store: &Store, database: &str) -> anyhow::Result<()> {
    for name in [collection::USERS, collection::FILES] {
        let ours = store.database().collection::<Document>(name);
        let out = doc! { "$out": { "db": database, "coll": name } };
        ours.aggregate([out]).await?.try_next().await?;
        let theirs = store.database().client().database(database);
        let theirs = theirs.collection::<Document>(name);
        let indexes: Vec<_> = ours.list_indexes().await?.try_collect().await?;
        theirs.create_indexes(indexes).await?;
        let (ours, theirs) = (
            ours.count_documents(doc! {}).await?,
            theirs.count_documents(doc! {}).await?,
        );
        ensure!(ours == theirs, "{theirs} of {ours} were copied to {name}");
    }
    Ok(())
}
