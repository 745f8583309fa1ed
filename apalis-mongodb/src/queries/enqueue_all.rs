//! Writes many new jobs inside the caller's transaction, with a few commands.

use std::collections::HashMap;

use futures_util::TryStreamExt;
use mongodb::bson::{Document, doc};
use mongodb::{ClientSession, Collection};

use super::new_document::id_of;
use crate::enqueued::Enqueued;
use crate::error::{Context, Error};
use crate::model::field as f;

/// Documents per command.
const CHUNK: usize = 1000;

/// A key of a job: the field, and what is in it.
type Key = (&'static str, String);

/// Inserts `documents`, which are of one queue, without those whose key another job holds; what came of
/// each, in their order.
///
/// A taken key must not raise a duplicate-key error, for that aborts the transaction: so the holders are
/// looked up first. A key that is taken after that is a write conflict, which the caller retries as every
/// transient transaction error.
pub(crate) async fn in_transaction(
    jobs: &Collection<Document>,
    documents: &[Document],
    session: &mut ClientSession,
) -> Result<Vec<Enqueued>, Error> {
    let mut enqueued = Vec::with_capacity(documents.len());
    for chunk in documents.chunks(CHUNK) {
        let mut holders = holders_of(jobs, chunk, session).await?;
        let mut new = Vec::new();
        for document in chunk {
            let keys = keys_of(document);
            let holder = keys.iter().find_map(|key| holders.get(key).cloned());
            if let Some(id) = holder {
                enqueued.push(Enqueued::existing(id));
                continue;
            }
            let id = id_of(document);
            holders.extend(keys.into_iter().map(|key| (key, id.clone())));
            enqueued.push(Enqueued::new(id));
            new.push(document);
        }
        if !new.is_empty() {
            jobs.insert_many(new)
                .session(&mut *session)
                .await
                .context("enqueue jobs in a transaction")?;
        }
    }
    Ok(enqueued)
}

/// The jobs that hold keys of `documents`, by key.
async fn holders_of(
    jobs: &Collection<Document>,
    documents: &[Document],
    session: &mut ClientSession,
) -> Result<HashMap<Key, String>, Error> {
    const OPERATION: &str = "look for the jobs that hold keys";
    let mut holders = HashMap::new();
    let Some(first) = documents.first() else {
        return Ok(holders);
    };
    let queue = first.get_str(f::QUEUE).unwrap_or_default();
    for field in [f::IDEMPOTENCY_KEY, f::UNIQUE_KEY] {
        let keys = documents.iter().filter_map(|it| it.get_str(field).ok());
        let keys: Vec<&str> = keys.collect();
        if keys.is_empty() {
            continue;
        }
        let mut found = jobs
            .find(doc! { f::QUEUE: queue, field: { "$in": keys } })
            .projection(doc! { f::ID: 1, field: 1 })
            .session(&mut *session)
            .await
            .context(OPERATION)?;
        let found: Vec<Document> = found
            .stream(&mut *session)
            .try_collect()
            .await
            .context(OPERATION)?;
        for holder in &found {
            if let Ok(key) = holder.get_str(field) {
                holders.insert((field, key.to_owned()), id_of(holder));
            }
        }
    }
    Ok(holders)
}

fn keys_of(document: &Document) -> Vec<Key> {
    [f::IDEMPOTENCY_KEY, f::UNIQUE_KEY]
        .into_iter()
        .filter_map(|field| Some((field, document.get_str(field).ok()?.to_owned())))
        .collect()
}
