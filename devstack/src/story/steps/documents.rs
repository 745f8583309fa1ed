//! Uploading documents, good and bad.

use std::time::Duration;

use serde_json::Value;

use crate::story::client::Client;
use crate::story::error::{StoryError, require};
use crate::story::fixture::Fixture;

const DOCUMENTS: [(&str, &str); 3] = [
    ("report.docx", "docx"),
    ("slides.pptx", "pptx"),
    ("figures.xlsx", "xlsx"),
];
const REFUSED: [(&str, &str); 2] = [
    ("renamed-archive.docx", "NOT_OPC"),
    ("macros-renamed.docx", "MACRO_ENABLED"),
];
/// How long it is from one look at a document to the next.
pub(super) const PAUSE: Duration = Duration::from_millis(10);

/// The address of the client's account.
pub(in crate::story) async fn address_of(client: &Client) -> Result<String, StoryError> {
    client.get("/v1/me").await?.expect(200)?.text("email")
}

/// Uploads documents for whoever has the address `recipient`.
pub(in crate::story) async fn upload_documents(
    ops: &Client,
    recipient: &str,
) -> Result<Vec<String>, StoryError> {
    let mut ids = Vec::with_capacity(DOCUMENTS.len());
    for (name, kind) in DOCUMENTS {
        let document = Fixture::read(name)?;
        let accepted = ops.upload_for(recipient, &document).await?.expect(202)?;
        let id = accepted.text("id")?;
        require(
            "the location",
            accepted.header("location"),
            format!("/v1/files/{id}").as_str(),
        )?;
        let file = ops.final_file(&id, PAUSE).await?;
        require(
            &format!("the state of {name}"),
            text(&file, "state"),
            "available",
        )?;
        require(&format!("the kind of {name}"), text(&file, "kind"), kind)?;
        require(
            &format!("the digest of {name}"),
            text(&file, "sha256"),
            &document.sha256(),
        )?;
        ids.push(id);
    }
    Ok(ids)
}

pub(in crate::story) async fn upload_refused(ops: &Client) -> Result<(), StoryError> {
    for (name, code) in REFUSED {
        let id = ops
            .upload("/v1/files", &Fixture::read(name)?)
            .await?
            .expect(202)?
            .text("id")?;
        let file = ops.final_file(&id, PAUSE).await?;
        require(
            &format!("the state of {name}"),
            text(&file, "state"),
            "rejected",
        )?;
        require(
            &format!("the reason against {name}"),
            text(&file["rejection"], "code"),
            code,
        )?;
    }
    Ok(())
}

pub(in crate::story) async fn list(client: &Client, ids: &[String]) -> Result<(), StoryError> {
    let answer = client.get("/v1/files?limit=200").await?.expect(200)?.json();
    let listed: Vec<&str> = answer["items"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|file| text(file, "id"))
        .collect();
    for id in ids {
        require(
            &format!("{id} among the client's files"),
            listed.contains(&id.as_str()),
            true,
        )?;
    }
    Ok(())
}

fn text<'a>(object: &'a Value, field: &str) -> &'a str {
    object[field].as_str().unwrap_or_default()
}
