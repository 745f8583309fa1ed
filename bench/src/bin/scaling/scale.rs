//! One worker, four, and one again.

use std::path::{Path, PathBuf};
use std::time::Duration;

use dossier_bench::Promises;
use dossier_devstack::stack::Prepared;
use tokio::time::{Instant, sleep_until};

use crate::apis::Apis;
use crate::crew::Crew;
use crate::run::{self, Script};
use crate::verify::Verified;

/// What happens to the workers.
#[derive(Clone, Copy)]
enum Step {
    Start(usize),
    KillOldest,
    DrainOldest,
}

/// When it happens, as a part of the whole time.
const STEPS: [(f64, Step); 10] = [
    (0.10, Step::Start(3)),
    (0.25, Step::KillOldest),
    (0.27, Step::Start(1)),
    (0.38, Step::DrainOldest),
    (0.40, Step::Start(1)),
    (0.50, Step::KillOldest),
    (0.52, Step::Start(1)),
    (0.65, Step::DrainOldest),
    (0.75, Step::KillOldest),
    (0.85, Step::DrainOldest),
];

struct Scale {
    worker: PathBuf,
    length: Duration,
}

/// Runs it for `length`.
pub(crate) async fn run(
    prepared: &Prepared,
    length: Duration,
    logs: Option<&Path>,
    promises: &mut Promises,
) -> anyhow::Result<Option<Verified>> {
    let script = Scale {
        worker: prepared.worker.clone(),
        length,
    };
    run::run(&script, (prepared, 1), logs, promises).await
}

impl Script for Scale {
    const NAME: &'static str = "1 to 4 to 1";

    async fn play(&self, crew: &mut Crew<'_>, _: &Apis) -> anyhow::Result<()> {
        let began = Instant::now();
        for (share, step) in STEPS {
            sleep_until(began + self.length.mul_f64(share)).await;
            match step {
                Step::Start(count) => crew.start(count, &self.worker).await?,
                Step::KillOldest => crew.kill_oldest().await?,
                Step::DrainOldest => crew.drain_oldest().await?,
            }
        }
        sleep_until(began + self.length).await;
        Ok(())
    }
}
