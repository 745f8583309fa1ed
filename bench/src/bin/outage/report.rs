//! What was seen, for people and for programs.

use std::time::Duration;

use dossier_bench::{Promises, Report};

use crate::{Arguments, later, run};

pub(crate) fn print(
    arguments: &Arguments,
    outages: &[run::Figures],
    later: Option<&later::Figures>,
    promises: &Promises,
) -> anyhow::Result<()> {
    let mut report = Report::new("outages of the mail server");
    if !outages.is_empty() {
        let header = [
            "mail server",
            "accepted",
            "sign-up ms, p50 / p99",
            "elsewhere",
            "ratio",
        ];
        let rows = outages.iter().map(sign_ups);
        report.table("sign-ups", &header, rows.collect());
        let header = [
            "mail server",
            "away for s",
            "log after s",
            "dossier_mails_total",
            "dossier_queue_parked",
            "queues list",
            "oldest unfinished s",
        ];
        let rows = outages.iter().map(signs);
        report.table("signs", &header, rows.collect());
        let header = [
            "mail server",
            "all ended after s",
            "with one mail",
            "dead",
            "most attempts",
        ];
        let rows = outages.iter().map(repaired);
        report.table("repaired", &header, rows.collect());
        report.note(format!(
            "Two workers with SMTP_TIMEOUT_SECONDS={} and MAIL_PROBE_SECONDS=2, an API, and the same beside it with a \
             mail server that works.",
            arguments.smtp_timeout
        ));
    }
    if let Some(later) = later {
        let [waiting, helped, too_late] = later.people;
        let header = ["a day later", "people", "mailed", "skipped", "links work"];
        let row = vec![
            "retried".to_owned(),
            format!("{waiting} wait, {helped} have an account, {too_late} waited nine days"),
            later.ended.sent.to_string(),
            format!("{}: {}", later.ended.skipped, later.reason),
            later.links.to_string(),
        ];
        report.table("later", &header, vec![row]);
        report.note(
            "The day is simulated: the times in the rows of jobs, mails and sign-ups are moved into the past.",
        );
    }
    promises.report(&mut report, "run");
    report.print(arguments.json.as_deref())
}

fn sign_ups(figures: &run::Figures) -> Vec<String> {
    let ms = |which: usize| {
        let [p50, p99] = [figures.medians[which], figures.p99s[which]].map(|it| it * 1e3);
        format!("{p50:.1} / {p99:.1}")
    };
    vec![
        figures.outage.name().to_owned(),
        figures.accepted.to_string(),
        ms(0),
        ms(1),
        format!("{:.2}", figures.medians[0] / figures.medians[1]),
    ]
}

fn signs(figures: &run::Figures) -> Vec<String> {
    let seconds = |it: Option<Duration>| {
        it.map_or("never".to_owned(), |it| format!("{:.1}", it.as_secs_f64()))
    };
    let name = figures.outage.name().to_owned();
    let mut row = vec![name, format!("{:.0}", figures.lasted.as_secs_f64())];
    row.extend(figures.signs.each().map(|(_, after)| seconds(after)));
    row.push(format!("{:.0}", figures.oldest_unfinished));
    row
}

fn repaired(figures: &run::Figures) -> Vec<String> {
    let repaired = &figures.repaired;
    vec![
        figures.outage.name().to_owned(),
        format!("{:.1}", repaired.finished_after.as_secs_f64()),
        repaired.mailed.to_string(),
        repaired.dead.to_string(),
        repaired.most_attempts.to_string(),
    ]
}
