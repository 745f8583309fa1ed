//! What the comparison says.

use dossier_bench::{Report, Target, median};
use serde_json::json;

use crate::arguments::Arguments;
use crate::candidate::{FASTAPI, OURS};
use crate::measure::SIGN_UPS_AT_ONCE;
use crate::peer;
use crate::rounds::Rounds;
use crate::route::Route;

/// More than this share of the machine, taken by others, disturbs a measurement.
const DISTURBED_FROM: f64 = 0.1;

pub(crate) fn write(arguments: &Arguments, rounds: &Rounds, report: &mut Report) {
    notes(arguments, rounds, report);
    reads(rounds, report);
    sign_ups(rounds, report);
    targets(rounds, report);
    report.figures("rounds", rounds.to_json());
    report.figures("hash_cpu_ms", json!(rounds.hash_ms));
}

fn notes(arguments: &Arguments, rounds: &Rounds, report: &mut Report) {
    if cfg!(debug_assertions) {
        report.note("A development build: the figures mean nothing.");
    }
    report.note(format!(
        "{} interleaved rounds of {} s for each figure, medians; {} connections that stay open, {} sessions, \
         {SIGN_UPS_AT_ONCE} connections to sign up. The client and all servers share the machine.",
        arguments.rounds(),
        arguments.lasting().as_secs(),
        arguments.connections,
        arguments.sessions,
    ));
    report.note(format!(
        "{OURS} looks the session up besides the account or the documents; {FASTAPI} checks the signature of the \
         token alone. Both read the same documents of one mongod (a replica set of one; writes wait for the \
         majority, which has its journal), give the same JSON, and log no requests."
    ));
    if !rounds.of(Route::Me, FASTAPI).is_empty() {
        report.note(format!(
            "{FASTAPI} runs in {} processes of uvicorn: {}.",
            arguments.uvicorn_workers,
            peer::versions()
        ));
    }
    let disturbed = rounds.measured.iter();
    let disturbed = disturbed.filter(|(_, _, it)| it.taken_share > DISTURBED_FROM);
    report.note(format!(
        "In {} of {} measurements other programs or the machine's host took more than {:.0} % of the machine.",
        disturbed.count(),
        rounds.measured.len(),
        DISTURBED_FROM * 100.0
    ));
}

fn reads(rounds: &Rounds, report: &mut Report) {
    let mut rows = Vec::new();
    for route in [Route::Me, Route::Files, Route::OwnFiles] {
        for who in [OURS, FASTAPI] {
            let of = |figure| rounds.median(route, who, figure);
            let Some(rate) = of(|it| it.per_second) else {
                continue;
            };
            let cell = |figure, decimals| number(of(figure), decimals);
            rows.push(vec![
                route.name().to_owned(),
                who.to_owned(),
                format!("{rate:.0}"),
                cell(|it| it.p50_ms, 1),
                cell(|it| it.p99_ms, 1),
                cell(|it| it.server_ms * 1000.0, 0),
                cell(|it| it.mongod_ms * 1000.0, 0),
                cell(|it| it.client_share * 100.0, 0),
                cell(|it| it.taken_share * 100.0, 0),
            ]);
        }
    }
    let header = [
        "request",
        "who",
        "requests/s",
        "p50 ms",
        "p99 ms",
        "server CPU µs",
        "mongod CPU µs",
        "client's CPU, % of a core",
        "taken by others, %",
    ];
    report.table("reads", &header, rows);
}

fn sign_ups(rounds: &Rounds, report: &mut Report) {
    let row = |who: &'static str| {
        let of = |figure| rounds.median(Route::SignUp, who, figure);
        let rate = of(|it| it.per_second)?;
        let cell = |figure, decimals| number(of(figure), decimals);
        Some(vec![
            who.to_owned(),
            format!("{rate:.0}"),
            cell(|it| it.p50_ms, 0),
            cell(|it| it.p99_ms, 0),
            cell(|it| it.server_ms, 1),
            cell(|it| it.mongod_ms, 1),
            cell(|it| it.client_share * 100.0, 0),
            cell(|it| it.taken_share * 100.0, 0),
        ])
    };
    let header = [
        "sign-up",
        "requests/s",
        "p50 ms",
        "p99 ms",
        "server CPU ms",
        "mongod CPU ms",
        "client's CPU, % of a core",
        "taken by others, %",
    ];
    report.table(
        "sign-ups",
        &header,
        [OURS, FASTAPI].into_iter().filter_map(row).collect(),
    );
    report.note(format!(
        "A bare hash takes {:.1} ms. {OURS} writes the sign-up and the job of its mail in one transaction, a worker \
         sends the mail meanwhile, and one core is left to other requests while passwords are hashed; {FASTAPI} \
         inserts an account, sends no mail, and hashes on all cores.",
        median(&rounds.hash_ms)
    ));
}

fn targets(rounds: &Rounds, report: &mut Report) {
    let times_as_many = |route| rounds.ratio(route, |it| it.per_second);
    let times_the_cpu = |route| rounds.ratio(route, |it| it.server_ms).map(f64::recip);
    let targets = [
        Target::at_least("me, requests/s, × FastAPI", 8.0, times_as_many(Route::Me)),
        Target::at_least(
            "list of 20, client, requests/s, × FastAPI",
            3.0,
            times_as_many(Route::Files),
        ),
        Target::at_most(
            "sign-up, CPU of the API, × the bare hash",
            1.3,
            rounds.hashes_a_sign_up(),
        ),
    ];
    let rows = targets.iter().filter_map(Target::row).collect();
    report.table("targets", &Target::HEADER, rows);
    let cpu = (times_the_cpu(Route::Me), times_the_cpu(Route::Files));
    if let (Some(me), Some(files)) = cpu {
        report.note(format!(
            "{FASTAPI} takes {me:.1} times as much processor time for me, {files:.1} times for the list."
        ));
    }
}

fn number(figure: Option<f64>, decimals: usize) -> String {
    figure.map_or("–".to_owned(), |figure| format!("{figure:.decimals$}"))
}
