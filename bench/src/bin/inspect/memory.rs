//! Peak memory: one process per file.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, bail};
use dossier_bench::{Report, peak_memory_kib};
use dossier_worker::document::{Cancel, Limits, Policy, inspect};
use indicatif::ProgressBar;
use zip::write::{SimpleFileOptions, ZipWriter};

use crate::corpus::Sample;

/// Adds a table: a workbook of `workbook_mib`, and every bomb of the corpus.
pub(crate) fn measure(
    samples: &[Sample],
    workbook_mib: u64,
    report: &mut Report,
) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let workbook = folder.path().join("workbook.xlsx");
    make_workbook(&workbook, workbook_mib * 1024 * 1024)?;
    let mut rows = vec![in_a_process(
        &format!("a workbook of {workbook_mib} MiB"),
        &workbook,
    )?];
    for bomb in samples.iter().filter(|sample| sample.is_bomb()) {
        let name = bomb.path.file_name().unwrap_or_default();
        rows.push(in_a_process(&name.to_string_lossy(), &bomb.path)?);
    }
    report.table("memory", &["file", "verdict", "seconds", "peak MiB"], rows);
    Ok(())
}

fn in_a_process(name: &str, file: &Path) -> anyhow::Result<Vec<String>> {
    let output = Command::new(std::env::current_exe()?)
        .arg("--peak")
        .arg(file)
        .output()?;
    if !output.status.success() {
        bail!(
            "the inspection of {name} failed: {}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
    let text = String::from_utf8_lossy(&output.stdout);
    let cells = text.trim().split('\t').map(str::to_owned);
    Ok(std::iter::once(name.to_owned()).chain(cells).collect())
}

/// Inspects `file` and prints verdict, seconds and the peak memory of this process.
pub(crate) fn report_peak(file: &Path) -> anyhow::Result<()> {
    let mut source = File::open(file).with_context(|| format!("open {}", file.display()))?;
    let started = Instant::now();
    let verdict = inspect(
        &mut source,
        &Limits::default(),
        &Policy::standard(),
        &Cancel::new(),
    )?;
    let seconds = started.elapsed().as_secs_f64();
    let found = match (verdict.kind(), verdict.reason()) {
        (Some(kind), _) => kind.as_str(),
        (None, reason) => reason.map_or("", |reason| reason.code()),
    };
    let peak =
        peak_memory_kib().map_or("?".to_owned(), |kib| format!("{:.1}", kib as f64 / 1024.0));
    anstream::println!("{found}\t{seconds:.2}\t{peak}");
    Ok(())
}

const CONTENT_TYPES: &str = r#"<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>"#;
const RELATIONSHIPS: &str = r#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;
const WORKBOOK: &str = r#"<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="Noise" sheetId="1" r:id="r1"/></sheets></workbook>"#;
const WORKBOOK_RELATIONSHIPS: &str = r#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#;

/// Writes a genuine workbook whose one sheet is full of figures that hardly compress.
fn make_workbook(path: &Path, compressed_bytes: u64) -> anyhow::Result<()> {
    let bar = ProgressBar::new(compressed_bytes);
    let options = SimpleFileOptions::default().compression_level(Some(1));
    let mut archive = ZipWriter::new(BufWriter::new(File::create(path)?));
    for (name, text) in [
        ("[Content_Types].xml", CONTENT_TYPES),
        ("_rels/.rels", RELATIONSHIPS),
        ("xl/workbook.xml", WORKBOOK),
        ("xl/_rels/workbook.xml.rels", WORKBOOK_RELATIONSHIPS),
    ] {
        archive.start_file(name, options)?;
        archive.write_all(text.as_bytes())?;
    }
    archive.start_file("xl/worksheets/sheet1.xml", options)?;
    archive.write_all(br#"<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>"#)?;
    let mut noise = 0x2545_f491_4f6c_dd1d_u64;
    while std::fs::metadata(path)?.len() < compressed_bytes {
        for _ in 0..2_000 {
            let mut row = String::from("<row>");
            for _ in 0..8 {
                noise ^= noise << 13;
                noise ^= noise >> 7;
                noise ^= noise << 17;
                row.push_str(&format!("<c t=\"n\"><v>{noise}</v></c>"));
            }
            archive.write_all(row.as_bytes())?;
            archive.write_all(b"</row>")?;
        }
        bar.set_position(std::fs::metadata(path)?.len());
    }
    archive.write_all(b"</sheetData></worksheet>")?;
    archive.finish()?.flush()?;
    bar.finish_and_clear();
    Ok(())
}
