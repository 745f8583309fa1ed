//! Somebody without an account is told of a document.

use reqwest::Method;
use serde_json::{Value, json};

use crate::story::client::Client;
use crate::story::error::{StoryError, require};
use crate::story::fixture::Fixture;
use crate::story::inbox::Inbox;

use super::accounts::newcomer;
use super::delivery;
use super::documents::PAUSE;

const DOCUMENT: &str = "report.docx";

/// Ops upload a document for one address, which has no account: its mail tells of the document, makes the
/// account, and stops such mails. The recipient downloads; to `stranger` the document is not there.
pub(in crate::story) async fn tell_recipient(
    ops: &Client,
    anyone: &Client,
    stranger: &Client,
    inbox: &Inbox,
) -> Result<(), StoryError> {
    let login = newcomer();
    let document = Fixture::read(DOCUMENT)?;
    let uploading = ops.upload_for(&login.email, &document);
    let id = uploading.await?.expect(202)?.text("id")?;
    ops.final_file(&id, PAUSE).await?;
    let place = format!("/v1/files/{id}");
    let (_, token) = inbox.link(&login.email, "invitation").await?;
    let body = json!({ "token": token, "password": login.password });
    let accepted = anyone.post("/v1/auth/accept-invitation", &body).await?;
    accepted.expect(200)?;
    let recipient = anyone.log_in(&login.email, &login.password).await?;
    recipient.get(&place).await?.expect(200)?;
    stranger.get(&place).await?.expect(404)?;
    let url = delivery::create_link(&recipient, &id).await?;
    delivery::download(&recipient, &url).await?;
    let activity = ops.get(&format!("{place}/activity")).await?.expect(200)?;
    let told = &activity.json()["recipients"][0];
    require("who was told", &told["address"], &json!(login.email))?;
    require(
        "that they looked",
        told["first_seen_at"] != Value::Null,
        true,
    )?;
    require("the downloads", &told["downloads"], &json!(1))?;
    let (link, _) = inbox.link(&login.email, "unsubscribe").await?;
    let form = anyone.request(Method::POST, &link);
    let form = form.form(&[("List-Unsubscribe", "One-Click")]);
    anyone.send(form).await?.expect(200)?;
    let notices = recipient.get("/v1/me/notices").await?.expect(200)?;
    require(
        "whether they are told",
        notices.json(),
        json!({ "enabled": false }),
    )
}
