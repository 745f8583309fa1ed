//! Whether the time that an answer takes tells who has an account.

use std::path::Path;

use anyhow::Context;
use dossier_bench::{Report, area_under_curve, median};
use futures_util::future::BoxFuture;
use futures_util::{FutureExt, StreamExt, TryStreamExt, stream};
use serde_json::json;

use crate::client::Client;
use crate::target::{PASSWORD, Target};

/// How far from 0.5 the area under the curve may be: further, and time tells something.
const TOLERANCE: f64 = 0.03;

/// How often one address is asked about on one route: fewer times than make it wait.
const USES: u32 = 4;

/// How many pairs are under way at once on routes whose answers wait for a fixed time.
const WAITING_AT_ONCE: usize = 16;

/// A route, and how many pairs are under way on it at once.
struct Route {
    name: &'static str,
    at_once: usize,
    ask: fn(Client, Subject) -> BoxFuture<'static, anyhow::Result<f64>>,
}

const ROUTES: [Route; 5] = [
    Route {
        name: "sign-up",
        at_once: 1,
        ask: |client, subject| sign_up(client, subject).boxed(),
    },
    Route {
        name: "log-in",
        at_once: 1,
        ask: |client, subject| log_in(client, subject).boxed(),
    },
    Route {
        name: "resend",
        at_once: WAITING_AT_ONCE,
        ask: |client, subject| resend(client, subject).boxed(),
    },
    Route {
        name: "reset",
        at_once: WAITING_AT_ONCE,
        ask: |client, subject| reset(client, subject).boxed(),
    },
    Route {
        name: "verify",
        at_once: 1,
        ask: |client, subject| verify(client, subject).boxed(),
    },
];

/// Whom a request asks about.
#[derive(Clone, Debug)]
struct Subject {
    /// Has an account, or none.
    email: String,
    /// Has a sign-up that waits, or none.
    waits: String,
    /// Of a sign-up that was confirmed, or of one that waits.
    token: String,
}

/// Compares `pairs` on each route; whether time told nothing on any.
pub(crate) async fn compare(
    target: &Target,
    pairs: u32,
    json: Option<&Path>,
) -> anyhow::Result<bool> {
    let known = prepare(target, pairs.div_ceil(USES)).await?;
    let (mut rows, mut all_held) = (Vec::new(), true);
    for route in ROUTES {
        let times = compare_on(target, &route, &known, pairs).await;
        let (ones, others) = times.context(route.name)?;
        let area = area_under_curve(&ones, &others);
        all_held &= (area - 0.5).abs() <= TOLERANCE;
        let row = [
            route.name.to_owned(),
            ones.len().to_string(),
            format!("{area:.3}"),
            format!("{:.1}", median(&ones)),
            format!("{:.1}", median(&others)),
        ];
        anstream::println!("{}: {}", row[0], row[2]);
        rows.push(row.to_vec());
    }
    let mut report = Report::new("what time tells about addresses");
    let header = [
        "route",
        "pairs",
        "area under the curve",
        "known, ms",
        "unknown, ms",
    ];
    report.table("routes", &header, rows);
    report.note("Medians of one client on this machine; 0.5 is what a coin tells.");
    report.print(json)?;
    Ok(all_held)
}

/// Pairs of a known subject and an unknown one.
async fn prepare(target: &Target, count: u32) -> anyhow::Result<Vec<[Subject; 2]>> {
    let admin = target.admin().await?;
    let preparing = stream::iter(0..count).map(|index| {
        let (target, admin) = (target.clone(), admin.client.clone());
        async move {
            let email = target.address(&format!("known-{index}"));
            let account = json!({ "email": email, "role": "client", "password": PASSWORD });
            admin.post("/v1/admin/users", account).await?.expect(201)?;
            let (waits, live) = signed_up(&target, &format!("waits-{index}")).await?;
            let (_, used) = signed_up(&target, &format!("used-{index}")).await?;
            target
                .somebody()?
                .verify(&used, PASSWORD)
                .await?
                .expect(200)?;
            Ok([
                Subject {
                    email,
                    waits,
                    token: live,
                },
                Subject {
                    email: target.address(&format!("unknown-{index}")),
                    waits: target.address(&format!("nobody-{index}")),
                    token: used,
                },
            ])
        }
    });
    preparing.buffer_unordered(4).try_collect().await
}

/// Somebody who signed up: the address, and the token in the mail.
async fn signed_up(target: &Target, name: &str) -> anyhow::Result<(String, String)> {
    let email = target.address(name);
    target
        .somebody()?
        .sign_up(&email, PASSWORD)
        .await?
        .expect(202)?;
    let token = target.mailed(&email, "/verify-email/", 1).await?;
    Ok((email, token))
}

/// The milliseconds of the known and of the unknown ones, each pair in a random order.
async fn compare_on(
    target: &Target,
    route: &Route,
    subjects: &[[Subject; 2]],
    pairs: u32,
) -> anyhow::Result<(Vec<f64>, Vec<f64>)> {
    let asking = stream::iter(0..pairs as usize).map(|pair| {
        let (target, [known, unknown]) = (target.clone(), subjects[pair % subjects.len()].clone());
        async move {
            let known_first: bool = rand::random();
            let mut times = [0.0; 2];
            for turn in 0..2 {
                let of_known = (turn == 0) == known_first;
                let subject = if of_known {
                    known.clone()
                } else {
                    unknown.clone()
                };
                let client = target.somebody()?;
                // The connection stands before the clock starts.
                client.get("/livez").await?.expect(200)?;
                times[usize::from(!of_known)] = (route.ask)(client, subject).await?;
            }
            anyhow::Ok(times)
        }
    });
    let times: Vec<[f64; 2]> = asking.buffer_unordered(route.at_once).try_collect().await?;
    Ok(times
        .into_iter()
        .map(|[known, unknown]| (known, unknown))
        .unzip())
}

async fn sign_up(client: Client, subject: Subject) -> anyhow::Result<f64> {
    let answer = client
        .sign_up(&subject.email, PASSWORD)
        .await?
        .expect(202)?;
    Ok(answer.took.as_secs_f64() * 1000.0)
}

async fn log_in(client: Client, subject: Subject) -> anyhow::Result<f64> {
    let answer = client
        .log_in(&subject.email, "not the right password")
        .await?;
    Ok(answer.expect(401)?.took.as_secs_f64() * 1000.0)
}

async fn resend(client: Client, subject: Subject) -> anyhow::Result<f64> {
    let body = json!({ "email": subject.waits });
    let answer = client.post("/v1/auth/resend-verification", body).await?;
    Ok(answer.expect(202)?.took.as_secs_f64() * 1000.0)
}

async fn reset(client: Client, subject: Subject) -> anyhow::Result<f64> {
    let body = json!({ "email": subject.email });
    let answer = client.post("/v1/auth/reset-password", body).await?;
    Ok(answer.expect(202)?.took.as_secs_f64() * 1000.0)
}

async fn verify(client: Client, subject: Subject) -> anyhow::Result<f64> {
    let answer = client
        .verify(&subject.token, "not the right password")
        .await?;
    Ok(answer.expect(400)?.took.as_secs_f64() * 1000.0)
}
