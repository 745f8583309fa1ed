//! What an idle worker process asks of its server.

use std::collections::BTreeMap;
use std::time::Duration;

use super::Bench;
use crate::arguments::{Measure, Settings};
use crate::candidate::Candidate;
use crate::child_task::Task;
use crate::server::ServerKind;

/// Commands a second.
pub(crate) const COMMANDS: &str = "idle commands/s";

/// Workers register, connect and subscribe first, and servers count late.
const SETTLE: Duration = Duration::from_secs(3);

/// Counts once: this is no speed, and every count takes its time.
pub(crate) async fn measure(bench: &mut Bench<'_>) {
    if !bench.arguments.measures(Measure::Idle) {
        return;
    }
    // What servers count when there is no worker, the questions themselves included.
    let mut nothing = BTreeMap::new();
    for candidate in bench.candidates.clone() {
        if let Err(error) = once(bench, candidate, &mut nothing).await {
            bench.figures.failed(candidate, COMMANDS, &error);
        }
    }
}

async fn once(
    bench: &mut Bench<'_>,
    candidate: Candidate,
    nothing: &mut BTreeMap<ServerKind, u64>,
) -> anyhow::Result<()> {
    bench.store(candidate).reset().await?;
    let control = match nothing.get(&candidate.server()) {
        Some(control) => *control,
        None => {
            let control = count(bench, candidate).await?;
            nothing.insert(candidate.server(), control);
            control
        }
    };
    let settings = Settings {
        poll_seconds: None,
        ..bench.arguments.settings.clone()
    };
    let gate = bench.gate()?;
    let begin = gate.path().to_path_buf();
    let mut worker = bench.child(candidate, &settings, Task::Work { begin })?;
    worker.ready(bench.arguments.patience()).await?;
    gate.open()?;
    let counted = count(bench, candidate).await?;
    worker.assert_alive()?;
    worker.end().await;
    let rate = counted.saturating_sub(control) as f64 / bench.arguments.idle_seconds as f64;
    anstream::eprintln!("{}, {COMMANDS}: {rate:.1}", candidate.name());
    bench.figures.add(candidate, COMMANDS, rate);
    Ok(())
}

async fn count(bench: &Bench<'_>, candidate: Candidate) -> anyhow::Result<u64> {
    let server = bench.server(candidate);
    tokio::time::sleep(SETTLE).await;
    let before = server.commands(candidate.database()).await?;
    tokio::time::sleep(Duration::from_secs(bench.arguments.idle_seconds)).await;
    let after = server.commands(candidate.database()).await?;
    Ok(after.saturating_sub(before))
}
