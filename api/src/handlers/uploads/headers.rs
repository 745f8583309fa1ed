//! The headers of tus 1.0.0: what they say of a request, and what an answer says.

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use dossier_common::digest::Sha256;
use dossier_common::upload::ResumableUpload;
use headers::{Expires, Header};
use utoipa::IntoParams;

use crate::extract::media_type;
use crate::problem::{Code, Problem};

/// The digests that `Upload-Checksum` may have.
pub(super) const CHECKSUM_ALGORITHM: &str = "sha256";

/// The headers of every request about an upload.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "only describes the headers")]
pub(super) struct TusHeaders {
    /// The version of the protocol: `1.0.0`.
    #[param(rename = "Tus-Resumable", pattern = "^1\\.0\\.0$", example = "1.0.0")]
    tus_resumable: String,
}

/// The one value of a header, if the request has it.
pub(super) fn text<'h>(headers: &'h HeaderMap, name: &str) -> Result<Option<&'h str>, Problem> {
    let mut values = headers.get_all(name).iter();
    let Some(value) = values.next() else {
        return Ok(None);
    };
    match (value.to_str(), values.next()) {
        (Ok(text), None) => Ok(Some(text.trim())),
        _ => {
            let detail = format!("{name} must be there once, in plain characters.");
            Err(Problem::new(Code::BadRequest, detail))
        }
    }
}

/// The number of bytes that a header says, if the request has it.
pub(super) fn bytes(headers: &HeaderMap, name: &str) -> Result<Option<u64>, Problem> {
    let Some(text) = text(headers, name)? else {
        return Ok(None);
    };
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let number = text.parse().ok().filter(|_| is_number);
    number.map(Some).ok_or_else(|| {
        let detail = format!("{name} must be a number of bytes.");
        Problem::new(Code::BadRequest, detail)
    })
}

/// `Upload-Checksum`, if the request has it.
pub(super) fn checksum(headers: &HeaderMap) -> Result<Option<Sha256>, Problem> {
    let Some(text) = text(headers, "upload-checksum")? else {
        return Ok(None);
    };
    let (algorithm, digest) = text.split_once(' ').unwrap_or((text, ""));
    let digest = Sha256::from_base64(digest).filter(|_| algorithm == CHECKSUM_ALGORITHM);
    digest.map(Some).ok_or_else(|| {
        let detail = "Upload-Checksum must be `sha256` and the digest in base64: other algorithms are not offered.";
        Problem::new(Code::BadRequest, detail)
    })
}

/// Whether the body is a piece of a document.
pub(super) fn brings_bytes(headers: &HeaderMap) -> bool {
    media_type(headers).is_some_and(|it| it.essence_str() == "application/offset+octet-stream")
}

/// How far an upload is.
pub(super) fn progress(upload: &ResumableUpload) -> Result<HeaderMap, Problem> {
    let mut headers = HeaderMap::new();
    headers.insert(name("upload-offset"), HeaderValue::from(upload.offset()));
    let mut expiry = Vec::new();
    Expires::from(upload.expires_at.to_system_time()).encode(&mut expiry);
    if let Some(expiry) = expiry.pop() {
        headers.insert(name("upload-expires"), expiry);
    }
    if let Some(file) = upload.file_id {
        headers.insert(name("dossier-file"), value(&file.to_string())?);
    }
    Ok(headers)
}

/// What an upload is.
pub(super) fn description(upload: &ResumableUpload) -> Result<HeaderMap, Problem> {
    let mut headers = progress(upload)?;
    headers.insert(name("upload-length"), HeaderValue::from(upload.length()));
    if !upload.metadata.is_empty() {
        headers.insert(name("upload-metadata"), value(&upload.metadata)?);
    }
    Ok(headers)
}

fn name(name: &'static str) -> HeaderName {
    HeaderName::from_static(name)
}

/// What was a header once is good for one.
fn value(text: &str) -> Result<HeaderValue, Problem> {
    HeaderValue::from_str(text).map_err(|error| {
        tracing::error!(%error, "an upload cannot be described");
        Problem::internal()
    })
}
