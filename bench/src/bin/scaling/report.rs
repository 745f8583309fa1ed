//! What was seen, for people and for programs.

use dossier_bench::{Promises, Report};
use serde_json::json;

use crate::Arguments;
use crate::verify::Verified;

pub(crate) fn print(
    arguments: &Arguments,
    verified: &[Verified],
    promises: &Promises,
) -> anyhow::Result<()> {
    let mut report = Report::new("workers and versions that come and go");
    let header = [
        "run",
        "sign-ups",
        "documents",
        "links",
        "jobs",
        "killed",
        "stopped",
        "attempts",
        "maybe sent",
        "all ended after s",
    ];
    let rows = verified.iter().map(|run| {
        let attempts = run.attempts.iter();
        let attempts: Vec<String> = attempts
            .map(|(outcome, count)| format!("{count} {outcome}"))
            .collect();
        let [sign_ups, files, links] = run.accepted;
        vec![
            run.run.to_owned(),
            sign_ups.to_string(),
            files.to_string(),
            links.to_string(),
            run.jobs.to_string(),
            run.killed.to_string(),
            run.drained.to_string(),
            attempts.join(", "),
            run.maybe_sent.to_string(),
            format!("{:.1}", run.finished_after.as_secs_f64()),
        ]
    });
    report.table("runs", &header, rows.collect());
    let seconds = arguments.seconds;
    report.note(match &arguments.old {
        Some(old) => format!("{seconds} s of load in each run; the other version is {old}."),
        None => format!("{seconds} s of load; without --old no other version was looked at."),
    });
    report.figures("old", json!(arguments.old));
    promises.report(&mut report, "run");
    report.print(arguments.json.as_deref())
}
