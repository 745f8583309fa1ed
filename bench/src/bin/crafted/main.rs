//! What do documents cost that are made to be expensive, and does an ordinary one wait for them?

mod files;
mod measure;
mod parts;

use std::path::PathBuf;

use clap::Parser;
use dossier_bench::Report;
use dossier_devstack::process::Profile;
use dossier_devstack::progress::Progress;
use dossier_devstack::stack::{Prepared, Stack, StackOptions};

use measure::{Figures, Group, measure};

/// Uploads expensive documents to a running API and worker, and beside each an ordinary one.
///
/// Runs a stack of its own and stops what it starts. Each document has a worker process of its own, whose processor
/// time and peak memory are told. Ends by itself.
#[derive(Parser)]
struct Arguments {
    /// Upload the files in this folder, too, each alone and then all at once; packed ones (.xz) are left out
    #[arg(long, value_name = "FOLDER")]
    folder: Option<PathBuf>,
    /// How many of each at once
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=20))]
    copies: u32,
    /// Keep the line of JSON in this file, too
    #[arg(long)]
    json: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let groups = groups(&arguments)?;
    let prepared =
        tokio::task::spawn_blocking(|| Prepared::obtain(true, Profile::own(), Progress::detect()));
    let prepared = prepared.await??;
    let state = tempfile::tempdir()?;
    let options = StackOptions::new(state.path())
        .env("RUST_LOG", "warn")
        .workers(0);
    let mut stack = Stack::start(prepared, options).await?;
    let measured = measure(&mut stack, &groups).await;
    stack.stop().await;
    report(&arguments, &measured?)
}

fn groups(arguments: &Arguments) -> anyhow::Result<Vec<Group>> {
    let in_folder = match &arguments.folder {
        Some(folder) => files::in_folder(folder)?,
        None => Vec::new(),
    };
    let alone = files::crafted()?.into_iter().chain(in_folder.clone());
    let copies = arguments.copies as usize;
    let mut groups: Vec<Group> = alone
        .map(|document| Group {
            name: document.name.clone(),
            documents: vec![document; copies],
        })
        .collect();
    if !in_folder.is_empty() {
        groups.push(Group {
            name: format!("all {} of the folder", in_folder.len()),
            documents: in_folder,
        });
    }
    Ok(groups)
}

fn report(arguments: &Arguments, figures: &[Figures]) -> anyhow::Result<()> {
    let mut report = Report::new("crafted documents");
    let header = [
        "document",
        "KiB",
        "verdict",
        "checked after s",
        "worker CPU s",
        "peak MiB",
        "ordinary one available after s",
    ];
    let rows = figures.iter().map(|figures| {
        vec![
            figures.name.clone(),
            figures.bytes.div_ceil(1024).to_string(),
            figures.verdict.clone(),
            format!("{:.2}", figures.checked_after.as_secs_f64()),
            format!("{:.2}", figures.cpu_seconds),
            format!("{:.1}", figures.peak_kib as f64 / 1024.0),
            format!("{:.2}", figures.ordinary_after.as_secs_f64()),
        ]
    });
    report.table("documents", &header, rows.collect());
    let longest = figures.iter().map(|figures| figures.ordinary_after).max();
    let most = figures.iter().map(|figures| figures.peak_kib).max();
    report.note(format!(
        "{} of each at once; the ordinary document was available after {:.2} s at the latest, and no worker took \
         more than {:.1} MiB.",
        arguments.copies,
        longest.unwrap_or_default().as_secs_f64(),
        most.unwrap_or_default() as f64 / 1024.0
    ));
    report.print(arguments.json.as_deref())
}
