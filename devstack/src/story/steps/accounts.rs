//! Signing up and confirming it.

use rand::distr::{Alphanumeric, SampleString};
use reqwest::Method;
use serde_json::{Value, json};

use crate::stack::Login;
use crate::story::client::Client;
use crate::story::error::{StoryError, require};

/// Somebody nobody has seen before.
#[allow(
    clippy::disallowed_methods,
    reason = "the story runs against a real stack, many times"
)]
pub(in crate::story) fn newcomer() -> Login {
    let name = Alphanumeric
        .sample_string(&mut rand::rng(), 12)
        .to_lowercase();
    let password = Alphanumeric.sample_string(&mut rand::rng(), 20);
    Login {
        email: format!("client-{name}@dossier.example"),
        password,
    }
}

pub(in crate::story) async fn sign_up(anyone: &Client, login: &Login) -> Result<(), StoryError> {
    anyone
        .post("/v1/auth/sign-up", &json!(login))
        .await?
        .expect(202)
        .map(drop)
}

/// Opens the page and presses its button as a mail scanner does; the client still cannot log in
/// afterwards.
pub(in crate::story) async fn look(
    anyone: &Client,
    link: &str,
    login: &Login,
) -> Result<(), StoryError> {
    let page = anyone.get(link).await?.expect(200)?;
    require(
        "the page's type",
        page.header("content-type").starts_with("text/html"),
        true,
    )?;
    let button = anyone.request(Method::POST, link).body("");
    anyone.send(button).await?.expect(422)?;
    let refused = anyone
        .post("/v1/auth/login", &json!(login))
        .await?
        .expect(401)?;
    require(
        "the code",
        refused.text("code")?.as_str(),
        "invalid_credentials",
    )
}

pub(in crate::story) async fn verify(
    anyone: &Client,
    token: &str,
    login: &Login,
) -> Result<(), StoryError> {
    let body = json!({ "token": token, "password": login.password });
    let answer = anyone
        .post("/v1/auth/verify-email", &body)
        .await?
        .expect(200)?;
    require(
        "email_verified",
        &answer.json()["email_verified"],
        &Value::Bool(true),
    )
}
