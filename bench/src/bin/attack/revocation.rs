//! Rights that were taken away, used with a token from before.

use anyhow::Context;
use futures_util::FutureExt;
use serde_json::json;

use crate::target::{PASSWORD, Person, Target};
use crate::{Attack, Outcome};

pub(crate) const ATTACKS: &[(&str, Attack)] = &[
    ("whoever logs out, is out with the next request", |target| {
        log_out(target).boxed()
    }),
    (
        "whoever is disabled, is out with the next request",
        |target| disable(target).boxed(),
    ),
    (
        "whoever is deleted, is out with the next request",
        |target| delete(target).boxed(),
    ),
    (
        "whoever gets another role, has only that one with the next request",
        |target| demote(target).boxed(),
    ),
];

/// What the person still gets: nothing, by session or by password.
async fn expect_out(target: &Target, person: &Person) -> Outcome {
    for path in ["/v1/me", "/v1/files", "/v1/me/sessions"] {
        person.client.get(path).await?.expect(401)?;
    }
    person
        .client
        .refresh(&person.refresh_token)
        .await?
        .expect(401)?;
    target
        .somebody()?
        .log_in(&person.email, PASSWORD)
        .await?
        .expect(401)?;
    Ok("lists, sessions, refresh and log-in are 401".to_owned())
}

async fn id_of(person: &Person) -> anyhow::Result<String> {
    person.client.get("/v1/me").await?.expect(200)?.text("id")
}

async fn log_out(target: Target) -> Outcome {
    let person = target.person("leaving").await?;
    let out = person.client.post("/v1/auth/logout", json!({})).await?;
    anyhow::ensure!(out.status < 300, "log-out was answered {}", out.status);
    person.client.get("/v1/me").await?.expect(401)?;
    person
        .client
        .refresh(&person.refresh_token)
        .await?
        .expect(401)?;
    Ok("access and refresh token are 401".to_owned())
}

async fn disable(target: Target) -> Outcome {
    let (person, admin) = (target.person("disabled").await?, target.admin().await?);
    let path = format!("/v1/admin/users/{}/disable", id_of(&person).await?);
    let disabled = admin.client.post(&path, json!({})).await?;
    anyhow::ensure!(
        disabled.status < 300,
        "answered {} {}",
        disabled.status,
        disabled.body
    );
    expect_out(&target, &person).await
}

async fn delete(target: Target) -> Outcome {
    let (person, admin) = (target.person("deleted").await?, target.admin().await?);
    let path = format!("/v1/admin/users/{}", id_of(&person).await?);
    let deleted = admin.client.delete(&path).await?;
    anyhow::ensure!(
        deleted.status < 300,
        "answered {} {}",
        deleted.status,
        deleted.body
    );
    expect_out(&target, &person).await
}

async fn demote(target: Target) -> Outcome {
    let (person, admin) = (target.person("promoted").await?, target.admin().await?);
    let path = format!("/v1/admin/users/{}/role", id_of(&person).await?);
    for role in ["ops", "client"] {
        let changed = admin.client.put(&path, json!({ "role": role })).await?;
        anyhow::ensure!(
            changed.status < 300,
            "answered {} {}",
            changed.status,
            changed.body
        );
        person.client.get("/v1/me").await?.expect(401)?;
        let again = target.somebody()?.log_in(&person.email, PASSWORD).await;
        let me = again.context("log in")?.expect(200)?;
        let client = person.client.with_token(&me.text("access_token")?);
        let has = client.get("/v1/me").await?.expect(200)?.text("role")?;
        anyhow::ensure!(has == role, "has the role {has}");
    }
    Ok("a change ends the session; the next one has the new role alone".to_owned())
}
