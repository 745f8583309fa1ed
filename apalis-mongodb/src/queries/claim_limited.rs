//! A claim that respects a limit on how many jobs of a queue run at once, over all workers.

use mongodb::bson::{Document, doc};
use mongodb::error::TRANSIENT_TRANSACTION_ERROR;
use mongodb::options::{ReadConcern, ReadPreference, WriteConcern};
use mongodb::{ClientSession, Database};

use super::claim::{self, Claim};
use crate::deadline::all_within;
use crate::error::{Context, Error};
use crate::model::{JobDocument, Status, field as f};

const OPERATION: &str = "claim jobs within a limit";

/// Claims as many of `wanted` as may run besides those that do. Everything happens in one
/// transaction that first writes the queue's document: of two workers that count at the same
/// time, one has to start over, and it takes nothing.
pub(crate) async fn claim(
    db: &Database,
    claim: &Claim,
    wanted: Vec<JobDocument>,
    max_running: u32,
) -> Result<Vec<JobDocument>, Error> {
    let limit = claim.config.call_limit();
    let (db, claim) = (db.clone(), claim.clone());
    let claiming = async move { transact(&db, &claim, wanted, max_running).await };
    all_within(limit, OPERATION, claiming).await
}

async fn transact(
    db: &Database,
    claim: &Claim,
    wanted: Vec<JobDocument>,
    max_running: u32,
) -> Result<Vec<JobDocument>, Error> {
    let mut session = db.client().start_session().await.context(OPERATION)?;
    session
        .start_transaction()
        .read_concern(ReadConcern::snapshot())
        .write_concern(WriteConcern::majority())
        .selection_criteria(ReadPreference::Primary.into())
        .await
        .context(OPERATION)?;
    let claimed = count_and_claim(db, claim, wanted, max_running, &mut session).await;
    match claimed {
        Ok(claimed) if !claimed.is_empty() => match session.commit_transaction().await {
            Ok(()) => Ok(claimed),
            Err(error) if is_transient(&error) => Ok(Vec::new()),
            // Whether it was committed is not known; the caller gives the jobs back.
            Err(source) => Err(source).context(OPERATION),
        },
        outcome => {
            session.abort_transaction().await.context(OPERATION)?;
            match outcome {
                Err(Error::Database { source, .. }) if is_transient(&source) => Ok(Vec::new()),
                outcome => outcome,
            }
        }
    }
}

async fn count_and_claim(
    db: &Database,
    claim: &Claim,
    mut wanted: Vec<JobDocument>,
    max_running: u32,
    session: &mut ClientSession,
) -> Result<Vec<JobDocument>, Error> {
    let config = &claim.config;
    config
        .collections
        .queues(db)
        .update_one(
            doc! { f::ID: &config.queue },
            doc! { "$inc": { "claims": 1_i64 } },
        )
        .session(&mut *session)
        .await
        .context(OPERATION)?;
    let running = doc! { f::STATUS: Status::Running, f::QUEUE: &config.queue };
    let running = config
        .collections
        .jobs(db)
        .count_documents(running)
        .session(&mut *session)
        .await
        .context(OPERATION)?;
    let free = u64::from(max_running).saturating_sub(running);
    wanted.truncate(usize::try_from(free).unwrap_or(usize::MAX));
    if wanted.is_empty() {
        return Ok(wanted);
    }
    let command: Document = claim::command(claim, &wanted);
    let reply = db
        .run_command(command)
        .session(session)
        .await
        .context(OPERATION)?;
    super::reply::check(&reply, OPERATION)?;
    if super::reply::count(&reply) == wanted.len() as u64 {
        Ok(claim::assume_claimed(claim, wanted))
    } else {
        // Another worker was faster: start over rather than sort out which are ours.
        Ok(Vec::new())
    }
}

fn is_transient(error: &mongodb::error::Error) -> bool {
    error.contains_label(TRANSIENT_TRANSACTION_ERROR)
}
