//! How fast do documents go up and down, per store, sealed and not, beside nginx?

mod document;
mod fastapi;
mod measure;
mod ours;
mod report;
mod static_files;
mod subject;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;
use clap::Parser;
use dossier_bench::{Load, Promises};
use dossier_devstack::process::Profile;
use dossier_devstack::progress::Progress;
use dossier_devstack::stack::Prepared;
use tokio::time::timeout;

use document::Document;
use fastapi::FastApi;
use measure::Figures;
use ours::{Ours, Place};
use static_files::StaticFiles;
use subject::Subject;

/// Compares uploads and downloads over HTTP on one machine, in interleaved rounds.
///
/// Each way to keep documents (the database and a directory, sealed and not) has an API, a worker and a database of its
/// own; nginx serves a file with sendfile and takes it by PUT. A round sends and fetches the small document several times
/// and the large one once, of one subject after the other; which is first changes from round to round, and a first round
/// does not count. What was sent is written to the disk before it is fetched. One client, one transfer at a time. Exits with 1 when a bound is not kept. Build it with --release.
#[derive(Parser)]
struct Arguments {
    /// How many rounds
    #[arg(long, default_value_t = 7, value_parser = clap::value_parser!(u32).range(1..=100))]
    rounds: u32,
    /// How long the small document is, in bytes
    #[arg(long, default_value_t = 4_400_000, value_parser = clap::value_parser!(u32).range(1..=100_000_000))]
    small: u32,
    /// How often the small document is sent and fetched in a round
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=1000))]
    repeats: u32,
    /// How long the large document is, in bytes
    #[arg(long, default_value_t = 94_000_000, value_parser = clap::value_parser!(u32).range(1..=104_000_000))]
    large: u32,
    #[command(flatten)]
    fastapi: fastapi::Arguments,
    /// Keep the documents that are files below this folder, on the disk that is to be measured [default: that of
    /// temporary files, where the databases are]
    #[arg(long, value_name = "DIR")]
    folder: Option<PathBuf>,
    /// Keep the line of JSON in this file, too
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

/// What a round of one subject may take.
const A_ROUND: Duration = Duration::from_secs(120);

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    let arguments = Arguments::parse();
    let preparing =
        tokio::task::spawn_blocking(|| Prepared::obtain(true, Profile::own(), Progress::detect()));
    let prepared = preparing.await??;
    let folder = match &arguments.folder {
        Some(folder) => tempfile::tempdir_in(folder)?,
        None => tempfile::tempdir()?,
    };
    let mut subjects = Vec::new();
    for place in Place::ALL {
        let started = Ours::start(&prepared, place, folder.path()).await;
        let started = started.with_context(|| format!("starting {}", place.name()))?;
        subjects.push(Subject::Ours(Box::new(started)));
    }
    match StaticFiles::start(folder.path()).await {
        Ok(nginx) => subjects.push(Subject::StaticFiles(nginx)),
        Err(error) => anstream::eprintln!("Left out: nginx: {error:#}"),
    }
    subjects.extend(FastApi::of(&arguments.fastapi).map(Subject::FastApi));
    let load = Load::now(&[]);
    let deadline = A_ROUND * (arguments.rounds + 1) * u32::try_from(subjects.len())?;
    let measured = timeout(deadline, measure_all(&mut subjects, &arguments)).await;
    let disturbance = load.disturbance();
    let peaks: Vec<Option<u64>> = subjects.iter().map(Subject::peak_memory_kib).collect();
    for subject in subjects {
        subject.stop().await?;
    }
    let measured = measured.with_context(|| format!("not done within {deadline:?}"))??;
    let mut promises = Promises::default();
    report::print(&arguments, &measured, &peaks, disturbance, &mut promises)?;
    Ok(ExitCode::from(u8::from(!promises.are_kept())))
}

async fn measure_all(
    subjects: &mut [Subject],
    arguments: &Arguments,
) -> anyhow::Result<Vec<Figures>> {
    let documents = [
        Document::random("small", arguments.small, arguments.repeats),
        Document::random("large", arguments.large, 1),
    ];
    let mut figures: Vec<Figures> = subjects.iter().map(|it| Figures::of(it.name())).collect();
    for number in 0..=arguments.rounds {
        for step in 0..subjects.len() {
            let index = (step + usize::try_from(number)?) % subjects.len();
            let subject = &mut subjects[index];
            subject.begin_round().await?;
            for document in &documents {
                let measured = measure::transfer(subject, document).await;
                let context = || format!("round {number}, {}", subject.name());
                let measured = measured.with_context(context)?;
                anstream::eprintln!("round {number}, {}: {measured}", subject.name());
                // The first one is for the caches.
                if number > 0 {
                    figures[index].add(document.name, measured);
                }
            }
        }
    }
    Ok(figures)
}
