//! Is anything lost or run twice while workers come and go, and while two versions run side by side?

mod apis;
mod crew;
mod load;
mod people;
mod report;
mod run;
mod scale;
mod update;
mod verify;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use dossier_bench::{Promises, other_version};
use dossier_devstack::process::Profile;
use dossier_devstack::progress::Progress;
use dossier_devstack::stack::Prepared;

use verify::Verified;

/// Goes from one worker to four and back while people sign up, upload and ask for links.
///
/// Some workers are told to stop, some are killed, others take their places. Then the database and the mail
/// catcher are asked: everything that was accepted is finished, no job was run again after it had finished, no
/// mail was sent twice unless a killed worker had it (the job's log says `maybe_sent`), and workers that were
/// told to stop have lost nothing.
///
/// With --old the same load runs while another version is replaced by this one in the order of
/// docs/OPERATIONS.md, "Updating", and back: migrations, workers, APIs; APIs, workers. Both versions run side by
/// side for a while, workers and then APIs. Exits with 1 when a promise was not kept.
#[derive(Parser)]
struct Arguments {
    /// How long the load lasts in each of both runs
    #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u32).range(20..=600))]
    seconds: u32,
    /// Run side by side with this version: a revision of this repository, which is built below
    /// target/versions, or a folder with its programs
    #[arg(long, value_name = "DIR_OR_REV")]
    old: Option<String>,
    /// Leave the first run out
    #[arg(long, requires = "old")]
    update_only: bool,
    /// Keep the line of JSON in this file, too
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Keep the logs of all processes in folders below this one
    #[arg(long, value_name = "FOLDER")]
    logs: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    let arguments = Arguments::parse();
    let old = arguments.old.clone();
    let preparing = tokio::task::spawn_blocking(move || {
        let new = Prepared::obtain(true, Profile::own(), Progress::detect())?;
        let old = old.map(|old| other_version(&new, &old)).transpose()?;
        anyhow::Ok((new, old))
    });
    let (new, old) = preparing.await??;
    let length = Duration::from_secs(arguments.seconds.into());
    let logs = arguments.logs.as_deref();
    let mut promises = Promises::default();
    let mut verified = Vec::<Verified>::new();
    if !arguments.update_only {
        verified.extend(scale::run(&new, length, logs, &mut promises).await?);
    }
    if let Some(old) = &old {
        verified.extend(update::run(old, &new, length, logs, &mut promises).await?);
    }
    report::print(&arguments, &verified, &promises)?;
    Ok(ExitCode::from(u8::from(!promises.are_kept())))
}
