//! Writes new jobs; a key that is taken yields the job that holds it.
//!
//! A job is new if the server wrote it for this call. A reply that is lost is no matter: the driver
//! sends a write again under the number of the first one (a retryable write), and the server then
//! repeats what it answered. So a refusal for a duplicate key is always about another job, even one
//! with the same id; and no document is sent once more after a command that may have written it.

use std::time::Duration;

use mongodb::bson::{Bson, Document, doc};
use mongodb::options::WriteConcern;
use mongodb::{ClientSession, Collection};

use super::new_document::id_of;
use crate::compat::encoded_bytes;
use crate::deadline::all_within;
use crate::enqueued::Enqueued;
use crate::error::{Context, DUPLICATE_KEY, Error, is_duplicate_key};
use crate::model::field as f;

/// How often a key that is freed and taken again meanwhile is followed.
const KEY_LOOKUPS: usize = 5;
/// How long a command of enqueued jobs may take, the driver's search for a server included.
const BATCH_LIMIT: Duration = Duration::from_secs(60);
/// Documents per insert command.
const CHUNK: usize = 1000;
/// How long the documents of one command may be: as long as the largest document. The driver divides
/// what is longer than a message may be (48 MB) into several commands.
const COMMAND_BYTES: usize = 16 * 1024 * 1024;

/// Inserts one job, or returns the one that holds its key.
async fn one(jobs: &Collection<Document>, document: Document) -> Result<Enqueued, Error> {
    for _ in 0..KEY_LOOKUPS {
        let insert = jobs
            .insert_one(&document)
            .write_concern(WriteConcern::majority());
        match insert.await {
            Ok(_) => return Ok(Enqueued::new(id_of(&document))),
            Err(error) if is_duplicate_key(&error) => {
                if let Some(id) = holder(jobs, &document).await? {
                    return Ok(Enqueued::existing(id));
                }
                if jobs
                    .find_one(doc! { f::ID: id_of(&document) })
                    .projection(doc! { f::ID: 1 })
                    .await
                    .context("look for a job with the same id")?
                    .is_some()
                {
                    return Err(Error::DuplicateId(id_of(&document)));
                }
            }
            Err(source) => return Err(source).context("enqueue a job"),
        }
    }
    Err(Error::KeyContention(key_text(&document)))
}

/// Inserts many jobs and returns what came of each, in their order; one that is refused for its key
/// yields the job that holds it.
pub(crate) async fn many(
    jobs: &Collection<Document>,
    documents: Vec<Document>,
) -> Result<Vec<Enqueued>, Error> {
    let mut enqueued = Vec::with_capacity(documents.len());
    for chunk in documents.chunks(CHUNK) {
        let refused = insert_chunk(jobs, chunk).await?;
        let first = enqueued.len();
        enqueued.extend(chunk.iter().map(|new| Enqueued::new(id_of(new))));
        for index in refused {
            // The chunk's own inserts are done, so a key doubled inside it has its holder now.
            enqueued[first + index] = one(jobs, chunk[index].clone()).await?;
        }
    }
    Ok(enqueued)
}

/// Inserts jobs of different callers with one command; each has its own outcome. None of them waits
/// longer than [`BATCH_LIMIT`].
pub(crate) async fn batch(
    jobs: &Collection<Document>,
    documents: Vec<Document>,
) -> Vec<Result<Enqueued, Error>> {
    const OPERATION: &str = "enqueue jobs";
    let (jobs, count) = (jobs.clone(), documents.len());
    let inserting = async move {
        let mut outcomes = Vec::with_capacity(documents.len());
        for command in commands(&documents) {
            outcomes.extend(insert_command(&jobs, command).await);
        }
        Ok(outcomes)
    };
    match all_within(BATCH_LIMIT, OPERATION, inserting).await {
        Ok(outcomes) => outcomes,
        Err(error) => (0..count).map(|_| Err(error.again())).collect(),
    }
}

/// Divides `documents` into what goes with one command each. If the driver did so, a failure of one
/// command would not say what the others have written.
fn commands(documents: &[Document]) -> impl Iterator<Item = &[Document]> {
    let mut bytes = None;
    documents.chunk_by(move |previous, next| {
        let before: usize = bytes.unwrap_or_else(|| bytes_of(previous));
        let more = bytes_of(next);
        let both = before.saturating_add(more);
        let fits = both <= COMMAND_BYTES;
        bytes = Some(if fits { both } else { more });
        fits
    })
}

/// One that has no BSON form goes alone, so that no other shares its failure.
fn bytes_of(document: &Document) -> usize {
    encoded_bytes(document).unwrap_or(usize::MAX)
}

/// Inserts with one command what fits into it.
async fn insert_command(
    jobs: &Collection<Document>,
    documents: &[Document],
) -> Vec<Result<Enqueued, Error>> {
    if let [document] = documents {
        return vec![one(jobs, document.clone()).await];
    }
    let refused = match insert_chunk(jobs, documents).await {
        Ok(refused) => refused,
        // One that the server does not take keeps the others from being written.
        Err(error) if error.is_about_content() => (0..documents.len()).collect(),
        Err(error) => return documents.iter().map(|_| Err(error.again())).collect(),
    };
    let written = |new: &Document| Ok(Enqueued::new(id_of(new)));
    let mut outcomes: Vec<_> = documents.iter().map(written).collect();
    for index in refused {
        outcomes[index] = one(jobs, documents[index].clone()).await;
    }
    outcomes
}

/// Inserts a chunk and returns the indexes that were refused for a duplicate key.
async fn insert_chunk(
    jobs: &Collection<Document>,
    chunk: &[Document],
) -> Result<Vec<usize>, Error> {
    use mongodb::error::ErrorKind;
    let insert = jobs
        .insert_many(chunk)
        .ordered(false)
        .write_concern(WriteConcern::majority());
    let Err(error) = insert.await else {
        return Ok(Vec::new());
    };
    if let ErrorKind::InsertMany(failure) = error.kind.as_ref()
        && failure.write_concern_error.is_none()
        && let Some(refusals) = &failure.write_errors
        && refusals.iter().all(|refusal| refusal.code == DUPLICATE_KEY)
    {
        return Ok(refusals.iter().map(|refusal| refusal.index).collect());
    }
    Err(error).context("enqueue jobs")
}

/// Inserts one job inside the caller's transaction. A taken key must not raise a duplicate-key
/// error there, for that aborts the transaction; so jobs with keys are upserted on their key.
pub(crate) async fn in_transaction(
    jobs: &Collection<Document>,
    document: Document,
    session: &mut ClientSession,
) -> Result<Enqueued, Error> {
    let Some(filter) = key_filter(&document) else {
        jobs.insert_one(&document)
            .session(&mut *session)
            .await
            .context("enqueue a job in a transaction")?;
        return Ok(Enqueued::new(id_of(&document)));
    };
    if let Some(id) = holder_in(jobs, filter, session).await? {
        return Ok(Enqueued::existing(id));
    }
    upsert(jobs, document, session).await
}

/// Two transactions with the same key both come here; the second one's upsert meets a write
/// conflict, which its caller retries as every transient transaction error.
async fn upsert(
    jobs: &Collection<Document>,
    document: Document,
    session: &mut ClientSession,
) -> Result<Enqueued, Error> {
    let id = id_of(&document);
    let key = if document.contains_key(f::IDEMPOTENCY_KEY) {
        f::IDEMPOTENCY_KEY
    } else {
        f::UNIQUE_KEY
    };
    let mut on_insert = document;
    let queue = on_insert.remove(f::QUEUE).unwrap_or(Bson::Null);
    let value = on_insert.remove(key).unwrap_or(Bson::Null);
    let filter = doc! { f::QUEUE: queue, key: value };
    let outcome = jobs
        .update_one(filter.clone(), doc! { "$setOnInsert": on_insert })
        .upsert(true)
        .session(&mut *session)
        .await
        .context("enqueue a job in a transaction")?;
    if outcome.upserted_id.is_some() {
        return Ok(Enqueued::new(id));
    }
    let holder = holder_in(jobs, filter, session).await?;
    holder
        .map(Enqueued::existing)
        .ok_or(Error::KeyContention(id))
}

async fn holder_in(
    jobs: &Collection<Document>,
    filter: Document,
    session: &mut ClientSession,
) -> Result<Option<String>, Error> {
    let holder = jobs
        .find_one(filter)
        .projection(doc! { f::ID: 1 })
        .session(session)
        .await
        .context("look for the job that holds a key")?;
    Ok(holder.as_ref().map(id_of))
}

/// The id of the job that holds a key of `document`.
async fn holder(jobs: &Collection<Document>, document: &Document) -> Result<Option<String>, Error> {
    let Some(filter) = key_filter(document) else {
        return Ok(None);
    };
    let holder = jobs
        .find_one(filter)
        .projection(doc! { f::ID: 1 })
        .await
        .context("look for the job that holds a key")?;
    Ok(holder.as_ref().map(id_of))
}

/// Which jobs hold a key of `document`, if it has one.
fn key_filter(document: &Document) -> Option<Document> {
    let queue = document.get_str(f::QUEUE).unwrap_or_default();
    let keys: Vec<Document> = [f::IDEMPOTENCY_KEY, f::UNIQUE_KEY]
        .into_iter()
        .filter_map(|key| {
            let value = document.get_str(key).ok()?;
            Some(doc! { f::QUEUE: queue, key: value })
        })
        .collect();
    match keys.len() {
        0 => None,
        1 => keys.into_iter().next(),
        _ => Some(doc! { "$or": keys }),
    }
}

fn key_text(document: &Document) -> String {
    document
        .get_str(f::IDEMPOTENCY_KEY)
        .or_else(|_| document.get_str(f::UNIQUE_KEY))
        .unwrap_or_default()
        .to_owned()
}
