use apalis_core::backend::codec::Codec;
use apalis_core::backend::{Filter, ListAllTasks, ListTasks};
use apalis_core::task::Task;
use futures_util::TryStreamExt;
use mongodb::Collection;
use mongodb::bson::{Document, RawDocumentBuf, doc};

use super::task_of;
use crate::MongoStorage;
use crate::codec::MongoCompact;
use crate::deadline::{CALL_LIMIT, spawned};
use crate::error::{Context, Error};
use crate::model::{JobDocument, field as f};

impl<Args, C> ListTasks for MongoStorage<Args, C>
where
    C: Codec<Args> + Send + Sync + 'static,
    C::Compact: MongoCompact,
{
    async fn list_tasks(&self, filter: &Filter) -> Result<Vec<Task<C::Compact>>, Error> {
        let query = doc! { f::QUEUE: &self.config().queue };
        page(
            self.config().collections.raw_jobs(self.database()),
            query,
            filter,
        )
        .await
    }
}

impl<Args, C> ListAllTasks for MongoStorage<Args, C>
where
    C: Codec<Args> + Send + Sync + 'static,
    C::Compact: MongoCompact,
{
    async fn list_all_tasks(&self, filter: &Filter) -> Result<Vec<Task<C::Compact>>, Error> {
        page(
            self.config().collections.raw_jobs(self.database()),
            doc! {},
            filter,
        )
        .await
    }
}

/// One page, newest first. A document that is not a job, or whose payload is of another wire
/// format, is left out: a list must not fail for one of its rows.
async fn page<Compact: MongoCompact>(
    jobs: Collection<RawDocumentBuf>,
    mut query: Document,
    filter: &Filter,
) -> Result<Vec<Task<Compact>>, Error> {
    if let Some(status) = &filter.status {
        query.insert(f::STATUS, status.to_string());
    }
    let skip = u64::from(filter.page.saturating_sub(1)) * u64::from(filter.limit());
    let limit = i64::from(filter.limit());
    let rows: Vec<RawDocumentBuf> = spawned(async move {
        let found = jobs
            .find(query)
            .sort(doc! { f::ID: -1 })
            .skip(skip)
            .limit(limit)
            .max_time(CALL_LIMIT)
            .await
            .context("list jobs")?;
        found.try_collect().await.context("list jobs")
    })
    .await?;
    Ok(rows
        .iter()
        .filter_map(|raw| task_of(JobDocument::from_raw(raw).ok()?).ok())
        .collect())
}
