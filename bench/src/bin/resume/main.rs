//! Downloads that break off, links that are used up, large uploads and forged tokens: what is promised of each.

mod document;
mod forged;
mod interrupted;
mod interrupter;
mod parallel;
mod place;
mod program;
mod uploads;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, ValueEnum};
use dossier_bench::{ObservedStack, Promises, Report};
use dossier_devstack::process::Profile;
use dossier_devstack::progress::Progress;
use dossier_devstack::stack::Prepared;

use place::Place;

/// Looks whether downloads are resumed as one use of a link, whether a link gives no more than was bought, what large
/// uploads cost, and whether forged tokens all get one answer.
///
/// Runs a stack of its own and stops what it starts. Programs that download (curl, wget, aria2c) are those in PATH; it
/// says which are missing. The folder for temporary files needs room for all uploads. It exits with 1 when a promise is
/// broken.
#[derive(Parser)]
struct Arguments {
    /// What to look at; everything unless said
    #[arg(long, value_enum)]
    only: Vec<Part>,
    /// How large the document is that is downloaded with interruptions, in MiB
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u64).range(1..=250))]
    document_mib: u64,
    /// How often each download is interrupted
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=1000))]
    interruptions: u32,
    /// How many requests are sent at once for a link of one use
    #[arg(long, default_value_t = 500, value_parser = clap::value_parser!(u32).range(2..=2000))]
    requests: u32,
    /// How many uploads run at once
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=100))]
    uploads: u32,
    /// How large each is, in MiB; above 256 the document is rejected once it is stored
    #[arg(long, default_value_t = 1024, value_parser = clap::value_parser!(u64).range(1..=8192))]
    upload_mib: u64,
    /// Keep the line of JSON in this file, too
    #[arg(long)]
    json: Option<PathBuf>,
}

/// A part of what is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Part {
    /// Downloads that are interrupted and resumed
    Interrupted,
    /// Many requests at once for a link of one use
    Parallel,
    /// Large uploads at once
    Uploads,
    /// Every byte of a token changed
    Forged,
}

const MIB: u64 = 1024 * 1024;

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    let arguments = Arguments::parse();
    let prepared =
        tokio::task::spawn_blocking(|| Prepared::obtain(true, Profile::own(), Progress::detect()));
    let prepared = prepared.await??;
    let most = arguments.upload_mib.max(256) * MIB + MIB;
    let stack = ObservedStack::start(&prepared, |options| {
        options
            .env("RUST_LOG", "warn")
            .api_env("MAX_UPLOAD_BYTES", most)
    })
    .await?;
    let (mut promises, mut report) = (Promises::default(), Report::new("resume"));
    let looked = look(&stack, &arguments, (&mut promises, &mut report)).await;
    stack.stop(None).await?;
    looked?;
    promises.report(&mut report, "of");
    report.print(arguments.json.as_deref())?;
    Ok(ExitCode::from(u8::from(!promises.are_kept())))
}

async fn look(
    stack: &ObservedStack,
    arguments: &Arguments,
    (promises, report): (&mut Promises, &mut Report),
) -> anyhow::Result<()> {
    let place = Place::of(stack).await?;
    let is_wanted = |part| arguments.only.is_empty() || arguments.only.contains(&part);
    if is_wanted(Part::Forged) {
        forged::look(&place, promises).await?;
    }
    if is_wanted(Part::Parallel) {
        parallel::look(&place, arguments.requests, promises).await?;
    }
    if is_wanted(Part::Interrupted) {
        let size = arguments.document_mib * MIB;
        let missing = interrupted::look(&place, (size, arguments.interruptions), promises).await?;
        if !missing.is_empty() {
            report.note(format!(
                "Not in PATH, so not tried: {}.",
                missing.join(", ")
            ));
        }
    }
    if is_wanted(Part::Uploads) {
        let size = arguments.upload_mib * MIB;
        uploads::look(&place, (arguments.uploads, size), promises).await?;
    }
    Ok(())
}
