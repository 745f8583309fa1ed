//! `cargo dev check`

use std::process::ExitCode;

use anyhow::Result;
use dossier_devstack::story::{
    Outcome, StepReport, StepReporter, StoryError, Timings, measure, walk,
};
use serde_json::json;

use super::arguments::Check;
use super::{output, running};

const SAMPLES: usize = 30;

/// What is said at the end.
struct Report {
    steps: Vec<StepReport>,
    timings: Option<Timings>,
    failure: Option<StoryError>,
}

pub(super) async fn check(options: &Check) -> Result<ExitCode> {
    let record = running::record()?;
    let mut steps = Vec::new();
    let mut reporter = StepReporter::new(|report| {
        if !options.json {
            tell(report);
        }
        steps.push(report.clone());
    });
    let walked = walk(&record, &mut reporter).await;
    drop(reporter);
    let (timings, failure) = match walked {
        Ok(outcome) => time(options.time, &outcome).await,
        Err(failure) => (None, Some(failure)),
    };
    let is_ok = failure.is_none();
    conclude(
        options.json,
        &Report {
            steps,
            timings,
            failure,
        },
    )?;
    Ok(if is_ok {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

async fn time(is_wanted: bool, outcome: &Outcome) -> (Option<Timings>, Option<StoryError>) {
    if !is_wanted {
        return (None, None);
    }
    match measure(outcome, SAMPLES).await {
        Ok(timings) => (Some(timings), None),
        Err(failure) => (None, Some(failure)),
    }
}

fn tell(report: &StepReport) {
    let verdict = output::verdict(report.ok, if report.ok { "ok  " } else { "FAIL" });
    output::line(format!(
        "{verdict} {} ({:.0} ms)",
        report.step, report.milliseconds
    ));
}

fn conclude(as_json: bool, report: &Report) -> Result<()> {
    let Report {
        steps,
        timings,
        failure,
    } = report;
    let failure = failure.as_ref().map(chain);
    if as_json {
        let report = json!({ "ok": failure.is_none(), "steps": steps, "timings": timings, "failure": failure });
        output::line(serde_json::to_string_pretty(&report)?);
        return Ok(());
    }
    if let Some(Timings {
        samples,
        link_median_ms,
        link_p90_ms,
        available_median_ms,
        available_p90_ms,
    }) = timings
    {
        output::line(format!(
            "link: median {link_median_ms:.1} ms, p90 {link_p90_ms:.1} ms ({samples} samples)"
        ));
        output::line(format!(
            "100 KB docx available: median {available_median_ms:.1} ms, p90 {available_p90_ms:.1} ms ({samples} samples)"
        ));
    }
    match failure {
        Some(failure) => output::note(failure),
        None => output::line("ok"),
    }
    Ok(())
}

/// A failure with its causes.
fn chain(failure: &StoryError) -> String {
    let causes = std::iter::successors(std::error::Error::source(failure), |cause| cause.source());
    causes.fold(failure.to_string(), |text, cause| {
        format!("{text}: {cause}")
    })
}
