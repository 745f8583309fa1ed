//! `dossier-worker inspect`

mod input;
mod line;
mod one;
mod order;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use futures_util::{FutureExt, StreamExt, stream};
use indicatif::{ProgressBar, ProgressStyle};

use self::line::{FAILED, Line};
use self::order::InOrder;
use crate::document::Policy;
use dossier_service::table::table;

/// A terminal narrower than this gets no table.
const TABLE_COLUMNS: u16 = 80;

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
    let mut output = Output::new(json, files.len());
    let mut inspected = stream::iter(files)
        .enumerate()
        .map(|(place, path)| {
            let line = one::inspect_in_time(path, recursive, policy.clone());
            line.map(move |line| (place, line))
        })
        .buffer_unordered(cores);
    let mut interrupt = std::pin::pin!(tokio::signal::ctrl_c());
    let mut in_order = InOrder::default();
    let worst = loop {
        let finished = tokio::select! {
            finished = inspected.next() => finished,
            _ = &mut interrupt => break FAILED,
        };
        let Some((place, line)) = finished else {
            break 0;
        };
        in_order.add(place, line);
        while let Some(line) = in_order.take_next() {
            output.add(line)?;
        }
    };
    for line in in_order.into_rest() {
        output.add(line)?;
    }
    Ok(ExitCode::from(output.finish().max(worst)))
}

/// What is printed: lines of JSON as they come, or a table at the end.
struct Output {
    json: bool,
    bar: ProgressBar,
    lines: Vec<Line>,
    worst: u8,
}

impl Output {
    fn new(json: bool, files: usize) -> Self {
        Self {
            json,
            bar: progress(files),
            lines: Vec::new(),
            worst: 0,
        }
    }

    fn add(&mut self, line: Line) -> serde_json::Result<()> {
        self.bar.inc(1);
        self.worst = self.worst.max(line.exit_code());
        if self.json {
            let text = line.json()?;
            self.bar.suspend(|| dossier_service::print_line!("{text}"));
        } else {
            self.lines.push(line);
        }
        Ok(())
    }

    /// Prints the rest; the exit code.
    fn finish(self) -> u8 {
        self.bar.finish_and_clear();
        if !self.json {
            print(&self.lines);
        }
        self.worst
    }
}

/// Prints a table, or blocks of lines where a table would be too narrow to read.
fn print(lines: &[Line]) {
    let mut table = table(["file", "verdict", "kind", "reason", "inflated", "took"]);
    if table.width().is_some_and(|columns| columns < TABLE_COLUMNS) {
        for line in lines {
            dossier_service::print_line!("{}", line.block());
        }
        return;
    }
    for line in lines {
        table.add_row(line.row());
    }
    dossier_service::print_line!("{table}");
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
