//! One version is replaced by another, and back, as docs/OPERATIONS.md says ("Updating"): migrations, then the
//! workers, then the APIs; and the APIs, then the workers.
//!
//! A new worker runs the jobs of an old API, while an old worker may not know those of a new one: so a new API
//! and an old worker never run at the same time, and nothing else is promised.

use std::path::Path;
use std::time::Duration;

use anyhow::Context;
use dossier_bench::Promises;
use dossier_devstack::stack::Prepared;
use tokio::time::{Instant, sleep, sleep_until};

use crate::apis::Apis;
use crate::crew::Crew;
use crate::run::{self, Script};
use crate::verify::Verified;

/// How many workers of each version there are.
const WORKERS: usize = 2;

/// After this nobody sends a request any more that was told of an API before.
const MEANWHILE: Duration = Duration::from_secs(1);

/// What the operator does.
#[derive(Clone, Copy)]
enum Step {
    Migrate,
    StartNewWorkers,
    ReplaceKilledNewWorker,
    StopOldestWorkers,
    StartNewApi,
    StopOldApi,
    StartOldApi,
    StopNewApi,
    StartOldWorkers,
}

/// When, as a part of the whole time.
const STEPS: [(f64, Step); 10] = [
    (0.08, Step::Migrate),
    (0.14, Step::StartNewWorkers),
    (0.25, Step::ReplaceKilledNewWorker),
    (0.35, Step::StopOldestWorkers),
    (0.42, Step::StartNewApi),
    (0.55, Step::StopOldApi),
    (0.65, Step::StartOldApi),
    (0.75, Step::StopNewApi),
    (0.80, Step::StartOldWorkers),
    (0.92, Step::StopOldestWorkers),
];

struct Update<'a> {
    old: &'a Prepared,
    new: &'a Prepared,
    length: Duration,
}

/// An API that serves.
struct Serving {
    pid: u32,
    url: String,
}

/// Runs it for `length`.
pub(crate) async fn run(
    old: &Prepared,
    new: &Prepared,
    length: Duration,
    logs: Option<&Path>,
    promises: &mut Promises,
) -> anyhow::Result<Option<Verified>> {
    let script = Update { old, new, length };
    run::run(&script, (old, WORKERS), logs, promises).await
}

impl Script for Update<'_> {
    const NAME: &'static str = "two versions";

    async fn play(&self, crew: &mut Crew<'_>, apis: &Apis) -> anyhow::Result<()> {
        let began = Instant::now();
        let mut old_api = Some(Serving {
            pid: crew.stack.api().pid(),
            url: crew.stack.api_url(),
        });
        let mut new_api = None;
        for (share, step) in STEPS {
            sleep_until(began + self.length.mul_f64(share)).await;
            match step {
                Step::Migrate => {
                    let said = crew.stack.migrate_with(&self.new.migrate).await?;
                    crew.tell(&format!("migrated: {}", said.trim()));
                }
                Step::StartNewWorkers => crew.start(WORKERS, &self.new.worker).await?,
                Step::ReplaceKilledNewWorker => {
                    crew.kill_newest().await?;
                    crew.start(1, &self.new.worker).await?;
                }
                Step::StopOldestWorkers => {
                    for _ in 0..WORKERS {
                        crew.drain_oldest().await?;
                    }
                }
                Step::StartNewApi => new_api = Some(start_api(crew, apis, self.new).await?),
                Step::StopOldApi => stop_api(crew, apis, old_api.take()).await?,
                Step::StartOldApi => old_api = Some(start_api(crew, apis, self.old).await?),
                Step::StopNewApi => stop_api(crew, apis, new_api.take()).await?,
                Step::StartOldWorkers => crew.start(WORKERS, &self.old.worker).await?,
            }
        }
        sleep_until(began + self.length).await;
        Ok(())
    }
}

async fn start_api(
    crew: &mut Crew<'_>,
    apis: &Apis,
    version: &Prepared,
) -> anyhow::Result<Serving> {
    let api = crew.stack.start_api_of(&version.api).await?;
    apis.add(&api.url);
    crew.tell(&format!("api {} started", api.pid));
    Ok(Serving {
        pid: api.pid,
        url: api.url,
    })
}

/// As behind a load balancer: it is sent nothing any more, and is then told to stop.
async fn stop_api(crew: &mut Crew<'_>, apis: &Apis, api: Option<Serving>) -> anyhow::Result<()> {
    let api = api.context("the api that is to be stopped runs")?;
    apis.remove(&api.url);
    sleep(MEANWHILE).await;
    let status = crew.stack.stop_api(api.pid).await?;
    crew.ended(&format!("api {}", api.pid), status);
    Ok(())
}
