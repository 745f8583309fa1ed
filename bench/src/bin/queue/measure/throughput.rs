//! How fast a full queue is drained, by how many processes, and at what price.

use super::Bench;
use super::drain::{Drained, drain};
use crate::arguments::Measure;
use crate::candidate::Candidate;

/// Jobs a second, drained by so many processes, from the first handler's start.
pub(crate) fn rate(processes: usize) -> String {
    format!("drained by {processes}/s")
}

/// The same, from when the processes were told to begin.
pub(crate) fn rate_from_order(processes: usize) -> String {
    format!("drained by {processes}, from the order/s")
}

/// Milliseconds of the server's processor time for each job.
pub(crate) fn server_cpu(processes: usize) -> String {
    format!("drained by {processes}, server CPU ms a job")
}

/// Milliseconds of the workers' processor time for each job.
pub(crate) fn client_cpu(processes: usize) -> String {
    format!("drained by {processes}, worker CPU ms a job")
}

/// Per cent of the candidates of claims that another process took first.
pub(crate) fn contention(processes: usize) -> String {
    format!("drained by {processes}, contended %")
}

/// Per cent of the machine that its host kept, over all drains.
pub(crate) const STOLEN: &str = "while drained, stolen %";
/// Per cent of the machine that other processes took, over all drains.
pub(crate) const OTHERS: &str = "while drained, others %";

/// More than this share of the machine, taken by others, makes a drain not count.
pub(crate) const DISTURBED_FROM: f64 = 0.1;
/// A machine that is never quiet would keep us for ever.
const REPEATED_AT_MOST: usize = 3;

pub(crate) async fn measure(bench: &mut Bench<'_>) {
    if !bench.arguments.measures(Measure::Drain) {
        return;
    }
    for round in 1..=bench.arguments.rounds {
        for processes in bench.arguments.processes.clone() {
            for candidate in bench.candidates.clone() {
                match undisturbed(bench, candidate, processes).await {
                    Ok(drained) => {
                        let (name, rate) = (candidate.name(), drained.rate());
                        anstream::eprintln!(
                            "round {round}: {name}, drained by {processes}/s: {rate:.0}"
                        );
                        note(bench, candidate, processes, &drained);
                    }
                    Err(error) => bench.figures.failed(candidate, &rate(processes), &error),
                }
            }
        }
    }
}

/// Drains again what was disturbed, a few times at most; the last one counts in any case.
async fn undisturbed(
    bench: &mut Bench<'_>,
    candidate: Candidate,
    processes: usize,
) -> anyhow::Result<Drained> {
    for _ in 0..REPEATED_AT_MOST {
        let drained = drain(bench, candidate, processes, &bench.arguments.settings).await?;
        let taken = drained.disturbance.total();
        if taken <= DISTURBED_FROM {
            return Ok(drained);
        }
        bench.repeated += 1;
        anstream::eprintln!(
            "disturbed: {:.0} % of the machine was taken meanwhile; once more",
            taken * 100.0
        );
    }
    let drained = drain(bench, candidate, processes, &bench.arguments.settings).await?;
    bench.disturbed += usize::from(drained.disturbance.total() > DISTURBED_FROM);
    Ok(drained)
}

fn note(bench: &mut Bench<'_>, candidate: Candidate, processes: usize, drained: &Drained) {
    let jobs = f64::from(drained.jobs);
    let millis_a_job = |seconds: f64| seconds * 1000.0 / jobs;
    let figures = &mut bench.figures;
    let mut add = |key: String, figure| figures.add(candidate, &key, figure);
    add(rate(processes), drained.rate());
    add(
        rate_from_order(processes),
        jobs / drained.seconds_from_order,
    );
    add(
        server_cpu(processes),
        millis_a_job(drained.server_cpu_seconds),
    );
    add(
        client_cpu(processes),
        millis_a_job(drained.client_cpu_seconds),
    );
    add(STOLEN.to_owned(), drained.disturbance.stolen * 100.0);
    add(OTHERS.to_owned(), drained.disturbance.others * 100.0);
    if let Some(share) = drained.contended {
        add(contention(processes), share * 100.0);
    }
    if let Err(error) = drained.assert_each_ran_once() {
        bench.figures.failed(candidate, &rate(processes), &error);
    }
}
