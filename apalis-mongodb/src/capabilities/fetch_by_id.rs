use apalis_core::backend::FetchById;
use apalis_core::backend::codec::Codec;
use apalis_core::task::task_id::TaskId;
use mongodb::bson::doc;

use super::task_of;
use crate::MongoStorage;
use crate::codec::MongoCompact;
use crate::deadline::spawned;
use crate::error::{Context, Error};
use crate::model::{JobDocument, field as f};

impl<Args, C> FetchById for MongoStorage<Args, C>
where
    C: Codec<Args> + Send,
    C::Compact: MongoCompact,
{
    async fn fetch_by_id(&mut self, task_id: &TaskId) -> Result<Option<Self::Task>, Error> {
        let jobs = self.config().collections.raw_jobs(self.database());
        let filter = doc! { f::ID: task_id.to_string(), f::QUEUE: &self.config().queue };
        let found = spawned(async move { jobs.find_one(filter).await.context("find a job") });
        match found.await? {
            Some(raw) => task_of(JobDocument::from_raw(&raw)?).map(Some),
            None => Ok(None),
        }
    }
}
