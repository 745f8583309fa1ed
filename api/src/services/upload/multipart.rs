//! Reading the multipart body, piece by piece.

mod disposition;
mod document;
mod feed;
mod form;

pub(super) use self::document::receive_document;

use std::borrow::Cow;

use axum::body::Bytes;
use axum::extract::Request;
use dossier_common::digest::Sha256;
use dossier_common::file_name::FileName;
use dossier_common::id::{BlobId, UserId};
use dossier_common::store::blobs::StoredBlob;
use headers::{ContentLength, HeaderMapExt};

use self::form::{Form, OVERHEAD_BYTES, Part};
use super::Upload;
use super::digest::{check_digest, expected_digest};
use super::fields::{Fields, Said};
use super::pieces::{self, Pieces};
use super::refusal::document_too_large;
use super::room::Room;
use crate::extract::shown;
use crate::problem::Problem;
use crate::state::AppState;

/// An upload of which nothing was read but its head.
#[derive(Debug)]
pub(super) struct Incoming {
    form: Form,
    /// How long its body says to be.
    declared: Option<u64>,
    /// The digest that its document says to have.
    expected: Option<Sha256>,
}

impl Incoming {
    /// # Errors
    ///
    /// [`Problem`] when its body is not worth reading.
    pub(super) async fn open(state: &AppState, request: Request) -> Result<Self, Problem> {
        let declared = check_head(state, &request)?;
        let expected = expected_digest(request.headers())?;
        let form = Form::open(state, request).await?;
        Ok(Self {
            form,
            declared,
            expected,
        })
    }
}

/// Stores an upload of `owner` under `blob_id`, as far as there is room for it.
pub(super) async fn receive(
    state: &AppState,
    mut incoming: Incoming,
    fields: &mut Fields,
    (owner, blob_id): (UserId, BlobId),
) -> Result<Upload, Problem> {
    let declared = incoming.declared;
    let mut room = Room::reserve(state, (owner, blob_id), declared, OVERHEAD_BYTES).await?;
    let place = (blob_id, Some(&mut room));
    match read_fields(state, &mut incoming, fields, place).await {
        Ok((name, blob, said)) => Ok(Upload {
            name,
            said,
            blob,
            room,
        }),
        Err(problem) => {
            room.give_up().await;
            Err(problem)
        }
    }
}

/// Reads an upload without storing anything of it: what it is called, the digest of its bytes, whom it is for.
pub(super) async fn digest(
    state: &AppState,
    mut incoming: Incoming,
    mut fields: Fields,
    blob_id: BlobId,
) -> Result<Whole, Problem> {
    read_fields(state, &mut incoming, &mut fields, (blob_id, None)).await
}

/// What a request says before its body, which is not read if this is wrong: how long the body is, if it says so.
fn check_head(state: &AppState, request: &Request) -> Result<Option<u64>, Problem> {
    if let Some((name, _)) = query_of(request).next() {
        let rule = "is no parameter of this address: fields belong into the form";
        return Err(Problem::invalid_field(shown(&name), rule).closing_connection());
    }
    let most = state.limits.upload_bytes.saturating_add(OVERHEAD_BYTES);
    let declared = declared_length(request);
    if declared > Some(most) {
        return Err(document_too_large(state.limits.upload_bytes));
    }
    Ok(declared)
}

/// All that a form says.
type Whole = (FileName, StoredBlob, Said);

struct Received<'f> {
    file: Option<(FileName, StoredBlob)>,
    fields: &'f mut Fields,
}

impl Received<'_> {
    /// Whether a part that is called `file` is no document, because nobody chose one.
    fn has_no_document(&self, file_name: Option<&str>) -> bool {
        self.fields.may_lack_document() && file_name.is_none_or(str::is_empty)
    }

    /// All that an upload needs, provided that it is there.
    async fn whole(self, state: &AppState) -> Result<Whole, Problem> {
        let missing = || Problem::invalid_field("file", "is required: the document to upload");
        let (name, blob) = self.file.ok_or_else(missing)?;
        Ok((name, blob, self.fields.said(state).await?))
    }
}

/// Reads the whole form. The document is stored under `blob_id` where it has room, and only digested without.
async fn read_fields(
    state: &AppState,
    Incoming { form, expected, .. }: &mut Incoming,
    fields: &mut Fields,
    (blob_id, mut room): (BlobId, Option<&mut Room>),
) -> Result<Whole, Problem> {
    let mut received = Received { file: None, fields };
    while let Some(field) = form.next_part().await? {
        match field.name() {
            Some("file") if received.file.is_some() => {
                let rule = "must be there once: one upload is one document";
                return Err(Problem::invalid_field("file", rule));
            }
            Some("file") if received.has_no_document(field.file_name()) => {
                field.value().await?;
            }
            Some("file") => {
                let name = FileName::sanitise(field.file_name().unwrap_or_default());
                let blob = match room.as_deref_mut() {
                    Some(room) => pieces::store(state, field, (blob_id, room)).await?,
                    None => pieces::digest(state, field, blob_id).await?,
                };
                received.file = Some((name, blob));
            }
            other => {
                let name = other.unwrap_or_default().to_owned();
                received.fields.knows(&name)?;
                let text = field.value().await?;
                received.fields.add(&name, &text)?;
            }
        }
    }
    let (name, blob, said) = received.whole(state).await?;
    check_digest(*expected, blob.sha256)?;
    Ok((name, blob, said))
}

impl Pieces for Part<'_> {
    async fn next(&mut self) -> Result<Option<Bytes>, Problem> {
        self.chunk().await
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
