//! Does to the workers and the server what the plan says, when it says so.

use dossier_devstack::testing::Proxy;
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::plan::{Disturbance, Outage, Planned};
use crate::record::{Occurrence, Record};
use crate::server::Server;
use crate::workers::Workers;

/// Disturbs workers; those that end by themselves are replaced meanwhile.
pub(crate) async fn workers(
    plan: &[Planned],
    workers: &mut Workers,
    proxy: &Proxy,
    record: &Record,
) -> anyhow::Result<()> {
    let begin = Instant::now();
    let mut frozen = JoinSet::new();
    for planned in plan {
        tokio::select! {
            error = workers.watch() => return Err(error),
            () = tokio::time::sleep_until(begin + planned.at) => {}
        }
        match planned.what {
            Disturbance::Kill { slot } => workers.kill(slot).await?,
            Disturbance::KillAll => {
                workers.kill_all().await?;
            }
            Disturbance::Freeze { slot, length } => {
                let worker = workers.freeze(slot);
                frozen.spawn(async move {
                    tokio::time::sleep(length).await;
                    worker.thaw();
                });
            }
            Disturbance::Terminate { slot } => workers.terminate(slot)?,
            Disturbance::CutOff => {
                record.add(Occurrence::CutOff);
                proxy.black_hole();
            }
        }
    }
    while !frozen.is_empty() {
        tokio::select! {
            error = workers.watch() => return Err(error),
            thawed = frozen.join_next() => thawed.transpose()?,
        };
    }
    Ok(())
}

/// Kills the server and starts it again.
pub(crate) async fn server(plan: &[Outage], server: &mut Server) -> anyhow::Result<()> {
    let begin = Instant::now();
    for Outage { at, length } in plan {
        tokio::time::sleep_until(begin + *at).await;
        server.fail_for(*length).await?;
    }
    Ok(())
}

/// Leaves everybody alone while something else is done; workers that end by themselves are replaced.
pub(crate) async fn nobody<T>(
    workers: &mut Workers,
    meanwhile: impl Future<Output = anyhow::Result<T>>,
) -> anyhow::Result<T> {
    tokio::select! {
        error = workers.watch() => Err(error),
        done = meanwhile => done,
    }
}
