//! `dossier-worker inspect`

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::Args;
use comfy_table::Table;
use dossier_common::telemetry::explain;
use futures_util::{StreamExt, stream};
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;

use super::table::table;
use crate::document::{Cancel, Flag, InspectError, Limits, Policy, Verdict, inspect};
use crate::inspection::compare_extension;

/// How long one file may take.
const TIME_LIMIT: Duration = Duration::from_secs(30);

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The files to inspect
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
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

/// What became of one file.
#[derive(Debug, Serialize)]
struct Line {
    path: String,
    verdict: &'static str,
    kind: Option<&'static str>,
    code: Option<&'static str>,
    message: Option<String>,
    /// The part concerned.
    detail: Option<String>,
    flags: Vec<Flag>,
    inflated_bytes: u64,
    micros: u64,
}

/// Inspects files as a worker would. Exits 0 when all of them are accepted, 1 otherwise.
pub(super) async fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let bar = progress(arguments.files.len());
    let Arguments {
        files,
        policy,
        json,
    } = arguments;
    let mut lines = stream::iter(files)
        .map(|path| inspect_in_time(path, policy.clone()))
        .buffered(cores);
    let mut table = table(["file", "verdict", "kind", "reason", "inflated", "took"]);
    let mut all_accepted = true;
    while let Some(line) = lines.next().await {
        bar.inc(1);
        all_accepted &= line.verdict == "accept";
        if json {
            let text = serde_json::to_string(&line)?;
            bar.suspend(|| anstream::println!("{text}"));
        } else {
            add(&mut table, line);
        }
    }
    bar.finish_and_clear();
    if !json {
        anstream::println!("{table}");
    }
    Ok(if all_accepted {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

async fn inspect_in_time(path: PathBuf, policy: Policy) -> Line {
    let cancel = Cancel::new();
    let name = path.to_string_lossy().into_owned();
    let mut work = tokio::task::spawn_blocking({
        let cancel = cancel.clone();
        move || inspect_file(&path, &policy, &cancel)
    });
    let finished = tokio::select! {
        finished = &mut work => finished,
        () = tokio::time::sleep(TIME_LIMIT) => {
            cancel.cancel();
            work.await
        }
    };
    finished.unwrap_or_else(|_| trouble(name, "INTERNAL", "the inspector failed".to_owned()))
}

fn inspect_file(path: &Path, policy: &Policy, cancel: &Cancel) -> Line {
    let name = path.to_string_lossy().into_owned();
    let started = Instant::now();
    let inspected = File::open(path)
        .map_err(InspectError::Io)
        .and_then(|mut file| inspect(&mut file, &Limits::default(), policy, cancel));
    let verdict = match inspected {
        Ok(verdict) => compare_extension(verdict, &name, policy),
        Err(error) => return trouble(name, error.code(), explain(&error)),
    };
    let micros = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
    let facts = verdict.facts();
    let reason = verdict.reason();
    Line {
        path: name,
        verdict: if reason.is_none() { "accept" } else { "reject" },
        kind: verdict.kind().map(|kind| kind.as_str()),
        code: reason.map(|reason| reason.code()),
        message: reason.map(|reason| reason.message()),
        detail: match &verdict {
            Verdict::Accepted(_) => None,
            Verdict::Rejected(rejected) => rejected.part.clone(),
        },
        flags: facts.flags.clone(),
        inflated_bytes: facts.inflated_bytes,
        micros,
    }
}

fn trouble(path: String, code: &'static str, message: String) -> Line {
    Line {
        path,
        verdict: "error",
        kind: None,
        code: Some(code),
        message: Some(message),
        detail: None,
        flags: Vec::new(),
        inflated_bytes: 0,
        micros: 0,
    }
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

fn add(table: &mut Table, line: Line) {
    let reason = match (line.code, line.message) {
        (Some(code), Some(message)) => match line.detail {
            Some(part) => format!("{code} ({part}): {message}"),
            None => format!("{code}: {message}"),
        },
        _ => flags(&line.flags),
    };
    table.add_row([
        line.path,
        line.verdict.to_owned(),
        line.kind.unwrap_or_default().to_owned(),
        reason,
        format!("{} KiB", line.inflated_bytes.div_ceil(1024)),
        format!("{:.1} ms", line.micros as f64 / 1000.0),
    ]);
}

fn flags(flags: &[Flag]) -> String {
    let names: Vec<&str> = flags.iter().map(|flag| flag.as_str()).collect();
    names.join(", ")
}
