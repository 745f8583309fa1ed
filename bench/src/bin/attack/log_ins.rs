//! Guessing passwords, and keeping people from logging in.

use anyhow::ensure;
use futures_util::FutureExt;
use serde_json::json;

use crate::target::{PASSWORD, Target};
use crate::{Attack, Outcome};

pub(crate) const ATTACKS: &[(&str, Attack)] = &[
    (
        "passwords of an account cannot be guessed from many networks, and its owner is not kept out",
        |target| guess(target).boxed(),
    ),
    (
        "one network cannot try one password at many accounts",
        |target| spray(target).boxed(),
    ),
    (
        "a made-up X-Forwarded-For gives nobody another network",
        |target| forge_network(target).boxed(),
    ),
    (
        "operators of the database in a log-in are no query",
        |target| inject(target).boxed(),
    ),
];

const GUESSES: usize = 40;

async fn guess(target: Target) -> Outcome {
    let email = target.address("guessed");
    let victim = target.person("guessed").await?;
    let device = victim.client.log_in(&email, PASSWORD).await?.expect(200)?;
    let mut tried = 0;
    for guess in 0..GUESSES {
        let attacker = target.somebody()?;
        let answer = attacker
            .log_in(&email, &format!("guess number {guess}"))
            .await?;
        match answer.status {
            401 => tried += 1,
            429 => ensure!(answer.retry_after().is_some(), "429 without Retry-After"),
            other => anyhow::bail!("answered {other}"),
        }
    }
    ensure!(tried < GUESSES, "all {GUESSES} passwords were tried");
    victim.client.get("/v1/me").await?.expect(200)?;
    victim
        .client
        .refresh(&victim.refresh_token)
        .await?
        .expect(200)?;
    let again = json!({
        "email": email, "password": PASSWORD, "device_token": device.text("device_token")?,
    });
    let elsewhere = target.somebody()?;
    elsewhere.post("/v1/auth/login", again).await?.expect(200)?;
    Ok(format!(
        "{tried} of {GUESSES} guesses were compared; the session and the known device work"
    ))
}

async fn spray(target: Target) -> Outcome {
    let attacker = target.somebody()?;
    for tried in 0..1000 {
        let email = target.address(&format!("sprayed-{tried}"));
        let answer = attacker.log_in(&email, "Winter-2026-is-cold").await?;
        if answer.status == 429 {
            let wait = answer.retry_after();
            ensure!(wait.is_some(), "429 without Retry-After");
            let policy = answer.headers.contains_key("ratelimit-policy");
            ensure!(policy, "429 without RateLimit-Policy");
            return Ok(format!(
                "refused after {tried} log-ins, for {} s",
                wait.unwrap_or_default()
            ));
        }
        answer.expect(401)?;
    }
    anyhow::bail!("a thousand log-ins were compared")
}

async fn forge_network(target: Target) -> Outcome {
    let attacker = target.somebody()?;
    for tried in 0..1000_u32 {
        let email = target.address(&format!("forged-{tried}"));
        let body = json!({ "email": email, "password": "Winter-2026-is-cold" });
        let from = format!("203.0.{}.{}", tried / 250, tried % 250);
        let answer = attacker.post_as(&from, "/v1/auth/login", body).await?;
        if answer.status == 429 {
            return Ok(format!("refused after {tried} log-ins all the same"));
        }
        answer.expect(401)?;
    }
    anyhow::bail!("a thousand log-ins were compared")
}

async fn inject(target: Target) -> Outcome {
    let attacker = target.somebody()?;
    for email in [
        json!({ "$ne": null }),
        json!({ "$gt": "" }),
        json!(["a"]),
        json!(1),
    ] {
        let body = json!({ "email": email, "password": PASSWORD });
        attacker.post("/v1/auth/login", body).await?.expect(422)?;
        let body = json!({ "email": "a@example.com", "password": email });
        attacker.post("/v1/auth/login", body).await?.expect(422)?;
    }
    Ok("eight bodies, each 422".to_owned())
}
