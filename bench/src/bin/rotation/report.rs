//! What was seen, for people and for programs.

use std::path::Path;

use dossier_bench::Report;
use serde_json::json;

use crate::run::Figures;
use crate::tally::LATE;

pub(crate) fn print(figures: &Figures, file: Option<&Path>) -> anyhow::Result<()> {
    let mut report = Report::new("a change of keys under load");
    let (steps, refused) = (figures.tally.steps(), figures.tally.all_refused());
    let late = format!("later than {} s", LATE.as_secs());
    let header = [
        "step",
        "done",
        late.as_str(),
        "refused",
        "with",
        "longest ms",
    ];
    let rows = steps.iter().map(|(step, count)| {
        let answers = count.refused.iter();
        let answers: Vec<String> = answers
            .map(|(why, times)| format!("{times} × {why}"))
            .collect();
        vec![
            step.name().to_owned(),
            count.done.to_string(),
            count.late.to_string(),
            count.refused.values().sum::<u64>().to_string(),
            answers.join("; "),
            count.longest.as_millis().to_string(),
        ]
    });
    report.table("steps", &header, rows.collect());
    for seen in &figures.seen {
        let by = seen.by.name();
        let title = format!("minted by the old key (change by {by})");
        let header = [
            title.as_str(),
            "while both are accepted",
            "when it is gone",
            "as documented",
        ];
        let rows = seen.with.iter().zip(&seen.without).map(|(with, without)| {
            let is_right = with.answer == with.expected && without.answer == without.expected;
            vec![
                with.what.to_owned(),
                with.answer.clone(),
                without.answer.clone(),
                if is_right { "yes" } else { "no" }.to_owned(),
            ]
        });
        report.table(&format!("old tokens, {by}"), &header, rows.collect());
    }
    for example in figures.tally.examples() {
        report.note(format!("refused: {example}"));
    }
    let all: u64 = steps.values().map(|count| count.done + count.late).sum();
    let (lasted, pause) = (figures.lasted.as_secs(), figures.pause.as_secs_f64());
    report.note(format!(
        "Two APIs, two workers, {lasted} s of load, {pause:.1} s and more between two processes: {all} steps as expected, {refused} refused."
    ));
    report.note(
        "The lifetimes of old tokens were not waited for: the last tables use them at once after the old key is gone.",
    );
    let late: u64 = steps.values().map(|count| count.late).sum();
    report.figures("expected", json!(all));
    report.figures("late", json!(late));
    report.figures("refused", json!(refused));
    report.figures("seconds", json!(lasted));
    report.print(file)
}
