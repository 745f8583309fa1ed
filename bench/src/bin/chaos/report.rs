//! What is said of a run: tables for people, one JSON object for programs.

use std::collections::BTreeMap;

use dossier_bench::Report;
use serde_json::json;

use crate::arguments::Arguments;
use crate::check::{Findings, Goals, OfKind, Promise};
use crate::history::History;
use crate::run::Finished;

/// More violations are in the JSON alone.
const SHOWN: usize = 20;

/// The run was broken off before.
const NOT_MEASURED: &str = "not measured";

/// A clock that is wrong by more than this was made so.
const WRONG_CLOCK_MS: u64 = 60_000;

pub(crate) fn write(finished: &Finished, goals: &Goals, arguments: &Arguments) -> Report {
    let Finished {
        history, findings, ..
    } = finished;
    let mut report = Report::new("chaos");
    about(&mut report, finished, arguments);
    report.table(
        "promises",
        &["promise", "measured", ""],
        promises(findings, goals),
    );
    let header = [
        "jobs",
        "enqueued",
        "executions: median",
        "p99",
        "most",
        "attempts",
        "crashes",
    ];
    report.table("executions_by_kind", &header, kinds(findings));
    let rows = pairs(&findings.executions.histogram);
    report.table("executions", &["executions", "jobs"], rows);
    report.table(
        "crashes",
        &["crashes", "jobs"],
        pairs(&findings.executions.crashes),
    );
    report.table(
        "disturbances",
        &["disturbance", "times"],
        pairs(&disturbances(history)),
    );
    let header = [
        "longest gaps: at, s",
        "s",
        "leases",
        "server down or pause, s",
        "due",
        "after",
    ];
    report.table("gaps", &header, gaps(history, findings, goals));
    let header = [
        "longest waits for another start: at, s",
        "s",
        "leases",
        "server down or pause, s",
        "job",
        "after",
    ];
    report.table("restarts", &header, restarts(history, findings, goals));
    violations(&mut report, findings);
    report
}

fn about(report: &mut Report, finished: &Finished, arguments: &Arguments) {
    let Finished {
        history,
        server,
        findings,
        ..
    } = finished;
    let (seed, jobs, workers) = (arguments.seed, arguments.jobs(), arguments.workers());
    let (slots, lease) = (arguments.slots(), arguments.lease().as_secs());
    report.note(format!(
        "Seed {seed}: {jobs} jobs, {workers} workers of {slots} slots, a lease of {lease} s, {server}."
    ));
    let wrong = history
        .processes
        .iter()
        .filter(|process| process.ahead_ms.unsigned_abs() > WRONG_CLOCK_MS);
    let wrong = wrong.count();
    let all = history.processes.len();
    report.note(if finished.fake_time {
        format!("The clocks of {wrong} of {all} worker processes were an hour fast or slow.")
    } else {
        "All clocks were right: faketime is not installed.".to_owned()
    });
    report.figures(
        "run",
        json!({
            "seed": seed, "jobs": jobs, "workers": workers, "slots": slots, "lease_seconds": lease,
            "short": arguments.short, "server": server, "faketime": finished.fake_time,
            "worker_processes": all, "processes_with_wrong_clock": wrong,
            "seconds": (history.ended_at - begin(history)) as f64 / 1000.0,
            "broken_off": history.broken_off,
        }),
    );
    report.figures("events", json!(history.events));
    report.figures("clocks", json!(history.processes));
    report.figures(
        "findings",
        json!({
            "executions": findings.executions,
            "gaps": findings.gaps,
            "restarts": findings.restarts,
            "drain": findings.drain,
            "drain_share": findings.drain.share(),
        }),
    );
}

fn promises(findings: &Findings, goals: &Goals) -> Vec<Vec<String>> {
    let row = |promise: Promise| {
        let violations = findings
            .violations
            .iter()
            .filter(|found| found.promise == promise);
        let violations = violations.count();
        let measured = match promise {
            Promise::NoLongGap => longest_gap(findings, goals),
            Promise::StartedAgain => longest_restart(findings, goals),
            Promise::DrainAfterKill => drain(findings, goals),
            _ if violations == 0 => String::new(),
            _ => format!("{violations} violations"),
        };
        let held = match violations {
            0 if measured == NOT_MEASURED => "–",
            0 => "held",
            _ => "VIOLATED",
        };
        vec![promise.describe().to_owned(), measured, held.to_owned()]
    };
    Promise::ALL.map(row).to_vec()
}

fn longest_gap(findings: &Findings, goals: &Goals) -> String {
    let say = |millis: i64| {
        format!(
            "{:.1} s ({:.2} leases)",
            seconds(millis),
            goals.leases(millis)
        )
    };
    let gaps = &findings.gaps;
    match (gaps.longest_with_server(), gaps.longest()) {
        (Some(with_server), Some(any)) => format!(
            "{} without a start, at most {}; {} while the server's {:.1} s of downtime count",
            say(with_server.millis_with_server()),
            goals.gap_limit,
            say(any.millis()),
            seconds(gaps.server_down_millis),
        ),
        _ => "no job waited".to_owned(),
    }
}

fn longest_restart(findings: &Findings, goals: &Goals) -> String {
    let say = |millis: i64| {
        format!(
            "{:.1} s ({:.2} leases)",
            seconds(millis),
            goals.leases(millis)
        )
    };
    let any = findings
        .restarts
        .iter()
        .max_by_key(|restart| restart.millis());
    match (findings.restarts.first(), any) {
        (Some(with_server), Some(any)) => format!(
            "after {}, at most {}; {} while downtime counts",
            say(with_server.millis_with_server()),
            goals.gap_limit,
            say(any.millis()),
        ),
        _ => "none was interrupted".to_owned(),
    }
}

fn drain(findings: &Findings, goals: &Goals) -> String {
    let drain = &findings.drain;
    match (drain.before, drain.after, drain.share()) {
        (Some(before), Some(after), Some(share)) => format!(
            "{after:.0} jobs/s of {before:.0}: {share:.2}, at least {}",
            goals.drain
        ),
        _ => NOT_MEASURED.to_owned(),
    }
}

fn kinds(findings: &Findings) -> Vec<Vec<String>> {
    let row = |of: &OfKind| {
        let figures = [of.median, of.p99, of.most].map(|figure| figure.to_string());
        let mut row = vec![of.kind.name().to_owned(), of.jobs.to_string()];
        row.extend(figures);
        row.extend([of.attempts.to_string(), of.crashes.to_string()]);
        row
    };
    findings.executions.kinds.iter().map(row).collect()
}

fn disturbances(history: &History) -> BTreeMap<&'static str, usize> {
    let mut times = BTreeMap::new();
    // At the end all are told to stop.
    let during = history
        .events
        .iter()
        .filter(|event| event.at <= history.ended_at);
    for event in during {
        if let Some(disturbance) = event.what.disturbance() {
            *times.entry(disturbance).or_default() += 1;
        }
    }
    times
}

fn gaps(history: &History, findings: &Findings, goals: &Goals) -> Vec<Vec<String>> {
    let begin = begin(history);
    let gaps = findings.gaps.longest.iter();
    gaps.map(|gap| {
        vec![
            format!("{:.1}", seconds(gap.from - begin)),
            format!("{:.1}", seconds(gap.millis())),
            format!("{:.2}", goals.leases(gap.millis())),
            format!("{:.1}", seconds(gap.without_server_millis)),
            gap.waiting.to_string(),
            gap.after.clone().unwrap_or_default(),
        ]
    })
    .collect()
}

fn restarts(history: &History, findings: &Findings, goals: &Goals) -> Vec<Vec<String>> {
    let begin = begin(history);
    let restarts = findings.restarts.iter();
    restarts
        .map(|restart| {
            vec![
                format!("{:.1}", seconds(restart.from - begin)),
                format!("{:.1}", seconds(restart.millis())),
                format!("{:.2}", goals.leases(restart.millis())),
                format!("{:.1}", seconds(restart.without_server_millis)),
                restart.job.to_string(),
                restart.after.clone().unwrap_or_default(),
            ]
        })
        .collect()
}

fn violations(report: &mut Report, findings: &Findings) {
    for violation in findings.violations.iter().take(SHOWN) {
        let job = violation
            .job
            .as_deref()
            .map_or(String::new(), |id| format!(" ({id})"));
        let timeline: String = violation
            .timeline
            .iter()
            .map(|line| format!("\n    {line}"))
            .collect();
        report.note(format!("VIOLATED: {}{job}{timeline}", violation.what));
    }
    let more = findings.violations.len().saturating_sub(SHOWN);
    if more > 0 {
        report.note(format!("{more} more violations are in the JSON."));
    }
    report.figures("violations", json!(findings.violations));
}

fn pairs<K: ToString>(figures: &BTreeMap<K, usize>) -> Vec<Vec<String>> {
    let row = |(key, count): (&K, &usize)| vec![key.to_string(), count.to_string()];
    figures.iter().map(row).collect()
}

fn begin(history: &History) -> i64 {
    history
        .events
        .first()
        .map_or(history.ended_at, |event| event.at)
}

fn seconds(millis: i64) -> f64 {
    millis as f64 / 1000.0
}
