//! The comparison, for people and for programs.

use dossier_bench::{Disturbance, Promises, Report, median};
use serde_json::json;

use crate::Arguments;
use crate::measure::{Figures, Measured};

/// What is compared: its name, and where it stands in a round.
type Rate = (&'static str, fn(&Measured) -> f64);

const RATES: [Rate; 2] = [
    ("upload", |measured| measured.upload.rate),
    ("download", |measured| measured.download.rate),
];

/// A bound: the document, the subject, and the least ratio of its downloads to another's.
const BOUNDS: [(&str, &str, &str, f64); 6] = [
    ("small", "database", "nginx", 0.35),
    ("large", "database", "nginx", 0.4),
    ("small", "directory", "nginx", 0.7),
    ("large", "directory", "nginx", 0.7),
    ("large", "database, sealed", "database", 0.8),
    ("large", "directory, sealed", "directory", 0.8),
];

pub(crate) fn print(
    arguments: &Arguments,
    figures: &[Figures],
    peaks: &[Option<u64>],
    disturbance: Disturbance,
    promises: &mut Promises,
) -> anyhow::Result<()> {
    let mut report = Report::new("transfers of documents");
    for document in ["small", "large"] {
        let header = [
            "service",
            "upload, MB/s",
            "of nginx",
            "download, MB/s",
            "of nginx",
            "CPU s/GB up",
            "CPU s/GB down",
            "with its database, up",
            "down",
            "peak memory, MiB",
        ];
        let rows = figures.iter().zip(peaks);
        let rows = rows.map(|(of, peak)| row(figures, of, document, *peak));
        report.table(document, &header, rows.collect());
    }
    for of in figures {
        let rates = RATES.map(|(direction, rate)| {
            let rounds = ["small", "large"].map(|document| (document, of.all(document, rate)));
            let rounds = rounds
                .into_iter()
                .collect::<std::collections::BTreeMap<_, _>>();
            (direction, rounds)
        });
        let rates = rates
            .into_iter()
            .collect::<std::collections::BTreeMap<_, _>>();
        report.figures(of.name, json!(rates));
    }
    for (document, name, other, bound) in BOUNDS {
        let rate = |measured: &Measured| measured.download.rate;
        if let Some(ratio) = ratio(figures, document, name, other, rate) {
            let what = format!("is at least {bound} × {other}, {document} downloads");
            promises.add(name, what, format!("{ratio:.2}"), ratio >= bound);
        }
    }
    report.note(format!(
        "{} interleaved rounds after one that does not count, medians; ratios are medians of the rounds' ratios. The small \
         document has {} bytes ({} transfers a round), the large one {}. One client on the same machine, one transfer at a \
         time; the processor's time of the client is in no figure. nginx does not synchronise what it takes to the disk. \
         Others took {:.1} % of the machine meanwhile.",
        arguments.rounds,
        arguments.small,
        arguments.repeats,
        arguments.large,
        disturbance.total() * 100.0
    ));
    promises.report(&mut report, "service");
    report.print(arguments.json.as_deref())
}

fn row(figures: &[Figures], of: &Figures, document: &str, peak: Option<u64>) -> Vec<String> {
    let middle = |what: fn(&Measured) -> f64| median(&of.all(document, what));
    let beside = |what: fn(&Measured) -> f64| {
        let ratio = ratio(figures, document, of.name, "nginx", what);
        ratio.map_or_else(|| "–".to_owned(), |ratio| format!("{ratio:.2}"))
    };
    let [(_, upload), (_, download)] = RATES;
    vec![
        of.name.to_owned(),
        format!("{:.0}", middle(upload) / 1e6),
        beside(upload),
        format!("{:.0}", middle(download) / 1e6),
        beside(download),
        format!("{:.2}", middle(|it| it.upload.cpu)),
        format!("{:.2}", middle(|it| it.download.cpu)),
        format!("{:.2}", middle(|it| it.upload.cpu_with_database)),
        format!("{:.2}", middle(|it| it.download.cpu_with_database)),
        peak.map_or_else(
            || "–".to_owned(),
            |kib| format!("{:.0}", kib as f64 / 1024.0),
        ),
    ]
}

/// The median of the rounds' ratios of one subject to another, if both were measured.
fn ratio(
    figures: &[Figures],
    document: &str,
    name: &str,
    other: &str,
    what: fn(&Measured) -> f64,
) -> Option<f64> {
    let of = |name: &str| {
        let found = figures.iter().find(|it| it.name == name);
        found.map(|it| it.all(document, what))
    };
    let (ours, theirs) = (of(name)?, of(other)?);
    let ratios = ours.iter().zip(&theirs).map(|(ours, theirs)| ours / theirs);
    Some(median(&ratios.collect::<Vec<f64>>()))
}
