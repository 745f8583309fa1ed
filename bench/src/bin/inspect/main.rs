//! How fast, how accurate and how modest is the document inspector, beside what only looks at the
//! beginning of a file?

mod candidate;
mod corpus;
mod memory;
mod speed;
mod throughput;

use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;
use dossier_bench::Report;

/// Measures the document inspector over a corpus, beside `infer` and libmagic, and over large workbooks,
/// beside inflating them alone and beside libxml2.
///
/// Speed is the median of interleaved rounds on one core, files in memory; memory is the peak of
/// a process of its own per file. Ends by itself.
#[derive(Parser)]
struct Arguments {
    /// A folder with a manifest.tsv (path, verdict, kind or code, …)
    #[arg(long, default_value = "worker/tests/corpus")]
    corpus: PathBuf,
    /// How many rounds
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(3..=50))]
    rounds: u32,
    /// How large the workbook of the memory table is, in MiB of compressed data
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u64).range(1..=250))]
    workbook_mib: u64,
    /// A large workbook to measure throughput with, as bench/peers/xml/make_workbooks.py makes; repeatable
    #[arg(long = "workbook")]
    workbooks: Vec<PathBuf>,
    /// A Python that has lxml
    #[arg(long, default_value = "python3")]
    python: PathBuf,
    /// Keep the line of JSON in this file, too
    #[arg(long)]
    json: Option<PathBuf>,
    /// Inspect one file and print the peak memory of this process (used by the memory table)
    #[arg(long, hide = true)]
    peak: Option<PathBuf>,
}

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    if let Some(file) = &arguments.peak {
        return memory::report_peak(file);
    }
    let files = corpus::read(&arguments.corpus)?;
    let mut report = Report::new("document inspection");
    speed::measure(&files, arguments.rounds, &mut report);
    throughput::measure(
        &arguments.workbooks,
        &arguments.python,
        arguments.rounds,
        &mut report,
    )?;
    memory::measure(&files, arguments.workbook_mib, &mut report)?;
    report.print(arguments.json.as_deref())
}

/// A duration in milliseconds.
fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}
