//! `cargo dev` and `cargo dev --detach`

use std::fs::File;
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use dossier_devstack::environment;
use dossier_devstack::process::{Profile, last_lines};
use dossier_devstack::progress::Progress;
use dossier_devstack::stack::{
    self, Database, Prepared, ProcessRecord, Running, Stack, StackOptions, StackRecord, StateDir,
};
use dossier_devstack::supervisor::{self, EndSignal, Event};

use super::arguments::Up;
use super::{output, running};

const SUPERVISOR: &str = "supervisor";

pub(super) async fn up(options: &Up) -> Result<ExitCode> {
    let state = running::own_state_dir()?;
    match state.running()? {
        Running::No => {}
        Running::Yes(record) => return Ok(already_running(&record, options.detach)),
        _ => bail!("a stack is already starting in {}", state.path().display()),
    }
    let profile = if options.release {
        Profile::Release
    } else {
        Profile::own()
    };
    // What would fail in the end fails now, before minutes of building.
    let needs_mongod = match environment::mongodb_uri() {
        Some(uri) => stack::ensure_usable(&uri).await.map(|()| false)?,
        None => true,
    };
    state.ensure_room(needs_mongod)?;
    let prepare = move || Prepared::obtain(needs_mongod, profile, Progress::detect());
    let prepared = tokio::task::spawn_blocking(prepare)
        .await
        .context("preparing the programs")??;
    if options.detach {
        detach(&state, &prepared, options.workers).await
    } else {
        run(&state, prepared, options.workers, tell).await
    }
}

/// Starts the stack and stays until it is stopped; `tell` is told of its events.
pub(super) async fn run(
    state: &StateDir,
    prepared: Prepared,
    workers: u16,
    tell: impl FnMut(Event<'_>),
) -> Result<ExitCode> {
    let mut end = EndSignal::listen().context("listening for signals")?;
    let options = StackOptions {
        database: environment::mongodb_uri().map_or(Database::Own, Database::At),
        is_sealed: true,
        progress: Progress::detect(),
        ..StackOptions::new(state.path()).workers(workers.into())
    };
    let stack = tokio::select! {
        stack = Stack::start(prepared, options) => stack?,
        () = end.received() => bail!("interrupted while starting"),
    };
    supervisor::run(stack, &mut end, tell).await?;
    output::note("stopped");
    Ok(ExitCode::SUCCESS)
}

fn tell(event: Event<'_>) {
    match event {
        Event::Ready(record) => {
            output::welcome(record);
            output::note("Ctrl-C stops everything. `cargo dev check` walks the whole path.");
        }
        Event::Ended(process) => tell_end(process),
    }
}

pub(super) fn tell_end(process: &ProcessRecord) {
    output::note(format!(
        "{} ended ({}); its log is {}",
        process.name,
        process.ended.as_deref().unwrap_or_default(),
        process.log.display()
    ));
}

fn already_running(record: &StackRecord, is_wanted: bool) -> ExitCode {
    output::note(format!(
        "A stack is already running (process {}) on {}; `cargo dev down` stops it.",
        record.supervisor, record.api_url
    ));
    // Who asked for a stack in the background has one.
    if is_wanted {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// Leaves a supervisor running in a session of its own, and returns when it is ready.
async fn detach(state: &StateDir, prepared: &Prepared, workers: u16) -> Result<ExitCode> {
    let log = state.log(SUPERVISOR);
    let output = File::create(&log).with_context(|| format!("writing {}", log.display()))?;
    let mut supervisor = Command::new(std::env::current_exe()?)
        .arg("supervise")
        .args(["--prepared", &serde_json::to_string(prepared)?])
        .args(["--workers", &workers.to_string()])
        .stdin(Stdio::null())
        .stdout(output.try_clone()?)
        .stderr(output)
        .spawn()
        .context("starting the supervisor")?;
    let step = Progress::detect().begin("starting the stack");
    let record = wait_until_ready(state, &mut supervisor).await?;
    step.done("the stack runs in the background; `cargo dev down` stops it");
    output::welcome(&record);
    Ok(ExitCode::SUCCESS)
}

async fn wait_until_ready(state: &StateDir, supervisor: &mut Child) -> Result<StackRecord> {
    loop {
        if let Some(status) = supervisor.try_wait()? {
            bail!(
                "the stack did not start ({status}):\n{}",
                last_lines(&state.log(SUPERVISOR), 30).join("\n")
            );
        }
        if let Running::Yes(record) = state.running()?
            && record.supervisor == supervisor.id()
            && record.control_url.is_some()
        {
            return Ok(record);
        }
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
}
