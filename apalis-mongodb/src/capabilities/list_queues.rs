use apalis_core::backend::codec::Codec;
use apalis_core::backend::{ListQueues, QueueInfo};
use mongodb::Database;
use mongodb::bson::doc;
use mongodb::options::Hint;

use super::statistics::statistics;
use crate::MongoStorage;
use crate::codec::MongoCompact;
use crate::config::Collections;
use crate::deadline::{CALL_LIMIT, spawned};
use crate::error::{Context, Error};
use crate::indexes::FINISHED;
use crate::model::{Status, field as f};
use crate::operator::Operator;

const DAYS: i64 = 7;
const DAY_MS: i64 = 24 * 3600 * 1000;

impl<Args, C> ListQueues for MongoStorage<Args, C>
where
    C: Codec<Args> + Send + Sync,
    C::Compact: MongoCompact,
{
    async fn list_queues(&self) -> Result<Vec<QueueInfo>, Error> {
        let (db, collections) = (self.database().clone(), self.config().collections.clone());
        let operator = self.operator();
        spawned(async move { list(&operator, &db, &collections).await }).await
    }
}

async fn list(
    operator: &Operator,
    db: &Database,
    collections: &Collections,
) -> Result<Vec<QueueInfo>, Error> {
    let workers = operator.list_workers(None).await?;
    let mut queues = Vec::new();
    for (name, counts) in operator.count_by_state(None).await? {
        let of_queue = workers.iter().filter(|worker| worker.queue == name);
        queues.push(QueueInfo {
            stats: statistics(&counts, None),
            workers: of_queue.map(|worker| worker.id.clone()).collect(),
            activity: activity(db, collections, &name).await?,
            name,
        });
    }
    Ok(queues)
}

/// Jobs done on each of the last seven days, counted from the index alone.
async fn activity(
    db: &Database,
    collections: &Collections,
    queue: &str,
) -> Result<Vec<usize>, Error> {
    let mut days = Vec::new();
    for day in (0..DAYS).rev() {
        let back = |days: i64| doc! { "$subtract": ["$$NOW", days * DAY_MS] };
        let finished = f::path(f::FINISHED_AT);
        let count = collections
            .jobs(db)
            .count_documents(doc! {
                f::QUEUE: queue,
                f::STATUS: Status::Done,
                f::FINISHED_AT: crate::indexes::since_epoch(),
                "$expr": { "$and": [
                    { "$gt": [&finished, back(day + 1)] },
                    { "$lte": [&finished, back(day)] },
                ] },
            })
            .hint(Hint::Name(FINISHED.to_owned()))
            .max_time(CALL_LIMIT)
            .await
            .context("count finished jobs by day")?;
        days.push(usize::try_from(count).unwrap_or(usize::MAX));
    }
    Ok(days)
}
