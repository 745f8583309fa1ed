//! What the comparison says.

use dossier_bench::{Report, Target, median};
use serde_json::json;

use crate::arguments::Arguments;
use crate::candidate::{FASTAPI, OURS};
use crate::measure::{DISTURBED_FROM, SIGN_UPS_AT_ONCE};
use crate::peer;
use crate::rounds::Rounds;
use crate::route::Route;

pub(crate) fn write(arguments: &Arguments, rounds: &Rounds, report: &mut Report) {
    notes(arguments, rounds, report);
    reads(rounds, report);
    sign_ups(rounds, report);
    targets(rounds, report);
    let settings = json!({
        "seconds": arguments.lasting().as_secs(), "connections": arguments.connections,
        "sessions": arguments.sessions, "uvicorn_workers": arguments.uvicorn_workers,
        "mongodb": rounds.mongodb, "development_build": cfg!(debug_assertions),
    });
    report.figures("settings", settings);
    report.figures("rounds", rounds.to_json());
    report.figures("hash_cpu_ms", json!(rounds.hash_ms));
    report.figures("hash_cpu_ms_on_every_core", json!(rounds.hashes_ms));
    report.figures("repeated", json!(rounds.repeated));
}

fn notes(arguments: &Arguments, rounds: &Rounds, report: &mut Report) {
    if cfg!(debug_assertions) {
        report.note("A development build: the figures mean nothing.");
    }
    report.note(format!(
        "Interleaved rounds: {}, of {} s for each figure; medians. {} connections that stay open, {} sessions; \
         {SIGN_UPS_AT_ONCE} connections sign up. The client and all servers share the machine.",
        arguments.rounds(),
        arguments.lasting().as_secs(),
        arguments.connections,
        arguments.sessions,
    ));
    report.note(format!(
        "MongoDB {} is a replica set of one for everybody; writes wait for the majority, which has its journal. Nobody \
         logs requests.",
        rounds.mongodb
    ));
    if rounds.has(FASTAPI) {
        report.note(format!(
            "{FASTAPI} runs in {} processes of uvicorn: {}. It reads a copy of the same documents in the same way and \
             gives the same JSON, which is checked. {OURS} makes sure besides that the session of an access token has \
             not ended.",
            arguments.uvicorn_workers,
            peer::versions()
        ));
    }
    let disturbed = rounds
        .measured
        .iter()
        .filter(|(_, _, it)| it.is_disturbed());
    report.note(format!(
        "Measurements that were disturbed (more than {:.0} % of the machine taken by other programs, or by its host) \
         were made again, {} of them; {} of {} count although they were.",
        DISTURBED_FROM * 100.0,
        rounds.repeated,
        disturbed.count(),
        rounds.measured.len()
    ));
}

/// Processor time in microseconds.
fn reads(rounds: &Rounds, report: &mut Report) {
    let routes = [Route::Me, Route::Files, Route::OwnFiles];
    let rows = routes.into_iter().flat_map(|route| {
        let of = move |who| row(rounds, route, who, (1000.0, 0), 1);
        [OURS, FASTAPI].into_iter().filter_map(of)
    });
    report.table(
        "reads",
        &header("server CPU µs", "mongod CPU µs"),
        rows.collect(),
    );
}

/// Processor time in milliseconds, as of a hash.
fn sign_ups(rounds: &Rounds, report: &mut Report) {
    let of = |who| row(rounds, Route::SignUp, who, (1.0, 1), 0);
    let rows = [OURS, FASTAPI].into_iter().filter_map(of);
    report.table(
        "sign-ups",
        &header("server CPU ms", "mongod CPU ms"),
        rows.collect(),
    );
    report.note(format!(
        "A bare hash takes {:.1} ms of processor time alone, {:.1} ms while every core hashes. {OURS} writes a sign-up \
         and the job of its mail in one transaction, a worker sends the mail meanwhile, and one core is left to other \
         requests while passwords are hashed.",
        median(&rounds.hash_ms),
        median(&rounds.hashes_ms)
    ));
    if rounds.has(FASTAPI) {
        report.note(format!(
            "{FASTAPI} inserts an account alone, sends no mail, and hashes on all cores."
        ));
    }
}

fn header<'a>(server_cpu: &'a str, mongod_cpu: &'a str) -> [&'a str; 9] {
    [
        "request",
        "who",
        "requests/s",
        "p50 ms",
        "p99 ms",
        server_cpu,
        mongod_cpu,
        "client's CPU, % of a core",
        "taken by others, %",
    ]
}

/// Medians, if it was measured: processor time in so many units a millisecond with so many decimals, and waits
/// with so many.
fn row(
    rounds: &Rounds,
    route: Route,
    who: &str,
    (units, cpu_decimals): (f64, usize),
    wait_decimals: usize,
) -> Option<Vec<String>> {
    let of = |figure| rounds.median(route, who, figure);
    let number = |figure: f64, decimals: usize| format!("{figure:.decimals$}");
    Some(vec![
        route.name().to_owned(),
        who.to_owned(),
        number(of(|it| it.per_second)?, 0),
        number(of(|it| it.p50_ms)?, wait_decimals),
        number(of(|it| it.p99_ms)?, wait_decimals),
        number(of(|it| it.server_ms)? * units, cpu_decimals),
        number(of(|it| it.mongod_ms)? * units, cpu_decimals),
        number(of(|it| it.client_share)? * 100.0, 0),
        number(of(|it| it.taken_share)? * 100.0, 0),
    ])
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
            "Without mongod's, {FASTAPI} takes {me:.1} times the processor time of {OURS} for the account, {files:.1} \
             times for the list."
        ));
    }
}
