//! People who sign up, and what their mails lead to.

use std::time::{Duration, Instant};

use dossier_devstack::mail::Message;
use dossier_devstack::stack::Login;
use dossier_devstack::story::{Client, StoryError};
use serde_json::json;

/// Somebody nobody has seen before.
#[must_use]
pub fn newcomer() -> Login {
    Login {
        email: format!("client-{:016x}@dossier.example", rand::random::<u64>()),
        password: format!("{:032x}", rand::random::<u128>()),
    }
}

/// Signs somebody up; how long the answer took.
///
/// # Errors
///
/// When the answer is not 202, or there is none.
pub async fn sign_up(client: &Client, login: &Login) -> Result<Duration, StoryError> {
    let began = Instant::now();
    let answer = client.post("/v1/auth/sign-up", &json!(login)).await?;
    answer.expect(202)?;
    Ok(began.elapsed())
}

/// Makes a sign-up an account, with the token of its mail.
///
/// # Errors
///
/// When the answer is not 200, or there is none.
pub async fn confirm(client: &Client, login: &Login, token: &str) -> Result<(), StoryError> {
    let body = json!({ "token": token, "password": login.password });
    let answer = client.post("/v1/auth/verify-email", &body).await?;
    answer.expect(200).map(drop)
}

/// The token in the address of the page called `page` in a mail.
#[must_use]
pub fn token_in(mail: &Message, page: &str) -> Option<String> {
    let text = mail.text.as_deref()?;
    let page = format!("/{page}/");
    let link = text.split_whitespace().find(|word| word.contains(&page))?;
    link.rsplit('/').next().map(str::to_owned)
}
