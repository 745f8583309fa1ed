//! What an idle worker process asks of its server.

use std::collections::BTreeMap;
use std::time::Duration;

use super::Bench;
use crate::arguments::{Measure, Settings};
use crate::contender::Contender;
use crate::order::Duty;
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
    for contender in bench.contenders.clone() {
        if let Err(error) = once(bench, contender, &mut nothing).await {
            bench.figures.failed(contender, COMMANDS, &error);
        }
    }
}

async fn once(
    bench: &mut Bench<'_>,
    contender: Contender,
    nothing: &mut BTreeMap<ServerKind, u64>,
) -> anyhow::Result<()> {
    bench.store(contender).reset().await?;
    let control = match nothing.get(&contender.server()) {
        Some(control) => *control,
        None => {
            let control = count(bench, contender).await?;
            nothing.insert(contender.server(), control);
            control
        }
    };
    let settings = Settings {
        poll_seconds: None,
        ..bench.arguments.settings.clone()
    };
    let gate = bench.gate()?;
    let begin = gate.path().to_path_buf();
    let mut worker = bench.child(contender, &settings, Duty::Work { begin })?;
    worker.ready(bench.arguments.patience()).await?;
    gate.open()?;
    let counted = count(bench, contender).await?;
    worker.assert_alive()?;
    worker.end().await;
    let rate = counted.saturating_sub(control) as f64 / bench.arguments.idle_seconds as f64;
    anstream::eprintln!("{}, {COMMANDS}: {rate:.1}", contender.name());
    bench.figures.add(contender, COMMANDS, rate);
    Ok(())
}

async fn count(bench: &Bench<'_>, contender: Contender) -> anyhow::Result<u64> {
    let server = bench.server(contender);
    tokio::time::sleep(SETTLE).await;
    let before = server.commands(contender.database()).await?;
    tokio::time::sleep(Duration::from_secs(bench.arguments.idle_seconds)).await;
    let after = server.commands(contender.database()).await?;
    Ok(after.saturating_sub(before))
}
