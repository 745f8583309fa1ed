//! How fast a full queue is drained, by how many processes, and at what price.

use super::Bench;
use super::drain::{Drained, drain};
use crate::arguments::Measure;
use crate::contender::Contender;

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

pub(crate) async fn measure(bench: &mut Bench<'_>) {
    if !bench.arguments.measures(Measure::Drain) {
        return;
    }
    for round in 1..=bench.arguments.rounds {
        for processes in bench.arguments.processes.clone() {
            for contender in bench.contenders.clone() {
                let settings = &bench.arguments.settings;
                match drain(bench, contender, processes, settings).await {
                    Ok(drained) => {
                        let (name, rate) = (contender.name(), drained.rate());
                        anstream::eprintln!(
                            "round {round}: {name}, drained by {processes}/s: {rate:.0}"
                        );
                        note(bench, contender, processes, &drained);
                    }
                    Err(error) => bench.figures.failed(contender, &rate(processes), &error),
                }
            }
        }
    }
}

fn note(bench: &mut Bench<'_>, contender: Contender, processes: usize, drained: &Drained) {
    let jobs = f64::from(drained.jobs);
    let millis_a_job = |seconds: f64| seconds * 1000.0 / jobs;
    let figures = &mut bench.figures;
    let mut add = |key: String, figure| figures.add(contender, &key, figure);
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
    if let Some(share) = drained.contended {
        add(contention(processes), share * 100.0);
    }
    if let Err(error) = drained.assert_each_ran_once() {
        bench.figures.failed(contender, &rate(processes), &error);
    }
}
