//! Signing up and proving the address.

use rand::distr::{Alphanumeric, SampleString};
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

/// Opens the page as a mail scanner does; the client still cannot log in afterwards.
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
    let refused = anyone
        .post("/v1/auth/login", &json!(login))
        .await?
        .expect(403)?;
    require(
        "the code",
        refused.text("code")?.as_str(),
        "email_not_verified",
    )
}

pub(in crate::story) async fn verify(anyone: &Client, token: &str) -> Result<(), StoryError> {
    let answer = anyone
        .post("/v1/auth/verify-email", &json!({ "token": token }))
        .await?
        .expect(200)?;
    require(
        "email_verified",
        &answer.json()["email_verified"],
        &Value::Bool(true),
    )
}
