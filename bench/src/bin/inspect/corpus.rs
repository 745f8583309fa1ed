//! The files to inspect, and what is to be said of them.

use std::path::{Path, PathBuf};

use anyhow::Context;

/// One file of the corpus.
#[derive(Debug)]
pub(crate) struct Sample {
    pub(crate) path: PathBuf,
    pub(crate) bytes: Vec<u8>,
    /// Whether it is a document to accept.
    pub(crate) genuine: bool,
    /// Its kind, or the reason against it.
    pub(crate) expected: String,
}

impl Sample {
    /// Whether it expands enormously.
    pub(crate) fn is_bomb(&self) -> bool {
        self.expected == "ZIP_BOMB" || self.path.to_string_lossy().contains("bomb")
    }
}

/// Reads the corpus in `folder`.
pub(crate) fn read(folder: &Path) -> anyhow::Result<Vec<Sample>> {
    let manifest = folder.join("manifest.tsv");
    let text = std::fs::read_to_string(&manifest)
        .with_context(|| format!("read {}; --corpus names another folder", manifest.display()))?;
    let rows = text.lines().skip(1).filter(|line| !line.trim().is_empty());
    rows.map(|line| sample(folder, line)).collect()
}

fn sample(folder: &Path, line: &str) -> anyhow::Result<Sample> {
    let mut columns = line.split('\t');
    let mut column = || columns.next().unwrap_or_default().to_owned();
    let (path, verdict, expected) = (folder.join(column()), column(), column());
    let bytes = std::fs::read(&path).with_context(|| format!("read {}", path.display()))?;
    Ok(Sample {
        path,
        bytes,
        genuine: verdict == "accept",
        expected,
    })
}
