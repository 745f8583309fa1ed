use std::collections::HashSet;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use apalis_core::backend::codec::Codec;
use apalis_core::backend::{TaskResult, WaitForCompletion};
use apalis_core::task::status::Status as TaskStatus;
use apalis_core::task::task_id::TaskId;
use futures_util::{Stream, TryStreamExt};
use mongodb::bson::{Bson, RawDocumentBuf, doc};
use mongodb::{Collection, bson};
use serde::de::DeserializeOwned;
use tokio::sync::mpsc;

use crate::MongoStorage;
use crate::backoff::Backoff;
use crate::codec::MongoCompact;
use crate::deadline::spawned;
use crate::error::{Context as _, Error};
use crate::model::lenient::Fields;
use crate::model::{JobDocument, Status, field as f};
use crate::opaque;

const FIRST_PAUSE: Duration = Duration::from_millis(20);
const LONGEST_PAUSE: Duration = Duration::from_millis(500);

/// The results of the awaited jobs as they come; ends with the last one.
#[derive(Debug)]
pub struct Results<Output> {
    results: mpsc::Receiver<Result<TaskResult<Output>, Error>>,
}

impl<Output> Stream for Results<Output> {
    type Item = Result<TaskResult<Output>, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.results.poll_recv(cx)
    }
}

impl<Args, C, Output> WaitForCompletion<Output> for MongoStorage<Args, C>
where
    C: Codec<Args> + Send,
    C::Compact: MongoCompact,
    Output: DeserializeOwned + Send + 'static,
{
    type ResultStream = Results<Output>;

    fn wait_for(&mut self, task_ids: impl IntoIterator<Item = TaskId>) -> Results<Output> {
        let (sender, results) = mpsc::channel(16);
        let ids = task_ids.into_iter().map(|id| id.to_string()).collect();
        let jobs = self.config().collections.raw_jobs(self.database());
        tokio::spawn(wait(jobs, ids, sender));
        Results { results }
    }

    async fn check_status(
        &mut self,
        task_ids: impl IntoIterator<Item = TaskId> + Send,
    ) -> Result<Vec<TaskResult<Output>>, Error> {
        let ids: Vec<String> = task_ids.into_iter().map(|id| id.to_string()).collect();
        let jobs = self.config().collections.raw_jobs(self.database());
        spawned(async move {
            let found = finished(&jobs, ids).await?;
            found.iter().map(|raw| result_of(raw)).collect()
        })
        .await
    }
}

/// Asks until every job is finished or nobody listens any more.
async fn wait<Output: DeserializeOwned + 'static>(
    jobs: Collection<RawDocumentBuf>,
    mut ids: HashSet<String>,
    sender: mpsc::Sender<Result<TaskResult<Output>, Error>>,
) {
    let mut backoff = Backoff::new(FIRST_PAUSE, LONGEST_PAUSE);
    while !ids.is_empty() {
        match finished(&jobs, ids.iter().cloned().collect()).await {
            Ok(found) => {
                for raw in found {
                    ids.remove(&Fields(&raw).id());
                    backoff.reset();
                    if sender.send(result_of(&raw)).await.is_err() {
                        return;
                    }
                }
            }
            Err(error) => {
                if sender.send(Err(error)).await.is_err() {
                    return;
                }
            }
        }
        if ids.is_empty() {
            return;
        }
        tokio::select! {
            () = sender.closed() => return,
            () = tokio::time::sleep(backoff.pause()) => {}
        }
    }
}

async fn finished(
    jobs: &Collection<RawDocumentBuf>,
    ids: Vec<String>,
) -> Result<Vec<RawDocumentBuf>, Error> {
    let over: [Bson; 3] = [Status::Done, Status::Failed, Status::Killed].map(bson::Bson::from);
    jobs.find(doc! { f::ID: { "$in": ids }, f::STATUS: { "$in": over.to_vec() } })
        .await
        .context("look for finished jobs")?
        .try_collect()
        .await
        .context("look for finished jobs")
}

/// A document that is no job has failed for that; the others are waited for all the same.
fn result_of<Output: DeserializeOwned + 'static>(
    raw: &RawDocumentBuf,
) -> Result<TaskResult<Output>, Error> {
    let job = match JobDocument::from_raw(raw) {
        Ok(job) => job,
        Err(malformed) => {
            return Ok(TaskResult {
                task_id: TaskId::from_string(Fields(raw).id()),
                attempt: 0,
                status: TaskStatus::Failed,
                result: Err(malformed.to_string()),
            });
        }
    };
    let status = match job.status {
        Status::Done => TaskStatus::Done,
        Status::Killed => TaskStatus::Killed,
        _ => TaskStatus::Failed,
    };
    let result = match job.status {
        Status::Done => Ok(opaque::decode(job.result.unwrap_or(Bson::Null))
            .map_err(|e| Error::Codec(Box::new(e)))?),
        _ => Err(job.last_error.unwrap_or_else(|| "cancelled".to_owned())),
    };
    Ok(TaskResult {
        task_id: TaskId::from_string(job.id),
        attempt: usize::try_from(job.attempts).unwrap_or(0),
        status,
        result,
    })
}
