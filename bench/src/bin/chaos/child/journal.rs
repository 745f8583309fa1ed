//! What a worker writes down, by the server's clock.

use std::sync::Arc;
use std::time::Duration;

use apalis_mongodb::JobHandle;
use mongodb::bson::oid::ObjectId;
use mongodb::bson::{Document, doc};
use mongodb::error::{TRANSIENT_TRANSACTION_ERROR, UNKNOWN_TRANSACTION_COMMIT_RESULT};
use mongodb::options::WriteConcern;
use mongodb::{ClientSession, Collection, Database};
use tokio::time::Instant;

use super::WorkerTask;
use crate::clock::now_millis;
use crate::job::{EFFECTS, Job, PROCESSES, STARTS};

/// Whoever holds the document that a transaction wants needs a moment to be done with it.
const CONFLICT_PAUSE: Duration = Duration::from_millis(5);

/// Writes down what a worker process does. It only ever adds.
#[derive(Debug, Clone)]
pub(super) struct Journal {
    worker: Arc<str>,
    database: Database,
    /// How long a write may take: a connection can die without a word, and the handler has to end
    /// before anybody can run the job again.
    limit: Duration,
}

/// Why a handler could not write down what it did, or do it.
#[derive(Debug, thiserror::Error)]
pub(super) enum Error {
    #[error("database: {}", .0.kind)]
    Database(#[from] mongodb::error::Error),
    #[error(transparent)]
    Queue(#[from] apalis_mongodb::Error),
    #[error("the database did not answer in time")]
    TimedOut,
    #[error("a task of the handler ended")]
    Ended,
}

impl Error {
    /// Whether the whole transaction may be tried again, as after a conflict with a renewal.
    fn is_transient(&self) -> bool {
        match self {
            Self::Database(source)
            | Self::Queue(apalis_mongodb::Error::Database { source, .. }) => {
                source.contains_label(TRANSIENT_TRANSACTION_ERROR)
            }
            _ => false,
        }
    }
}

impl Journal {
    pub(super) fn new(database: &Database, order: &WorkerTask) -> Self {
        Self {
            worker: order.worker.as_str().into(),
            database: database.clone(),
            limit: order.lease() / 2,
        }
    }

    /// Says how far this process's clock is from the server's.
    pub(super) async fn process_started(&self) -> Result<(), Error> {
        let hello = self.database.run_command(doc! { "hello": 1 }).await?;
        let server = hello
            .get_datetime("localTime")
            .map(|server| server.timestamp_millis());
        let ahead = server.map_or(0, |server| now_millis() - server);
        let fields = doc! { "worker": &*self.worker, "ahead_ms": ahead };
        let processes = self.database.collection(PROCESSES);
        write(&processes, fields, None).await
    }

    /// A handler starts. When this has been written, every server failure leaves it.
    pub(super) async fn started(&self, job: &Job, attempt: u32) -> Result<(), Error> {
        let starts = self.database.collection(STARTS);
        let mut fields = self.fields(job);
        fields.insert("attempt", i64::from(attempt));
        self.within(async move { write(&starts, fields, None).await })
            .await
    }

    /// The job's effect, in one transaction with its completion.
    pub(super) async fn effect_with_completion(
        &self,
        job: &Job,
        handle: &JobHandle,
    ) -> Result<(), Error> {
        let (database, handle, fields) = (self.database.clone(), handle.clone(), self.fields(job));
        let until = Instant::now() + self.limit;
        self.within(async move {
            let mut session = database.client().start_session().await?;
            loop {
                match commit(&mut session, &database, &handle, fields.clone()).await {
                    Err(error) if error.is_transient() && Instant::now() < until => {
                        tokio::time::sleep(CONFLICT_PAUSE).await;
                    }
                    outcome => return outcome,
                }
            }
        })
        .await
    }

    fn fields(&self, job: &Job) -> Document {
        doc! { "job": i64::from(job.number), "worker": &*self.worker }
    }

    /// Calls of the driver are not to be dropped half-way, so they run on by themselves.
    async fn within(
        &self,
        calls: impl Future<Output = Result<(), Error>> + Send + 'static,
    ) -> Result<(), Error> {
        match tokio::time::timeout(self.limit, tokio::spawn(calls)).await {
            Ok(outcome) => outcome.map_err(|_| Error::Ended)?,
            Err(_) => Err(Error::TimedOut),
        }
    }
}

async fn commit(
    session: &mut ClientSession,
    database: &Database,
    handle: &JobHandle,
    fields: Document,
) -> Result<(), Error> {
    session.start_transaction().await?;
    write(&database.collection(EFFECTS), fields, Some(session)).await?;
    if let Err(error) = handle.complete_in(session).await {
        // The error says why; that the server forgets the transaction is all that is left to do.
        let _ = session.abort_transaction().await;
        return Err(error.into());
    }
    loop {
        match session.commit_transaction().await {
            Err(error) if error.contains_label(UNKNOWN_TRANSACTION_COMMIT_RESULT) => {}
            outcome => return Ok(outcome?),
        }
    }
}

/// Adds a document with the server's time.
async fn write(
    collection: &Collection<Document>,
    fields: Document,
    session: Option<&mut ClientSession>,
) -> Result<(), Error> {
    let new = doc! { "_id": ObjectId::new() };
    let write = doc! { "$setOnInsert": fields, "$currentDate": { "at": true } };
    let update = collection.update_one(new, write).upsert(true);
    match session {
        // The transaction has the write concern then.
        Some(session) => update.session(session).await?,
        None => update.write_concern(WriteConcern::majority()).await?,
    };
    Ok(())
}
