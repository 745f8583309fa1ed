//! The comparison, for people and for programs.

use dossier_bench::{Disturbance, Promises, Report, median};
use serde_json::json;

use crate::measure::Round;
use crate::{Arguments, Rounds};

/// What the versions are called, the baseline first.
pub(crate) const NAMES: [&str; 2] = ["before", "after"];

/// What is compared: its name, where it stands in a round, and how it is shown.
type Measure = (&'static str, fn(&Round) -> f64, fn(f64) -> String);

const MEASURES: [Measure; 3] = [
    (
        "GET /v1/me",
        |round| round.me,
        |seconds| format!("{:.0} µs", seconds * 1e6),
    ),
    (
        "sign-up",
        |round| round.sign_up,
        |seconds| format!("{:.2} ms", seconds * 1e3),
    ),
    (
        "mails through a worker",
        |round| round.mail,
        |seconds| format!("{:.0} a second", 1.0 / seconds),
    ),
];

pub(crate) fn print(
    arguments: &Arguments,
    rounds: &Rounds,
    disturbance: Disturbance,
    promises: &mut Promises,
) -> anyhow::Result<()> {
    let mut report = Report::new("what a version costs");
    let header = [
        "what",
        NAMES[0],
        NAMES[1],
        "time, after ÷ before",
        "in the rounds",
    ];
    let mut rows = Vec::new();
    let bound = 1.0 + arguments.bound / 100.0;
    for (what, of, shown) in MEASURES {
        let [before, after] = rounds.each_ref().map(|rounds| {
            let figures = rounds.iter().map(of);
            figures.collect::<Vec<f64>>()
        });
        let ratios = after
            .iter()
            .zip(&before)
            .map(|(after, before)| after / before);
        let ratios: Vec<f64> = ratios.collect();
        let ratio = median(&ratios);
        let least = ratios.iter().copied().fold(f64::INFINITY, f64::min);
        let most = ratios.iter().copied().fold(0.0, f64::max);
        rows.push(vec![
            what.to_owned(),
            shown(median(&before)),
            shown(median(&after)),
            format!("{ratio:.3}"),
            format!("{least:.3} to {most:.3}"),
        ]);
        report.figures(
            what,
            json!({ "before": before, "after": after, "ratio": ratio }),
        );
        let promise = format!("takes at most {bound:.2} times as long");
        promises.add(what, promise, format!("{ratio:.3}"), ratio <= bound);
    }
    report.table("cost", &header, rows);
    report.note(format!(
        "{} interleaved rounds after one that does not count, medians; before is {}. {} requests for the account and {} \
         sign-ups a round, one after the other; one worker with the default settings. Others took {:.1} % of the machine \
         meanwhile.",
        arguments.rounds,
        arguments.baseline,
        arguments.requests,
        arguments.people,
        disturbance.total() * 100.0
    ));
    if arguments.traces {
        report.note("After exports its traces to a collector in the process of the bench.");
    }
    if !arguments.env.is_empty() {
        let names: Vec<&str> = arguments
            .env
            .iter()
            .map(|(name, _)| name.as_str())
            .collect();
        report.note(format!("After runs with {}.", names.join(", ")));
    }
    promises.report(&mut report, "what");
    report.print(arguments.json.as_deref())
}
