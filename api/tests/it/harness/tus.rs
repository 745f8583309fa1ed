//! Uploads as a client of tus sends them.

use axum::body::{Body, Bytes};
use axum::http::Method;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use dossier_common::digest::Sha256;
use futures_util::stream;
use mongodb::bson::{DateTime, Document, doc};
use serde_json::Value;

use super::{Answer, App, Call, PUBLIC_URL, Person};

/// `Upload-Metadata` of these keys and values.
pub(crate) fn tus_metadata(pairs: &[(&str, &str)]) -> String {
    let pairs = pairs
        .iter()
        .map(|(key, value)| format!("{key} {}", STANDARD.encode(value)));
    pairs.collect::<Vec<_>>().join(",")
}

/// That of a document for everyone.
pub(crate) fn for_everyone() -> String {
    tus_metadata(&[("filename", "report.docx"), ("audience", "everyone")])
}

/// `Upload-Checksum` of `bytes`.
pub(crate) fn tus_checksum(bytes: &[u8]) -> String {
    let digest = Sha256::of(bytes).repr_digest();
    let encoded = digest.trim_start_matches("sha-256=:").trim_end_matches(':');
    format!("sha256 {encoded}")
}

/// Bytes that differ from place to place.
pub(crate) fn bytes_of(length: usize) -> Vec<u8> {
    (0..length).map(|i| ((i * 31) >> 7) as u8).collect()
}

/// A body that brings `bytes` and then breaks off.
pub(crate) fn broken_after(bytes: &[u8]) -> Body {
    let arrived = Ok(Bytes::copy_from_slice(bytes));
    let broken = Err(std::io::Error::other("the connection broke"));
    Body::from_stream(stream::iter([arrived, broken]))
}

impl Call {
    /// The same, in the version of tus that is spoken.
    pub(crate) fn tus(self) -> Self {
        self.header("tus-resumable", "1.0.0")
    }

    /// The same, with bytes for an upload that is at `offset`.
    pub(crate) fn piece(self, offset: usize, bytes: impl Into<Body>) -> Self {
        let call = self.tus().header("upload-offset", &offset.to_string());
        call.body("application/offset+octet-stream", bytes)
    }
}

impl App {
    /// Asks for an upload of so many bytes.
    pub(crate) fn beginning(&self, ops: &Person, length: usize, metadata: &str) -> Call {
        let call = self.post("/v1/uploads").by(ops).tus();
        let call = call.header("upload-length", &length.to_string());
        call.header("upload-metadata", metadata)
    }

    /// Begins an upload for everyone; its path.
    pub(crate) async fn begin_upload(&self, ops: &Person, length: usize) -> String {
        let call = self.beginning(ops, length, &for_everyone());
        upload_path(&call.send().await.expect(201))
    }

    /// Sends bytes for the upload.
    pub(crate) async fn append(
        &self,
        ops: &Person,
        path: &str,
        offset: usize,
        bytes: impl Into<Body>,
    ) -> Answer {
        let call = self.call(Method::PATCH, path).by(ops);
        call.piece(offset, bytes).send().await
    }

    /// Where an upload is.
    pub(crate) async fn upload_offset(&self, ops: &Person, path: &str) -> usize {
        let call = self.call(Method::HEAD, path).by(ops).tus();
        offset_in(&call.send().await.expect(200))
    }

    /// The document that an answer names, as its uploader sees it.
    pub(crate) async fn uploaded(&self, ops: &Person, answer: &Answer) -> Value {
        let path = format!("/v1/files/{}", answer.header("dossier-file"));
        self.get(&path).by(ops).send().await.expect(200).json()
    }

    /// Lets every lease be over, and has what is left of uploads removed.
    pub(crate) async fn expire_uploads(&self) {
        let past = |field: &str| doc! { "$set": { field: DateTime::from_millis(0) } };
        for (collection, field) in [("uploads", "expires_at"), ("storage_reservations", "until")] {
            let rows = self.database().collection::<Document>(collection);
            let changed = rows.update_many(doc! {}, past(field)).await;
            changed.expect("it can be changed");
        }
        let ended = self.state.store.end_expired_reservations().await;
        ended.expect("they can be ended");
    }
}

/// The path of the upload that an answer names.
pub(crate) fn upload_path(answer: &Answer) -> String {
    let path = answer.header("location").strip_prefix(PUBLIC_URL);
    path.expect("an address of this service").to_owned()
}

/// Where the upload is that an answer tells of.
pub(crate) fn offset_in(answer: &Answer) -> usize {
    let offset = answer.header("upload-offset").parse();
    offset.expect("an offset")
}
