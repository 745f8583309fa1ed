//! The list of all candidates and what sets them apart.

use std::process::Command;

use serde::{Deserialize, Serialize};

use super::agenda;
use crate::arguments::Settings;
use crate::child_task::ChildTask;
use crate::server::ServerKind;

/// A queue in one configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum Candidate {
    /// Ours, with its default retention.
    ApalisMongodb,
    /// Ours; a job is deleted when it has succeeded.
    ApalisMongodbDelete,
    ApalisPostgres,
    ApalisPostgresBatch,
    ApalisRedis,
    GraphileWorker,
    Agenda,
}

impl Candidate {
    /// What people call it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::ApalisMongodb => "apalis-mongodb",
            Self::ApalisMongodbDelete => "apalis-mongodb, delete on success",
            Self::ApalisPostgres => "apalis-postgres",
            Self::ApalisPostgresBatch => "apalis-postgres, batch 100",
            Self::ApalisRedis => "apalis-redis",
            Self::GraphileWorker => "graphile_worker",
            Self::Agenda => "agenda",
        }
    }

    /// What is not its default.
    pub(crate) fn configuration(self, settings: &Settings) -> String {
        let Settings {
            concurrency,
            batch,
            in_flight,
            ..
        } = settings;
        match self {
            Self::ApalisMongodb => format!("batches of {batch}, {in_flight} in flight"),
            Self::ApalisMongodbDelete => {
                format!("batches of {batch}, {in_flight} in flight; done jobs are deleted")
            }
            Self::ApalisPostgres => "LISTEN, and a poll every 100 ms".into(),
            Self::ApalisPostgresBatch => "batches of 100; LISTEN, and a poll every 100 ms".into(),
            Self::ApalisRedis => "a poll every 100 ms".into(),
            Self::GraphileWorker => {
                "local queue of 100, completions batched over 5 ms; done jobs are deleted".into()
            }
            Self::Agenda => format!("maxConcurrency and defaultConcurrency {concurrency}"),
        }
    }

    pub(crate) fn server(self) -> ServerKind {
        match self {
            Self::ApalisMongodb | Self::ApalisMongodbDelete | Self::Agenda => ServerKind::Mongod,
            Self::ApalisPostgres | Self::ApalisPostgresBatch | Self::GraphileWorker => {
                ServerKind::Postgres
            }
            Self::ApalisRedis => ServerKind::Redis,
        }
    }

    /// The database it has to itself.
    pub(crate) fn database(self) -> &'static str {
        match self {
            Self::ApalisMongodb => "apalis_mongodb",
            Self::ApalisMongodbDelete => "apalis_mongodb_delete",
            Self::ApalisPostgres => "apalis_postgres",
            Self::ApalisPostgresBatch => "apalis_postgres_batch",
            Self::ApalisRedis => "0",
            Self::GraphileWorker => "graphile_worker",
            Self::Agenda => "agenda",
        }
    }

    /// As many of `jobs` as it takes in a reasonable time, or at all.
    pub(crate) fn share_of(self, jobs: u32) -> u32 {
        match self {
            // Its workers die of more than about 8,000 due jobs.
            Self::ApalisRedis => jobs.min(5_000),
            // It locks all due jobs, one by one, before it runs the first.
            Self::Agenda => jobs.min(2_000),
            _ => jobs,
        }
    }

    pub(crate) fn can_enqueue_in_batches(self) -> bool {
        self != Self::Agenda
    }

    pub(crate) fn can_enqueue_with_document(self) -> bool {
        self.server() != ServerKind::Redis && self != Self::Agenda
    }

    /// The child that fulfils `order`.
    pub(crate) fn command(self, order: &ChildTask) -> anyhow::Result<Command> {
        let order = serde_json::to_string(order)?;
        let mut command = match self {
            Self::Agenda => agenda::command(),
            _ => {
                let mut own = Command::new(std::env::current_exe()?);
                own.arg("--order");
                own
            }
        };
        command.arg(order);
        Ok(command)
    }
}
