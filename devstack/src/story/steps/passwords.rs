//! A forgotten password, and an invitation.

use reqwest::Method;
use serde_json::json;

use crate::stack::Login;
use crate::story::client::Client;
use crate::story::error::StoryError;
use crate::story::inbox::Inbox;

use super::accounts::newcomer;

/// Replaces a password by the link in a mail, through the page; the account's login from then on.
pub(in crate::story) async fn replace_forgotten(
    anyone: &Client,
    inbox: &Inbox,
    login: &Login,
) -> Result<Login, StoryError> {
    let body = json!({ "email": login.email });
    anyone
        .post("/v1/auth/reset-password", &body)
        .await?
        .expect(202)?;
    let (link, _) = inbox.link(&login.email, "reset-password").await?;
    anyone.get(&link).await?.expect(200)?;
    let password = newcomer().password;
    let form = anyone.request(Method::POST, &link);
    let form = form.form(&[("password", &password)]);
    anyone.send(form).await?.expect(200)?;
    anyone
        .post("/v1/auth/login", &json!(login))
        .await?
        .expect(401)?;
    Ok(Login {
        email: login.email.clone(),
        password,
    })
}

/// Ops invite somebody, who accepts and logs in.
pub(in crate::story) async fn invite(
    ops: &Client,
    anyone: &Client,
    inbox: &Inbox,
) -> Result<Client, StoryError> {
    let login = newcomer();
    let body = json!({ "email": login.email, "role": "client" });
    ops.post("/v1/invitations", &body).await?.expect(201)?;
    let (_, token) = inbox.link(&login.email, "invitation").await?;
    let body = json!({ "token": token, "password": login.password });
    let accepted = anyone.post("/v1/auth/accept-invitation", &body).await?;
    accepted.expect(200)?;
    anyone.log_in(&login.email, &login.password).await
}
