//! Many requests at once, and how everybody else fares.

use std::time::{Duration, Instant};

use anyhow::ensure;
use dossier_bench::percentile;
use futures_util::FutureExt;
use futures_util::future::join_all;
use serde_json::json;

use crate::client::Client;
use crate::target::{PASSWORD, Target};
use crate::{Attack, Outcome};

pub(crate) const ATTACKS: &[(&str, Attack)] = &[
    (
        "passwords that are slow to estimate stop nobody",
        |target| slow_passwords(target).boxed(),
    ),
    (
        "log-ins from one network keep no other network from logging in",
        |target| monopolise_hashing(target).boxed(),
    ),
    (
        "requests for one address at once end in seconds, and none in an error of ours",
        |target| resend_at_once(target).boxed(),
    ),
];

/// Everything that the estimate of a password's strength may take for a letter, and some letters.
const SYMBOLS: &[u8] = b"4@8({[<369!1|70$5+%2abcegilostxz";

/// How many times as long as idle somebody else may wait, at the 99th percentile.
const BESIDE_ABUSE: f64 = 3.0;

/// How often somebody else is looked after.
const LOOKS: usize = 60;

fn slow_password(index: usize) -> String {
    let symbol = |place: usize| SYMBOLS[(index * 7 + place * 5) % SYMBOLS.len()];
    (0..130).map(|place| char::from(symbol(place))).collect()
}

async fn slow_passwords(target: Target) -> Outcome {
    let mut attempts = Vec::new();
    for index in 0..40 {
        let (client, email) = (target.somebody()?, target.address(&format!("slow-{index}")));
        attempts.push(async move { client.sign_up(&email, &slow_password(index)).await });
    }
    let other = target.somebody()?;
    let flood = tokio::spawn(join_all(attempts));
    let mut longest = Duration::ZERO;
    while !flood.is_finished() {
        longest = longest.max(other.get("/livez").await?.expect(200)?.took);
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    for answer in flood.await? {
        let status = answer?.status;
        ensure!(matches!(status, 202 | 422 | 429 | 503), "answered {status}");
    }
    ensure!(
        longest < Duration::from_millis(500),
        "/livez took {longest:?}"
    );
    Ok(format!(
        "/livez beside 40 of them took {} ms at most",
        longest.as_millis()
    ))
}

/// The 99th percentile of an account's log-ins, in milliseconds.
async fn log_ins(target: &Target, email: &str, device: &str) -> anyhow::Result<f64> {
    let mut waits = Vec::new();
    for _ in 0..LOOKS {
        let body = json!({ "email": email, "password": PASSWORD, "device_token": device });
        let answer = target.somebody()?.post("/v1/auth/login", body).await?;
        waits.push(answer.expect(200)?.took.as_secs_f64() * 1000.0);
    }
    Ok(percentile(&waits, 99.0))
}

async fn monopolise_hashing(target: Target) -> Outcome {
    let person = target.person("patient").await?;
    let first = target.somebody()?.log_in(&person.email, PASSWORD).await?;
    let device = first.expect(200)?.text("device_token")?;
    let idle = log_ins(&target, &person.email, &device).await?;
    let attacker = target.somebody()?;
    let flood = tokio::spawn(flood_with_log_ins(attacker, target.clone()));
    let beside = log_ins(&target, &person.email, &device).await;
    flood.abort();
    let ratio = beside? / idle;
    ensure!(
        ratio <= BESIDE_ABUSE,
        "p99 is {ratio:.1} times as long as idle"
    );
    Ok(format!(
        "p99 beside 700 at once is {ratio:.1} times as long as idle ({idle:.0} ms)"
    ))
}

/// 700 log-ins at once, again and again until it is aborted.
async fn flood_with_log_ins(attacker: Client, target: Target) {
    loop {
        let attempts = (0..700).map(|index| {
            let (attacker, email) = (attacker.clone(), target.address(&format!("flood-{index}")));
            async move { attacker.log_in(&email, "not the right password").await }
        });
        join_all(attempts).await;
    }
}

async fn resend_at_once(target: Target) -> Outcome {
    let email = target.address("resent");
    target
        .somebody()?
        .sign_up(&email, PASSWORD)
        .await?
        .expect(202)?;
    let mut attempts = Vec::new();
    for _ in 0..600 {
        let (client, body) = (target.somebody()?, json!({ "email": email }));
        attempts.push(async move { client.post("/v1/auth/resend-verification", body).await });
    }
    let began = Instant::now();
    let answers = join_all(attempts).await;
    let took = began.elapsed();
    let mut accepted = 0;
    for answer in answers {
        let status = answer?.status;
        ensure!(matches!(status, 202 | 429 | 503), "answered {status}");
        accepted += u32::from(status == 202);
    }
    ensure!(took < Duration::from_secs(15), "they took {took:?}");
    Ok(format!(
        "600 of them took {:.1} s; {accepted} × 202, the rest 429 or 503",
        took.as_secs_f64()
    ))
}
