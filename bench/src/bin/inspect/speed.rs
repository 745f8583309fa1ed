//! Speed and accuracy over the corpus.

use std::time::Instant;

use dossier_bench::{Report, median};
use dossier_worker::document::{Cancel, Limits, Policy, inspect};

use crate::candidate::Candidate;
use crate::corpus::Sample;
use crate::milliseconds;

/// Adds two tables: each candidate over the whole corpus, and the inspection by kind of file.
pub(crate) fn measure(samples: &[Sample], rounds: u32, report: &mut Report) {
    let candidates = Candidate::all();
    let mut seconds = vec![Vec::new(); candidates.len()];
    let mut opinions = vec![Vec::new(); candidates.len()];
    for round in 0..rounds {
        anstream::eprintln!("round {} of {rounds}", round + 1);
        for (index, candidate) in candidates.iter().enumerate() {
            let started = Instant::now();
            opinions[index] = candidate.opinions(samples);
            seconds[index].push(started.elapsed().as_secs_f64());
        }
    }
    let bytes: usize = samples.iter().map(|sample| sample.bytes.len()).sum();
    let rows = candidates.iter().enumerate().map(|(index, candidate)| {
        let took = median(&seconds[index]);
        let (refused, wrong, let_in) = mistakes(samples, &opinions[index]);
        vec![
            candidate.name().to_owned(),
            format!("{:.0}", samples.len() as f64 / took),
            format!("{:.1}", bytes as f64 / 1e6 / took),
            refused.to_string(),
            wrong.to_string(),
            let_in.to_string(),
        ]
    });
    let header = [
        "who",
        "files/s",
        "MB/s",
        "genuine refused",
        "wrong kind",
        "others let in",
    ];
    report.table("corpus", &header, rows.collect());
    report.table(
        "time per file",
        &["files", "count", "median ms", "most ms", "inflated MB/s"],
        vec![
            per_file("genuine", samples, |sample| sample.genuine),
            per_file("to refuse", samples, |sample| !sample.genuine),
            per_file("bombs", samples, Sample::is_bomb),
        ],
    );
}

/// Genuine files refused, genuine files called another kind, and other files let in.
fn mistakes(samples: &[Sample], opinions: &[Option<String>]) -> (usize, usize, usize) {
    let mut mistakes = (0, 0, 0);
    for (sample, opinion) in samples.iter().zip(opinions) {
        match (sample.genuine, opinion) {
            (true, None) => mistakes.0 += 1,
            (true, Some(kind)) if *kind != sample.expected => mistakes.1 += 1,
            (false, Some(_)) => mistakes.2 += 1,
            _ => {}
        }
    }
    mistakes
}

fn per_file(name: &str, samples: &[Sample], chosen: impl Fn(&Sample) -> bool) -> Vec<String> {
    let (limits, policy, cancel) = (Limits::default(), Policy::standard(), Cancel::new());
    let mut times = Vec::new();
    let mut inflated = 0_u64;
    for sample in samples.iter().filter(|sample| chosen(sample)) {
        let started = Instant::now();
        let verdict = inspect(&mut sample.bytes.as_slice(), &limits, &policy, &cancel);
        times.push(milliseconds(started.elapsed()));
        let accepted = verdict.ok().filter(|verdict| verdict.kind().is_some());
        inflated += accepted.map_or(0, |verdict| verdict.facts().inflated_bytes);
    }
    let total: f64 = times.iter().sum();
    vec![
        name.to_owned(),
        times.len().to_string(),
        format!("{:.2}", median(&times)),
        format!("{:.1}", times.iter().copied().fold(0.0, f64::max)),
        rate(inflated, total),
    ]
}

/// Megabytes a second, or a dash where nothing was inflated to its end.
fn rate(bytes: u64, milliseconds: f64) -> String {
    match bytes {
        0 => "–".to_owned(),
        bytes => format!("{:.0}", bytes as f64 / 1e3 / milliseconds),
    }
}
