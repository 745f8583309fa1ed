//! graphile_worker at its fastest: jobs fetched a hundred at a time, completions batched.

use std::time::Duration;

use graphile_worker::{
    IntoTaskHandlerResult, JobSpec, LocalQueueConfig, TaskHandler, WorkerContext, WorkerOptions,
    WorkerUtils,
};
use sqlx::PgPool;

use super::queue::Promise;
use super::{Observer, Queue, Store, postgres_pool};
use crate::arguments::Settings;
use crate::job::Job;

const SCHEMA: &str = "graphile_worker";
const LOCAL_QUEUE: usize = 100;
const COMPLETION_DELAY: Duration = Duration::from_millis(5);

#[derive(Clone)]
struct Seen(Observer);

impl std::fmt::Debug for Seen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Seen")
    }
}

impl TaskHandler for Job {
    const IDENTIFIER: &'static str = "bench";

    async fn run(self, context: WorkerContext) -> impl IntoTaskHandlerResult {
        if let Some(Seen(observer)) = context.get_ext::<Seen>() {
            observer(&self);
        }
        Ok::<(), String>(())
    }
}

pub(super) struct GraphileWorker {
    uri: String,
    pool: PgPool,
}

impl GraphileWorker {
    pub(super) fn open(uri: &str) -> anyhow::Result<Self> {
        Ok(Self {
            uri: uri.to_owned(),
            pool: postgres_pool::lazy(uri)?,
        })
    }

    fn utils(&self) -> WorkerUtils {
        WorkerUtils::new(self.pool.clone(), SCHEMA)
    }
}

impl Store for GraphileWorker {
    fn reset(&self) -> Promise<'_, ()> {
        Box::pin(async {
            postgres_pool::recreate_database(&self.uri).await?;
            // What a connection did is counted for certain when it closes.
            let pool = postgres_pool::lazy(&self.uri)?;
            WorkerUtils::new(pool.clone(), SCHEMA).migrate().await?;
            pool.close().await;
            Ok(())
        })
    }

    fn unfinished(&self, _: u64) -> Promise<'_, u64> {
        Box::pin(async {
            let left = "SELECT count(*) FROM graphile_worker._private_jobs";
            let left: i64 = sqlx::query_scalar(left).fetch_one(&self.pool).await?;
            Ok(left.unsigned_abs())
        })
    }
}

impl Queue for GraphileWorker {
    fn push(&self, job: Job) -> Promise<'_, ()> {
        Box::pin(async {
            self.utils().add_job(job, JobSpec::default()).await?;
            Ok(())
        })
    }

    fn push_many(&self, jobs: Vec<Job>) -> Promise<'_, ()> {
        Box::pin(async {
            let spec = JobSpec::default();
            let jobs: Vec<_> = jobs.into_iter().map(|job| (job, &spec)).collect();
            self.utils().add_jobs(&jobs).await?;
            Ok(())
        })
    }

    fn push_with_document(&self, job: Job) -> Promise<'_, ()> {
        Box::pin(async move {
            let mut transaction = self.pool.begin().await?;
            sqlx::query("INSERT INTO users (name) VALUES ($1)")
                .bind(format!("user {}", job.number))
                .execute(&mut *transaction)
                .await?;
            let mut utils = self.utils().with_executor(&mut *transaction);
            utils.add_job(job, JobSpec::default()).await?;
            drop(utils);
            Ok(transaction.commit().await?)
        })
    }

    fn work(&self, settings: Settings, observer: Observer) -> Promise<'_, ()> {
        Box::pin(async move {
            let worker = WorkerOptions::default()
                .pg_pool(self.pool.clone())
                .schema(SCHEMA)
                .concurrency(settings.concurrency)
                .local_queue(LocalQueueConfig::default().with_size(LOCAL_QUEUE))
                .complete_job_batch_delay(COMPLETION_DELAY)
                .add_extension(Seen(observer))
                .define_job::<Job>()
                .init()
                .await?;
            Ok(worker.run().await?)
        })
    }
}
