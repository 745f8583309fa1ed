//! Links and downloads.

use reqwest::Method;
use serde_json::json;

use crate::story::client::Client;
use crate::story::error::{StoryError, require};
use crate::story::fixture::{Fixture, sha256};

const DOCUMENT: &str = "report.docx";

pub(in crate::story) async fn create_link(
    client: &Client,
    file_id: &str,
) -> Result<String, StoryError> {
    client
        .post(&format!("/v1/files/{file_id}/links"), &json!({}))
        .await?
        .expect(201)?
        .text("download_url")
}

pub(in crate::story) async fn download(client: &Client, url: &str) -> Result<(), StoryError> {
    let document = Fixture::read(DOCUMENT)?;
    let whole = client.get(url).await?.expect(200)?;
    require(
        "the digest of the download",
        sha256(&whole.body),
        document.sha256(),
    )?;
    let part = client
        .send(
            client
                .request(Method::GET, url)
                .header("range", "bytes=100-299"),
        )
        .await?
        .expect(206)?;
    let range = format!("bytes 100-299/{}", document.bytes.len());
    require("the range", part.header("content-range"), range.as_str())?;
    require("the part", part.body.as_slice(), &document.bytes[100..300])
}

/// Takes a document back and brings it back: the client sees nothing of it meanwhile, and its link has ended.
pub(in crate::story) async fn withdraw(
    ops: &Client,
    client: &Client,
    (file_id, url): (&str, &str),
) -> Result<(), StoryError> {
    let file = format!("/v1/files/{file_id}");
    ops.send(ops.request(Method::DELETE, &file))
        .await?
        .expect(204)?;
    client.get(&file).await?.expect(404)?;
    client.get(url).await?.expect(404)?;
    let seen = ops.get(&file).await?.expect(200)?.text("state")?;
    require("the state of it", seen.as_str(), "withdrawn")?;
    let restore = ops.request(Method::POST, &format!("{file}/restore"));
    ops.send(restore).await?.expect(200)?;
    client.get(&file).await?.expect(200)?;
    client.get(url).await?.expect(404).map(drop)
}

pub(in crate::story) async fn refuse_stranger(
    stranger: &Client,
    file_id: &str,
    url: &str,
) -> Result<(), StoryError> {
    let list = stranger.get("/v1/files?limit=200").await?.expect(200)?;
    let is_listed = String::from_utf8_lossy(&list.body).contains(file_id);
    require("the document in another client's list", is_listed, false)?;
    let path = format!("/v1/files/{file_id}");
    stranger.get(&path).await?.expect(404)?;
    let asked = stranger.post(&format!("{path}/links"), &json!({})).await?;
    asked.expect(404)?;
    stranger.get(url).await?.expect(404).map(drop)
}
