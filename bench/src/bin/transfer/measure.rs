//! One transfer of one document, up and down.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Instant;

use anyhow::ensure;
use dossier_bench::median;

use crate::document::Document;
use crate::subject::Subject;

/// What a round took of one document in one direction.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Way {
    /// Bytes a second, the median of the repeats.
    pub(crate) rate: f64,
    /// Processor seconds of the service for 10⁹ bytes.
    pub(crate) cpu: f64,
    /// The same with its database.
    pub(crate) cpu_with_database: f64,
}

/// What a round took of one document: up, and down.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Measured {
    pub(crate) upload: Way,
    pub(crate) download: Way,
}

impl fmt::Display for Measured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (up, down) = (self.upload.rate / 1e6, self.download.rate / 1e6);
        write!(f, "up {up:.0} MB/s, down {down:.0} MB/s")
    }
}

/// All rounds of one subject, by document.
pub(crate) struct Figures {
    pub(crate) name: &'static str,
    pub(crate) rounds: BTreeMap<&'static str, Vec<Measured>>,
}

impl Figures {
    pub(crate) fn of(name: &'static str) -> Self {
        Self {
            name,
            rounds: BTreeMap::new(),
        }
    }

    pub(crate) fn add(&mut self, document: &'static str, measured: Measured) {
        self.rounds.entry(document).or_default().push(measured);
    }

    /// What `of` says of each round of a document.
    pub(crate) fn all(&self, document: &str, of: fn(&Measured) -> f64) -> Vec<f64> {
        let rounds = self.rounds.get(document).map(Vec::as_slice);
        rounds.unwrap_or_default().iter().map(of).collect()
    }
}

/// Sends a document and fetches it again, as often as it says.
pub(crate) async fn transfer(subject: &Subject, document: &Document) -> anyhow::Result<Measured> {
    let size = document.bytes.len() as f64;
    let (mut ids, mut seconds) = (Vec::new(), Vec::new());
    let before = subject.cpu_seconds();
    for _ in 0..document.repeats {
        let began = Instant::now();
        ids.push(subject.upload(document).await?);
        seconds.push(began.elapsed().as_secs_f64());
    }
    let upload = way(size, &seconds, before, subject.cpu_seconds());
    let mut addresses = Vec::new();
    for id in &ids {
        addresses.push(subject.publish(id).await?);
    }
    subject.settle(&ids).await?;
    seconds.clear();
    let before = subject.cpu_seconds();
    for address in &addresses {
        let began = Instant::now();
        let bytes = subject.download(address).await?;
        seconds.push(began.elapsed().as_secs_f64());
        let expected = document.bytes.len() as u64;
        ensure!(bytes == expected, "{bytes} bytes of {expected} came");
    }
    let download = way(size, &seconds, before, subject.cpu_seconds());
    for id in &ids {
        subject.remove(id).await?;
    }
    Ok(Measured { upload, download })
}

fn way(size: f64, seconds: &[f64], before: [f64; 2], after: [f64; 2]) -> Way {
    let gigabytes = size * seconds.len() as f64 / 1e9;
    Way {
        rate: size / median(seconds),
        cpu: (after[0] - before[0]) / gigabytes,
        cpu_with_database: (after[1] - before[1]) / gigabytes,
    }
}
