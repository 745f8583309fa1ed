//! Forgotten passwords, and whom they help.

use anyhow::ensure;
use futures_util::FutureExt;
use serde_json::json;

use crate::target::{PASSWORD, Target};
use crate::{Attack, Outcome};

pub(crate) const ATTACKS: &[(&str, Attack)] = &[
    (
        "the link that resets a password works once, ends the sessions and logs nobody in",
        |target| reuse_reset(target).boxed(),
    ),
    ("a stolen session changes no password", |target| {
        change_without_password(target).boxed()
    }),
];

const NEW_PASSWORD: &str = "another horse, another staple";

async fn reuse_reset(target: Target) -> Outcome {
    let person = target.person("forgetful").await?;
    let somebody = target.somebody()?;
    let ask = json!({ "email": person.email });
    somebody
        .post("/v1/auth/reset-password", ask)
        .await?
        .expect(202)?;
    let token = target.mailed(&person.email, "/reset-password/", 1).await?;
    somebody
        .get(&format!("/reset-password/{token}"))
        .await?
        .expect(200)?;
    person.client.get("/v1/me").await?.expect(200)?;
    let confirm = json!({ "token": token, "new_password": NEW_PASSWORD });
    let path = "/v1/auth/reset-password/confirm";
    let done = somebody.post(path, confirm.clone()).await?;
    ensure!(
        done.status < 300,
        "the reset was answered {} {}",
        done.status,
        done.body
    );
    ensure!(done.body.get("access_token").is_none(), "the reset logs in");
    person.client.get("/v1/me").await?.expect(401)?;
    somebody.post(path, confirm).await?.expect(400)?;
    somebody
        .log_in(&person.email, PASSWORD)
        .await?
        .expect(401)?;
    somebody
        .log_in(&person.email, NEW_PASSWORD)
        .await?
        .expect(200)?;
    Ok("the second use is 400, the session before is 401".to_owned())
}

async fn change_without_password(target: Target) -> Outcome {
    let person = target.person("robbed").await?;
    let change = json!({ "current_password": "not the one", "new_password": NEW_PASSWORD });
    let answer = person.client.post("/v1/me/password", change).await?;
    ensure!(
        (400..500).contains(&answer.status),
        "answered {}",
        answer.status
    );
    target
        .somebody()?
        .log_in(&person.email, PASSWORD)
        .await?
        .expect(200)?;
    Ok(format!("answered {}; the password stays", answer.status))
}
