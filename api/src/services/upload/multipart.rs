//! Reading the multipart body, piece by piece.

use std::borrow::Cow;

use axum::body::Body;
use axum::extract::multipart::{Field, Multipart, MultipartError};
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use dossier_common::email::EmailAddress;
use dossier_common::file_name::FileName;
use dossier_common::id::BlobId;
use dossier_common::store::blobs::{BlobWriter, StoredBlob};
use headers::{ContentLength, HeaderMapExt};
use http_body_util::Limited;
use tokio::time::timeout;

use super::Upload;
use crate::extract::{media_type, shown};
use crate::problem::{Code, Problem};
use crate::state::AppState;

/// What a body may hold beside the document: boundaries, part headers, recipients.
const OVERHEAD_BYTES: u64 = 64 * 1024;

const MAX_RECIPIENTS: usize = 100;

pub(super) async fn receive(
    state: &AppState,
    request: Request,
    blob_id: BlobId,
) -> Result<Upload, Problem> {
    if let Some((name, _)) = query_of(&request).next() {
        let rule = "is no parameter of this address: fields belong into the form";
        return Err(Problem::invalid_field(shown(&name), rule).closing_connection());
    }
    let most = state.limits.upload_bytes + OVERHEAD_BYTES;
    if declared_length(&request) > Some(most) {
        return Err(too_large(state));
    }
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    let request = request.map(|body| Body::new(Limited::new(body, most)));
    let is_form = media_type(request.headers())
        .is_some_and(|it| it.type_() == mime::MULTIPART && it.subtype() == mime::FORM_DATA);
    let multipart = Multipart::from_request(request, state).await;
    let mut multipart = multipart.map_err(|_| not_a_form(is_form))?;
    let mut received = Received::default();
    let outcome = read_fields(state, &mut multipart, blob_id, &mut received).await;
    if let Err(problem) = outcome {
        if let Some((_, blob)) = received.file {
            state.store.delete_blob(blob.id).await?;
        }
        return Err(problem);
    }
    let (name, blob) = received
        .file
        .ok_or_else(|| Problem::invalid_field("file", "is required: the document to upload"))?;
    Ok(Upload {
        name,
        recipients: (!received.recipients.is_empty()).then_some(received.recipients),
        blob,
    })
}

#[derive(Default)]
struct Received {
    file: Option<(FileName, StoredBlob)>,
    recipients: Vec<EmailAddress>,
}

async fn read_fields(
    state: &AppState,
    multipart: &mut Multipart,
    blob_id: BlobId,
    received: &mut Received,
) -> Result<(), Problem> {
    let mut small_bytes = 0;
    while let Some(field) = in_time(state, multipart.next_field()).await? {
        match field.name() {
            Some("file") if received.file.is_some() => {
                let rule = "must be there once: one upload is one document";
                return Err(Problem::invalid_field("file", rule));
            }
            Some("file") => {
                let name = FileName::sanitise(field.file_name().unwrap_or_default());
                let blob = store_field(state, field, blob_id).await?;
                received.file = Some((name, blob));
            }
            Some("recipients") => {
                let text = read_small(state, field, &mut small_bytes).await?;
                received.recipients.push(recipient(&text)?);
                if received.recipients.len() > MAX_RECIPIENTS {
                    let rule = "must be at most 100 addresses";
                    return Err(Problem::invalid_field("recipients", rule));
                }
            }
            other => return Err(unknown_field(other.unwrap_or_default())),
        }
    }
    Ok(())
}

async fn store_field(
    state: &AppState,
    mut field: Field<'_>,
    blob_id: BlobId,
) -> Result<StoredBlob, Problem> {
    let writer: BlobWriter = state.store.write_blob(blob_id);
    let mut size_bytes = 0_u64;
    while let Some(piece) = in_time(state, field.chunk()).await? {
        size_bytes += piece.len() as u64;
        if size_bytes > state.limits.upload_bytes {
            // A writer that is dropped unfinished removes what it stored.
            return Err(too_large(state));
        }
        if !writer.write(piece).await {
            break;
        }
    }
    Ok(writer.finish().await?)
}

/// Reads a field that is no document; all of them together stay small.
async fn read_small(
    state: &AppState,
    mut field: Field<'_>,
    small_bytes: &mut u64,
) -> Result<Vec<u8>, Problem> {
    let mut text = Vec::new();
    while let Some(piece) = in_time(state, field.chunk()).await? {
        *small_bytes += piece.len() as u64;
        if *small_bytes > OVERHEAD_BYTES {
            let detail = "The fields beside `file` are at most 64 KiB long together.";
            return Err(Problem::new(Code::PayloadTooLarge, detail).closing_connection());
        }
        text.extend_from_slice(&piece);
    }
    Ok(text)
}

fn recipient(text: &[u8]) -> Result<EmailAddress, Problem> {
    let parsed = std::str::from_utf8(text).ok().map(str::parse);
    match parsed {
        Some(Ok(address)) => Ok(address),
        _ => Err(Problem::invalid_field(
            "recipients",
            "must each be an e-mail address such as name@example.com",
        )),
    }
}

/// Why a request is not read as a form.
fn not_a_form(says_so: bool) -> Problem {
    if says_so {
        let detail =
            "Please say in Content-Type what separates the parts: multipart/form-data; boundary=….";
        return Problem::new(Code::BadRequest, detail);
    }
    let detail = "Please send the document as multipart/form-data, in the field `file`.";
    Problem::new(Code::UnsupportedMediaType, detail)
}

/// A field that is ignored may be a misspelt one, and with it the people the document is meant for.
fn unknown_field(name: &str) -> Problem {
    let rule = "is not a field of this form: it has `file` and, once for each person, `recipients`";
    Problem::invalid_field(shown(name), rule).closing_connection()
}

/// The next piece, unless the client falls silent for too long.
async fn in_time<T>(
    state: &AppState,
    piece: impl Future<Output = Result<T, MultipartError>>,
) -> Result<T, Problem> {
    match timeout(state.limits.upload_idle, piece).await {
        Ok(Ok(piece)) => Ok(piece),
        Ok(Err(error)) if error.status() == StatusCode::PAYLOAD_TOO_LARGE => Err(too_large(state)),
        Ok(Err(_)) => Err(Problem::new(
            Code::BadRequest,
            "The multipart body is malformed or broke off. Please send the upload again.",
        )),
        Err(_) => Err(Problem::new(
            Code::RequestTimeout,
            "The upload fell silent for too long. Please send it again.",
        )
        .closing_connection()),
    }
}

fn query_of(request: &Request) -> impl Iterator<Item = (Cow<'_, str>, Cow<'_, str>)> {
    let query = request.uri().query().unwrap_or_default();
    url::form_urlencoded::parse(query.as_bytes())
}

fn declared_length(request: &Request) -> Option<u64> {
    let length: ContentLength = request.headers().typed_get()?;
    Some(length.0)
}

fn too_large(state: &AppState) -> Problem {
    let limit = state.limits.upload_bytes;
    let detail = format!("A document is at most {limit} bytes long.");
    Problem::new(Code::PayloadTooLarge, detail).closing_connection()
}
