//! How fast large workbooks are inspected, beside inflating them alone and beside libxml2.

use std::fs;
use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, bail, ensure};
use dossier_bench::{Report, cpu_seconds_of_thread, median};
use dossier_worker::document::{Cancel, Limits, Policy, inspect};
use zip::ZipArchive;

/// Reads a workbook's XML with libxml2, through lxml.
const SAX: &str = include_str!("../../../peers/xml/sax.py");

/// Processor seconds of each round.
#[derive(Default)]
struct Seconds {
    inspected: Vec<f64>,
    inflated: Vec<f64>,
    libxml2: Vec<f64>,
}

/// Adds a table: each workbook's inflated bytes a second of one core, the median of interleaved rounds.
pub(crate) fn measure(
    workbooks: &[PathBuf],
    python: &Path,
    rounds: u32,
    report: &mut Report,
) -> anyhow::Result<()> {
    if workbooks.is_empty() {
        anstream::eprintln!("left out: throughput (--workbook names none)");
        return Ok(());
    }
    let probe = Command::new(python).args(["-c", "import lxml"]).output();
    let has_lxml = probe.is_ok_and(|output| output.status.success());
    if !has_lxml {
        anstream::eprintln!("left out: libxml2 ({} has no lxml)", python.display());
    }
    let mut rows = Vec::new();
    for path in workbooks {
        rows.push(row(path, has_lxml.then_some(python), rounds)?);
    }
    let header = [
        "workbook",
        "inflated MB",
        "inspected MB/s",
        "inflated alone MB/s",
        "libxml2 alone MB/s",
        "million steps",
    ];
    report.table("throughput", &header, rows);
    Ok(())
}

fn row(path: &Path, python: Option<&Path>, rounds: u32) -> anyhow::Result<Vec<String>> {
    let bytes = fs::read(path).with_context(|| format!("read {}", path.display()))?;
    let (size, steps) = facts(path, &bytes)?;
    let mut seconds = Seconds::default();
    for _ in 0..rounds {
        let inspected = timed(|| facts(path, &bytes).map(drop))?;
        seconds.inspected.push(inspected);
        seconds.inflated.push(timed(|| inflate(&bytes))?);
        if let Some(python) = python {
            seconds.libxml2.push(sax(path, python)?);
        }
    }
    // What takes no longer than a few of the clock's ticks cannot be told.
    let rate = |seconds: &[f64]| match median(seconds) {
        ..0.02 => "–".to_owned(),
        seconds => format!("{:.0}", size as f64 / 1e6 / seconds),
    };
    let name = path.file_name().unwrap_or_default();
    Ok(vec![
        name.to_string_lossy().into_owned(),
        format!("{:.1}", size as f64 / 1e6),
        rate(&seconds.inspected),
        rate(&seconds.inflated),
        rate(&seconds.libxml2),
        format!("{:.0}", steps as f64 / 1e6),
    ])
}

/// The size of all parts and the steps taken, of a workbook that must be accepted.
fn facts(path: &Path, bytes: &[u8]) -> anyhow::Result<(u64, u64)> {
    let (limits, policy) = (Limits::default(), Policy::standard());
    let verdict = inspect(&mut &*bytes, &limits, &policy, &Cancel::new())?;
    if let Some(reason) = verdict.reason() {
        bail!("{} was refused: {reason:?}", path.display());
    }
    let facts = verdict.facts();
    Ok((facts.inflated_bytes, facts.steps))
}

/// Inflates every part and checks its sum.
fn inflate(bytes: &[u8]) -> anyhow::Result<()> {
    let mut archive = ZipArchive::new(Cursor::new(bytes))?;
    let mut out = vec![0; 64 * 1024];
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index)?;
        while entry.read(&mut out)? > 0 {}
    }
    Ok(())
}

/// Processor seconds of this thread.
fn timed(work: impl FnOnce() -> anyhow::Result<()>) -> anyhow::Result<f64> {
    let start = cpu_seconds_of_thread();
    work()?;
    Ok(cpu_seconds_of_thread() - start)
}

/// Processor seconds of libxml2.
fn sax(path: &Path, python: &Path) -> anyhow::Result<f64> {
    let output = Command::new(python)
        .args(["-c", SAX])
        .arg(path)
        .output()
        .context("start Python")?;
    let errors = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "lxml failed: {errors}");
    String::from_utf8_lossy(&output.stdout)
        .trim()
        .parse()
        .context("seconds by lxml")
}
