//! Spoils the documents of the test corpus at random for a while and inspects what comes of it.
//!
//! `cargo run --release -p dossier-worker --example mutate_documents -- [SECONDS] [SEED]`
//!
//! Half of the time the file's own bytes are changed; the other half, the content of one part, and the
//! archive is written anew around it. A panic ends the run; the seed it prints repeats it.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Cursor, Read, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Context;
use dossier_worker::document::{Cancel, Limits, Policy, Verdict, inspect};
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let seconds = arguments
        .next()
        .map_or(Ok(30), |text| text.parse())
        .context("SECONDS")?;
    let seed = arguments
        .next()
        .map_or(Ok(1), |text| text.parse())
        .context("SEED")?;
    let seeds = read_seeds()?;
    let mut random = Random(seed);
    let mut run = Run::default();
    let end = Instant::now() + Duration::from_secs(seconds);
    while Instant::now() < end {
        let state = random.0;
        let original = &seeds[random.below(seeds.len())];
        let bytes = if random.below(2) == 0 {
            mutate(original.clone(), &seeds, &mut random)
        } else {
            mutate_part(original, &seeds, &mut random)
        };
        run.judge(&bytes, state)?;
    }
    run.report();
    Ok(())
}

/// The corpus, without what is too large to be spoilt often.
fn read_seeds() -> anyhow::Result<Vec<Vec<u8>>> {
    let corpus = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/corpus"));
    let mut seeds = Vec::new();
    for folder in ["good", "bad"] {
        let mut paths: Vec<_> = fs::read_dir(corpus.join(folder))?.collect::<Result<_, _>>()?;
        paths.sort_by_key(fs::DirEntry::path);
        for path in paths {
            let bytes = fs::read(path.path())?;
            if (1..64 * 1024).contains(&bytes.len()) {
                seeds.push(bytes);
            }
        }
    }
    Ok(seeds)
}

/// What the run has seen.
#[derive(Default)]
struct Run {
    verdicts: BTreeMap<&'static str, u64>,
    files: u64,
    slowest: Duration,
}

impl Run {
    fn judge(&mut self, bytes: &[u8], state: u64) -> anyhow::Result<()> {
        let start = Instant::now();
        let outcome = std::panic::catch_unwind(|| {
            inspect(
                &mut &*bytes,
                &Limits::default(),
                &Policy::standard(),
                &Cancel::new(),
            )
        });
        let verdict = outcome.map_err(|_| anyhow::anyhow!("panic; repeat with seed {state}"))??;
        self.slowest = self.slowest.max(start.elapsed());
        self.files += 1;
        let found = match &verdict {
            Verdict::Accepted(accepted) => accepted.kind.as_str(),
            Verdict::Rejected(rejected) => rejected.reason.code(),
        };
        *self.verdicts.entry(found).or_default() += 1;
        Ok(())
    }

    #[allow(clippy::print_stdout, reason = "a program for a terminal")]
    fn report(&self) {
        println!(
            "{} files, the slowest in {:?}, no panic",
            self.files, self.slowest
        );
        for (found, count) in &self.verdicts {
            println!("{count:>10}  {found}");
        }
    }
}

/// Changes a few bytes.
fn mutate(mut bytes: Vec<u8>, seeds: &[Vec<u8>], random: &mut Random) -> Vec<u8> {
    for _ in 0..=random.below(5) {
        if bytes.is_empty() {
            return bytes;
        }
        let at = random.below(bytes.len());
        match random.below(6) {
            0 => bytes[at] ^= 1 << random.below(8),
            1 => bytes[at] = [0, 1, 0x7F, 0x80, 0xFF, b'<', b'&'][random.below(7)],
            2 => bytes.truncate(at),
            3 => drop(bytes.drain(at..(at + 1 + random.below(16)).min(bytes.len()))),
            4 => {
                let copy = bytes[at..(at + 1 + random.below(64)).min(bytes.len())].to_vec();
                let to = random.below(bytes.len());
                bytes.splice(to..to, copy);
            }
            _ => {
                let donor = &seeds[random.below(seeds.len())];
                let from = random.below(donor.len());
                let piece = &donor[from..(from + 64).min(donor.len())];
                bytes.splice(at..at, piece.iter().copied());
            }
        }
    }
    bytes
}

/// Changes one part and writes the archive anew; what is no archive stays as it is.
fn mutate_part(original: &[u8], seeds: &[Vec<u8>], random: &mut Random) -> Vec<u8> {
    let mut rewritten = || -> anyhow::Result<Vec<u8>> {
        let mut archive = ZipArchive::new(Cursor::new(original))?;
        let chosen = random.below(archive.len());
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for index in 0..archive.len() {
            let mut entry = archive.by_index(index)?;
            anyhow::ensure!(entry.size() < 1 << 20, "too large to be spoilt often");
            let mut content = Vec::new();
            entry.read_to_end(&mut content)?;
            if index == chosen {
                content = mutate(content, seeds, random);
            }
            writer.start_file(entry.name()?, SimpleFileOptions::default())?;
            writer.write_all(&content)?;
        }
        Ok(writer.finish()?.into_inner())
    };
    rewritten().unwrap_or_else(|_| original.to_vec())
}

/// A small generator of numbers, whose state is its seed.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((mixed ^ (mixed >> 31)) % limit.max(1) as u64).unwrap_or_default()
    }
}
