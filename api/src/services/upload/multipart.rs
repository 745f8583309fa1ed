//! Reading the multipart body, piece by piece.

use std::borrow::Cow;

use axum::body::Body;
use axum::extract::multipart::{Field, Multipart, MultipartError};
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use dossier_common::email::EmailAddress;
use dossier_common::file_name::FileName;
use dossier_common::id::{BlobId, UserId};
use dossier_common::store::blobs::{BlobWriter, StoredBlob};
use headers::{ContentLength, HeaderMapExt};
use http_body_util::Limited;
use tokio::time::timeout;

use super::Upload;
use super::refusal::stored;
use super::room::Room;
use crate::extract::{media_type, shown};
use crate::problem::{Code, Problem};
use crate::state::AppState;

/// What a body may hold beside the document: boundaries, part headers, recipients.
const OVERHEAD_BYTES: u64 = 64 * 1024;

const MAX_RECIPIENTS: usize = 100;

pub(super) async fn receive(
    state: &AppState,
    request: Request,
    (owner, blob_id): (UserId, BlobId),
) -> Result<Upload, Problem> {
    if let Some((name, _)) = query_of(&request).next() {
        let rule = "is no parameter of this address: fields belong into the form";
        return Err(Problem::invalid_field(shown(&name), rule).closing_connection());
    }
    let most = state.limits.upload_bytes + OVERHEAD_BYTES;
    let declared = declared_length(&request);
    if declared > Some(most) {
        return Err(too_large(state));
    }
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    let request = request.map(|body| Body::new(Limited::new(body, most)));
    let is_form = media_type(request.headers())
        .is_some_and(|it| it.type_() == mime::MULTIPART && it.subtype() == mime::FORM_DATA);
    let multipart = Multipart::from_request(request, state).await;
    let mut multipart = multipart.map_err(|_| not_a_form(is_form))?;
    let mut room = Room::reserve(state, (owner, blob_id), declared, OVERHEAD_BYTES).await?;
    let mut received = Received::default();
    let outcome = read_fields(state, &mut multipart, (blob_id, &mut room), &mut received).await;
    match outcome.and_then(|()| received.whole()) {
        Ok((name, blob, recipients)) => Ok(Upload {
            name,
            recipients,
            blob,
            room,
        }),
        Err(problem) => {
            room.give_up().await;
            Err(problem)
        }
    }
}

#[derive(Default)]
struct Received {
    file: Option<(FileName, StoredBlob)>,
    recipients: Vec<EmailAddress>,
}

impl Received {
    /// All that an upload needs, provided that it is there.
    fn whole(self) -> Result<(FileName, StoredBlob, Option<Vec<EmailAddress>>), Problem> {
        let missing = || Problem::invalid_field("file", "is required: the document to upload");
        let (name, blob) = self.file.ok_or_else(missing)?;
        let recipients = (!self.recipients.is_empty()).then_some(self.recipients);
        Ok((name, blob, recipients))
    }
}

async fn read_fields(
    state: &AppState,
    multipart: &mut Multipart,
    (blob_id, room): (BlobId, &mut Room),
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
                let blob = store_field(state, field, (blob_id, &mut *room)).await?;
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
    field: Field<'_>,
    (blob_id, room): (BlobId, &mut Room),
) -> Result<StoredBlob, Problem> {
    let writer: BlobWriter = state.store.write_blob(blob_id);
    match write_pieces(state, field, room, &writer).await {
        Ok(()) => writer.finish().await.map_err(stored),
        Err(problem) => {
            writer.discard().await;
            Err(problem)
        }
    }
}

/// Hands the document over piece by piece, each after there is room for it.
async fn write_pieces(
    state: &AppState,
    mut field: Field<'_>,
    room: &mut Room,
    writer: &BlobWriter,
) -> Result<(), Problem> {
    let mut size_bytes = 0_u64;
    while let Some(piece) = in_time(state, field.chunk()).await? {
        size_bytes += piece.len() as u64;
        if size_bytes > state.limits.upload_bytes {
            return Err(too_large(state));
        }
        room.make(size_bytes).await?;
        if !writer.write(piece).await {
            // Why, is told when it is finished.
            break;
        }
    }
    Ok(())
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

pub(super) fn declared_length(request: &Request) -> Option<u64> {
    let length: ContentLength = request.headers().typed_get()?;
    Some(length.0)
}

pub(super) fn too_large(state: &AppState) -> Problem {
    let limit = state.limits.upload_bytes;
    let detail = format!("A document is at most {limit} bytes long.");
    Problem::new(Code::PayloadTooLarge, detail).closing_connection()
}
