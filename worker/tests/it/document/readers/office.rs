//! LibreOffice, where it is installed: it has to find the text of an accepted document, or to refuse it.
//!
//! It takes much longer than the readers of archives, so it is given fewer packages: `READER_OFFICE=2000` gives it more.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use dossier_worker::document::Verdict;

use super::generator::TEXT;
use super::{number, numbered};
use crate::document::verdict;

/// How many accepted documents are made where nothing else is said.
const DOCUMENTS: u64 = 20;
/// How many are converted at once.
const BATCH: u64 = 100;

#[test]
fn libreoffice_finds_the_text_of_accepted_documents() {
    let documents = number("READER_OFFICE", DOCUMENTS);
    let mut index = 0;
    let (mut same, mut refused, mut different) = (0, 0, Vec::new());
    for start in (0..documents).step_by(BATCH as usize) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for _ in start..(start + BATCH).min(documents) {
            let bytes = loop {
                index += 1;
                let bytes = numbered(index);
                if matches!(verdict(&bytes), Verdict::Accepted(_)) {
                    break bytes;
                }
            };
            let path = folder.path().join(format!("{index}.docx"));
            fs::write(path, &bytes).expect("room for a small file");
        }
        let Some(found) = convert(folder.path()) else {
            println!("LibreOffice is not installed");
            return;
        };
        for (name, text) in found {
            match text.as_deref().map(str::trim) {
                None => refused += 1,
                Some(TEXT) => same += 1,
                Some(other) => {
                    let kept = super::keep(folder.path(), &name);
                    different.push(format!("{other:?} in {kept}"));
                }
            }
        }
    }
    println!(
        "LibreOffice: {same} the same, {refused} refused, {} different",
        different.len()
    );
    assert!(different.is_empty(), "{different:#?}");
    assert!(same > 0, "{refused} refused");
}

/// The text that LibreOffice finds in each document of a folder; nothing where it is not installed.
fn convert(folder: &Path) -> Option<Vec<(String, Option<String>)>> {
    let work = tempfile::tempdir().expect("a temporary folder");
    let (profile, texts) = (work.path().join("profile"), work.path().join("texts"));
    let listed = fs::read_dir(folder).expect("the folder was just made");
    let paths = listed.map(|file| file.expect("the folder was just made").path());
    let paths: Vec<_> = paths.collect();
    // Only as a Word document: what it cannot read as one it would show as text.
    Command::new("soffice")
        .arg(format!(
            "-env:UserInstallation=file://{}",
            profile.display()
        ))
        .args(["--headless", "--infilter=MS Word 2007 XML"])
        .args(["--convert-to", "txt:Text (encoded):UTF8", "--outdir"])
        .arg(&texts)
        .args(&paths)
        .stdin(Stdio::null())
        .output()
        .ok()?;
    let found = paths.iter().map(|path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let text = texts.join(&*name).with_extension("txt");
        let text = fs::read(text).ok();
        let text = text.map(|bytes| String::from_utf8_lossy(&bytes).replace('\u{FEFF}', ""));
        (name.into_owned(), text)
    });
    Some(found.collect())
}
