//! Ours.

use std::time::Duration;

use anyhow::Context;
use apalis_mongodb::{Config, JobState, MongoStorage, NewJob, Retention, setup};
use futures_util::TryStreamExt;
use mongodb::bson::{Document, doc};
use mongodb::options::ClientOptions;
use mongodb::{Client, Database};

use super::queue::Promise;
use super::stack::run_worker;
use super::{Candidate, Observer, Queue, Store};
use crate::arguments::Settings;
use crate::job::Job;

/// The queue's name, everywhere.
pub(crate) const QUEUE: &str = "bench";

/// What an application writes beside its jobs.
const USERS: &str = "users";

pub(crate) struct ApalisMongodb {
    storage: MongoStorage<Job>,
}

impl ApalisMongodb {
    pub(crate) async fn open(
        candidate: Candidate,
        uri: &str,
        settings: &Settings,
    ) -> anyhow::Result<Self> {
        let options = ClientOptions::parse(uri).await?;
        Self::with_options(candidate, options, settings)
    }

    pub(crate) fn with_options(
        candidate: Candidate,
        options: ClientOptions,
        settings: &Settings,
    ) -> anyhow::Result<Self> {
        let client = Client::with_options(options)?;
        let database = client.default_database();
        let database = database.context("the address names no database")?;
        let storage = MongoStorage::new(&database, config(candidate, settings));
        Ok(Self { storage })
    }

    pub(crate) fn database(&self) -> &Database {
        self.storage.database()
    }
}

/// Ends what the server still does for processes of the last round. A change stream goes on
/// reading the oplog for seconds after its client is gone, at the cost of whoever is next.
async fn end_leftovers(client: &Client) -> anyhow::Result<()> {
    let admin = client.database("admin");
    let awaiting = [
        doc! { "$currentOp": {} },
        doc! { "$match": { "op": "getmore" } },
    ];
    let mut leftovers = admin.aggregate(awaiting).await?;
    while let Some(operation) = leftovers.try_next().await? {
        if let Some(id) = operation.get("opid") {
            let kill = doc! { "killOp": 1, "op": id.clone() };
            admin.run_command(kill).await?;
        }
    }
    Ok(())
}

fn config(candidate: Candidate, settings: &Settings) -> Config {
    let mut config = Config::new(QUEUE)
        .concurrency(settings.concurrency)
        .batch_size(settings.batch)
        .max_in_flight(settings.in_flight);
    if let Some(seconds) = settings.poll_seconds {
        config = config.poll_interval(Duration::from_secs(seconds));
    }
    if candidate == Candidate::ApalisMongodbDelete {
        config = config.retention(Retention {
            done: Some(Duration::ZERO),
            ..Retention::default()
        });
    }
    config
}

impl Store for ApalisMongodb {
    fn reset(&self) -> Promise<'_, ()> {
        Box::pin(async {
            end_leftovers(self.database().client()).await?;
            self.database().drop().await?;
            self.database().create_collection(USERS).await?;
            Ok(setup(self.database(), self.storage.config()).await?)
        })
    }

    fn unfinished(&self, jobs: u64) -> Promise<'_, u64> {
        Box::pin(async move {
            let config = self.storage.config();
            let operator = self.storage.operator();
            let mut counts = operator.count_by_state(Some(QUEUE)).await?;
            let counts = counts.remove(QUEUE).unwrap_or_default();
            Ok(match config.kept(JobState::Done) {
                // What is gone has succeeded: nothing else deletes within a day.
                Some(Duration::ZERO) => {
                    counts.scheduled + counts.ready + counts.running + counts.dead
                }
                _ => jobs.saturating_sub(counts.done),
            })
        })
    }
}

impl Queue for ApalisMongodb {
    fn push(&self, job: Job) -> Promise<'_, ()> {
        Box::pin(async {
            self.storage.enqueue(job).await?;
            Ok(())
        })
    }

    fn push_many(&self, jobs: Vec<Job>) -> Promise<'_, ()> {
        Box::pin(async {
            let jobs = jobs.into_iter().map(NewJob::new);
            self.storage.enqueue_many(jobs).await?;
            Ok(())
        })
    }

    fn push_with_document(&self, job: Job) -> Promise<'_, ()> {
        Box::pin(async {
            let users = self.database().collection::<Document>(USERS);
            let user = doc! { "name": format!("user {}", job.number) };
            let mut session = self.database().client().start_session().await?;
            session.start_transaction().await?;
            users.insert_one(user).session(&mut session).await?;
            self.storage.with_session(&mut session).push(job).await?;
            Ok(session.commit_transaction().await?)
        })
    }

    fn work(&self, settings: Settings, observer: Observer) -> Promise<'_, ()> {
        run_worker!(self.storage.clone(), settings, observer)
    }
}
