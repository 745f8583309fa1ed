//! A document for one person: told of, downloaded, withdrawn, and never seen by anybody else.

use std::time::Duration;

use rand::distr::{Alphanumeric, SampleString};
use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::Value;

use super::delivery;
use crate::story::client::Client;
use crate::story::error::{StoryError, require};
use crate::story::fixture::{Fixture, sha256};
use crate::story::inbox::Inbox;

const DOCUMENT: &str = "report.docx";
const PAUSE: Duration = Duration::from_millis(10);

/// A document that is meant for one person.
pub(in crate::story) struct Addressed {
    id: String,
    name: String,
    address: String,
    document: Fixture,
}

/// Uploads a document for `client` alone, and waits until it is available.
#[allow(
    clippy::disallowed_methods,
    reason = "the story runs against a real stack, many times"
)]
pub(in crate::story) async fn upload(
    ops: &Client,
    client: &Client,
) -> Result<Addressed, StoryError> {
    let address = client.get("/v1/me").await?.expect(200)?.text("email")?;
    let document = Fixture::read(DOCUMENT)?;
    let word = Alphanumeric.sample_string(&mut rand::rng(), 8);
    let name = format!("for-one-{}.docx", word.to_lowercase());
    let part = Part::bytes(document.bytes.clone()).file_name(name.clone());
    let form = Form::new()
        .text("recipients", address.clone())
        .part("file", part);
    let request = ops.request(Method::POST, "/v1/files").multipart(form);
    let id = ops.send(request).await?.expect(202)?.text("id")?;
    let file = ops.final_file(&id, PAUSE).await?;
    require("the state of it", file["state"].as_str(), Some("available"))?;
    Ok(Addressed {
        id,
        name,
        address,
        document,
    })
}

/// Waits for the mail that tells the recipient of the document.
pub(in crate::story) async fn told(inbox: &Inbox, of: &Addressed) -> Result<(), StoryError> {
    inbox.mail_with(&of.address, &of.name).await
}

/// The recipient sees the document, and downloads it; the address it was downloaded from.
pub(in crate::story) async fn download(
    client: &Client,
    of: &Addressed,
) -> Result<String, StoryError> {
    client.get(&path(of)).await?.expect(200)?;
    let url = delivery::create_link(client, &of.id).await?;
    let whole = client.get(&url).await?.expect(200)?;
    let expected = of.document.sha256();
    require("the digest of the download", sha256(&whole.body), expected)?;
    Ok(url)
}

/// Withdraws the document: the recipient's next request is told that there is nothing.
pub(in crate::story) async fn withdraw(
    ops: &Client,
    client: &Client,
    (of, url): (&Addressed, &str),
) -> Result<(), StoryError> {
    let withdrawn = ops.send(ops.request(Method::DELETE, &path(of))).await?;
    if !withdrawn.status.is_success() {
        withdrawn.expect(204)?;
    }
    client.get(&path(of)).await?.expect(404)?;
    client.get(url).await?.expect(404)?;
    require("it is listed", is_listed(client, of).await?, false)
}

/// Whoever the document is not meant for sees nothing of it, in whatever way they ask.
pub(in crate::story) async fn unseen(
    stranger: &Client,
    of: &Addressed,
    url: Option<&str>,
) -> Result<(), StoryError> {
    require("it is listed", is_listed(stranger, of).await?, false)?;
    for place in ["", "/events", "/why"] {
        let path = format!("{}{place}", path(of));
        stranger.get(&path).await?.expect(404)?;
    }
    let links = format!("{}/links", path(of));
    let empty = Value::Object(serde_json::Map::new());
    stranger.post(&links, &empty).await?.expect(404)?;
    if let Some(url) = url {
        stranger.get(url).await?.expect(404)?;
    }
    Ok(())
}

fn path(of: &Addressed) -> String {
    format!("/v1/files/{}", of.id)
}

async fn is_listed(client: &Client, of: &Addressed) -> Result<bool, StoryError> {
    let answer = client.get("/v1/files?limit=200").await?.expect(200)?;
    let answer = answer.json();
    let mut items = answer["items"].as_array().into_iter().flatten();
    Ok(items.any(|file| file["id"] == of.id.as_str()))
}
