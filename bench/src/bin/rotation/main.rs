//! Do keys change without anybody noticing? The runbook's steps, taken under load.

mod actor;
mod answer;
mod balancer;
mod call;
mod keys;
mod load;
mod old_tokens;
mod people;
mod report;
mod run;
mod runbook;
mod stack;
mod step;
mod tally;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;
use clap::Parser;
use dossier_bench::keep_logs;
use dossier_devstack::process::Profile;
use dossier_devstack::progress::Progress;
use dossier_devstack::stack::Prepared;

/// Changes FERNET_KEYS and JWT_KEYS twice, as docs/RUNBOOK.md ("Change keys") says, while people use the service.
///
/// Starts a database, a mail catcher, two APIs and two workers with keys in files, and stops them at the
/// end. The first time processes read their keys again on SIGHUP, the second time they are restarted, always
/// one after the other with pauses, so that they disagree for a while. Meanwhile people sign up, log in (with
/// and without codes), refresh sessions, reset passwords, upload and download; each of their requests goes to
/// the other API than the one before. Tokens from before are used again when the old key is gone.
///
/// It exits with 1 when anything was refused that the documentation does not announce.
#[derive(Parser)]
struct Arguments {
    /// About how long the steps take, in seconds; what processes need to restart comes on top
    #[arg(long, default_value_t = 120, value_parser = clap::value_parser!(u32).range(20..=3600))]
    seconds: u32,
    /// Leave step 2 out (accept the new key everywhere), to see that this is noticed
    #[arg(long)]
    careless: bool,
    /// Keep the line of JSON in this file, too
    #[arg(long)]
    json: Option<PathBuf>,
    /// Keep the logs of all processes in this folder
    #[arg(long, value_name = "FOLDER")]
    logs: Option<PathBuf>,
}

/// What starting, restarting and the last rounds of the load may take beside the steps.
const BESIDE: Duration = Duration::from_secs(420);

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    let arguments = Arguments::parse();
    let prepared =
        tokio::task::spawn_blocking(|| Prepared::obtain(true, Profile::own(), Progress::detect()));
    let prepared = prepared.await??;
    let folder = tempfile::tempdir()?;
    let mut stack = stack::Stack::begin(&prepared, folder.path()).await?;
    let length = Duration::from_secs(arguments.seconds.into());
    let deadline = length * 3 + BESIDE;
    let ran =
        tokio::time::timeout(deadline, run::run(&mut stack, length, arguments.careless)).await;
    stack.stop().await;
    if let Some(logs) = &arguments.logs {
        keep_logs(folder.path(), logs)?;
    }
    let figures = ran.with_context(|| format!("not done within {deadline:?}"))??;
    let refused = figures.tally.all_refused();
    report::print(&figures, arguments.json.as_deref())?;
    Ok(ExitCode::from(u8::from(refused > 0)))
}
