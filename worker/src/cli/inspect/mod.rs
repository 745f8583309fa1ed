//! `dossier-worker inspect`

mod input;
mod line;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::Args;
use dossier_common::telemetry::explain;
use futures_util::{StreamExt, stream};
use indicatif::{ProgressBar, ProgressStyle};

use self::line::Line;
use super::table::table;
use crate::document::{Cancel, InspectError, Limits, Policy, inspect};
use crate::inspection::compare_extension;

/// How long one file may take.
const TIME_LIMIT: Duration = Duration::from_secs(30);
/// A terminal narrower than this gets no table.
const TABLE_COLUMNS: u16 = 80;
/// The exit code where some files were refused.
const REFUSED: u8 = 1;
/// The exit code where some files could not be inspected.
const FAILED: u8 = 2;

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The files to inspect; - for standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Inspect the files in folders, too
    #[arg(long)]
    recursive: bool,
    /// What to make of embedded objects, links and mismatched names: standard or strict
    #[arg(long, default_value = "standard", value_parser = parse_policy)]
    policy: Policy,
    /// Print JSON, one object a line, for scripts
    #[arg(long)]
    json: bool,
}

fn parse_policy(name: &str) -> Result<Policy, String> {
    Policy::by_name(name).ok_or_else(|| "must be standard or strict".to_owned())
}

/// Inspects files as a worker would. Exits 0 when all of them are accepted, 1 when some are refused, 2 when
/// some could not be inspected. Ctrl-C prints what there is by then.
pub(super) async fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let Arguments {
        files,
        recursive,
        policy,
        json,
    } = arguments;
    let files = input::files(files, recursive);
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let bar = progress(files.len());
    let mut inspected = stream::iter(files)
        .map(|path| inspect_in_time(path, policy.clone()))
        .buffered(cores);
    let mut interrupt = std::pin::pin!(tokio::signal::ctrl_c());
    let mut lines = Vec::new();
    let mut worst = 0;
    loop {
        let line = tokio::select! {
            line = inspected.next() => line,
            _ = &mut interrupt => {
                worst = FAILED;
                None
            }
        };
        let Some(line) = line else { break };
        bar.inc(1);
        worst = worst.max(match line.verdict {
            "accept" => 0,
            "reject" => REFUSED,
            _ => FAILED,
        });
        if json {
            let text = line.json()?;
            bar.suspend(|| anstream::println!("{text}"));
        } else {
            lines.push(line);
        }
    }
    bar.finish_and_clear();
    if !json {
        print(&lines);
    }
    Ok(ExitCode::from(worst))
}

/// Prints a table, or blocks of lines where a table would be too narrow to read.
fn print(lines: &[Line]) {
    let mut table = table(["file", "verdict", "kind", "reason", "inflated", "took"]);
    if table.width().is_some_and(|columns| columns < TABLE_COLUMNS) {
        for line in lines {
            anstream::println!("{}", line.block());
        }
        return;
    }
    for line in lines {
        table.add_row(line.row());
    }
    anstream::println!("{table}");
}

async fn inspect_in_time(path: PathBuf, policy: Policy) -> Line {
    let cancel = Cancel::new();
    let mut work = tokio::task::spawn_blocking({
        let (path, cancel) = (path.clone(), cancel.clone());
        move || inspect_file(&path, &policy, &cancel)
    });
    let finished = tokio::select! {
        finished = &mut work => finished,
        () = tokio::time::sleep(TIME_LIMIT) => {
            cancel.cancel();
            work.await
        }
    };
    finished.unwrap_or_else(|_| {
        let message = "the inspector failed".to_owned();
        Line::failed(&path, "INTERNAL", message)
    })
}

fn inspect_file(path: &Path, policy: &Policy, cancel: &Cancel) -> Line {
    let limits = Limits::default();
    let started = Instant::now();
    let inspected = input::open(path, &limits)
        .map_err(InspectError::Io)
        .and_then(|mut source| inspect(&mut *source, &limits, policy, cancel));
    let verdict = match inspected {
        Ok(verdict) => compare_extension(verdict, &path.to_string_lossy(), policy),
        Err(error) => return Line::failed(path, error.code(), explain(&error)),
    };
    let micros = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
    Line::inspected(path, &verdict, micros)
}

/// A bar on a terminal, nothing elsewhere.
fn progress(files: usize) -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} files, {eta} left");
    let bar = ProgressBar::new(files as u64);
    match style {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}
