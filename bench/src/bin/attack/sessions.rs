//! Refresh tokens that others have, or that are used twenty times at once.

use std::time::Duration;

use anyhow::ensure;
use futures_util::FutureExt;
use futures_util::future::try_join_all;

use crate::target::Target;
use crate::{Attack, Outcome};

pub(crate) const ATTACKS: &[(&str, Attack)] = &[
    (
        "twenty refreshes at once leave one session, and everybody a token that works",
        |target| refresh_at_once(target).boxed(),
    ),
    (
        "an old refresh token ends the session, however old it is",
        |target| replay(target).boxed(),
    ),
    ("a made-up refresh token ends nobody's session", |target| {
        make_up(target).boxed()
    }),
];

/// A little longer than the time within which a refresh token that was traded in gives the same again.
const GRACE: Duration = Duration::from_secs(11);

async fn refresh_at_once(target: Target) -> Outcome {
    let person = target.person("hasty").await?;
    let refreshes = (0..20).map(|_| person.client.refresh(&person.refresh_token));
    let mut successors = Vec::new();
    for answer in try_join_all(refreshes).await? {
        let answer = answer.expect(200)?;
        let mine = person.client.with_token(&answer.text("access_token")?);
        mine.get("/v1/me").await?.expect(200)?;
        successors.push(answer.text("refresh_token")?);
    }
    successors.dedup();
    ensure!(
        successors.len() == 1,
        "{} different successors",
        successors.len()
    );
    person.client.refresh(&successors[0]).await?.expect(200)?;
    Ok("one successor for all twenty, and it works".to_owned())
}

async fn replay(target: Target) -> Outcome {
    let person = target.person("copied").await?;
    let mut token = person.refresh_token.clone();
    for _ in 0..60 {
        let answer = person.client.refresh(&token).await?.expect(200)?;
        token = answer.text("refresh_token")?;
    }
    // So long the same token may be sent again, because an answer was lost.
    tokio::time::sleep(GRACE).await;
    let thief = target.somebody()?;
    thief.refresh(&person.refresh_token).await?.expect(401)?;
    thief.refresh(&token).await?.expect(401)?;
    person.client.get("/v1/me").await?.expect(401)?;
    Ok("the first of sixty tokens was replayed; nothing of the session works".to_owned())
}

async fn make_up(target: Target) -> Outcome {
    let person = target.person("imitated").await?;
    let thief = target.somebody()?;
    let (session, _) = person.refresh_token.split_once('.').unwrap_or_default();
    let other_end = format!("{}x", person.refresh_token);
    for made_up in [&format!("{session}.AAAA"), &other_end, session, ""] {
        let answer = thief.refresh(made_up).await?;
        ensure!(
            matches!(answer.status, 401 | 422),
            "answered {}",
            answer.status
        );
    }
    person.client.get("/v1/me").await?.expect(200)?;
    person
        .client
        .refresh(&person.refresh_token)
        .await?
        .expect(200)?;
    Ok("the session stands".to_owned())
}
