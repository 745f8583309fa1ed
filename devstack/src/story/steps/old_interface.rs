//! The same path for clients of the old interface.

use std::time::Duration;

use reqwest::Method;
use serde_json::json;

use super::accounts::newcomer;
use crate::stack::Login;
use crate::story::client::{Answer, Client};
use crate::story::error::{StoryError, require};
use crate::story::fixture::{Fixture, sha256};
use crate::story::inbox::Inbox;

const DOCUMENT: &str = "report.docx";

pub(in crate::story) async fn sign_up_the_old_way(
    anyone: &Client,
    inbox: &Inbox,
) -> Result<Client, StoryError> {
    let login = newcomer();
    anyone
        .post("/signup", &json!(login))
        .await?
        .expect(200)?
        .text("message")?;
    let (page, _) = inbox.verification_link(&login.email).await?;
    let form = [("password", &login.password)];
    let confirm = anyone.request(Method::POST, &page).form(&form);
    anyone.send(confirm).await?.expect(200)?;
    log_in_the_old_way(anyone, &login).await
}

/// As an OAuth2 form, which clients of the old interface send.
async fn log_in_the_old_way(anyone: &Client, login: &Login) -> Result<Client, StoryError> {
    let form = [("username", &login.email), ("password", &login.password)];
    let answer = anyone
        .send(anyone.request(Method::POST, "/login").form(&form))
        .await?
        .expect(200)?;
    require(
        "the token's type",
        answer.text("token_type")?.as_str(),
        "bearer",
    )?;
    Ok(anyone.with_token(answer.text("access_token")?))
}

pub(in crate::story) async fn old_interface(
    anyone: &Client,
    ops: &Login,
    client: &Client,
) -> Result<(), StoryError> {
    let ops = log_in_the_old_way(anyone, ops).await?;
    let document = Fixture::read(DOCUMENT)?;
    let id = ops
        .upload_the_old_way(&document)
        .await?
        .expect(200)?
        .text("file_id")?;
    let file = ops.final_file(&id, Duration::from_millis(10)).await?;
    require(
        "the state of the upload",
        file["state"].as_str(),
        Some("available"),
    )?;
    let files = client.get("/files").await?.expect(200)?;
    require(
        "the upload among the files",
        listed_the_old_way(&files, &id),
        true,
    )?;
    let link = client
        .get(&format!("/download-file/{id}"))
        .await?
        .expect(200)?;
    require("the message", link.text("message")?.as_str(), "success")?;
    let whole = client
        .get(&link.text("download-link")?)
        .await?
        .expect(200)?;
    require(
        "the digest of the download",
        sha256(&whole.body),
        document.sha256(),
    )
}

fn listed_the_old_way(files: &Answer, id: &str) -> bool {
    files
        .json()
        .as_array()
        .into_iter()
        .flatten()
        .any(|file| file["id"] == id)
}
