//! A form, part by part, each as long and as slow as it may be.

use std::borrow::Cow;
use std::error::Error;
use std::iter::successors;

use axum::body::{Body, Bytes};
use axum::extract::multipart::{Field, Multipart, MultipartError};
use axum::extract::{FromRequest, Request};
use axum::http::header;

use super::super::pace::Pace;
use super::super::refusal::document_too_large;
use super::disposition::Disposition;
use super::feed::{Allowance, Excess, Feed, MAX_SMALL_BYTES};
use crate::extract::media_type;
use crate::problem::{Code, Problem};
use crate::state::AppState;

/// What a body may hold beside the document: boundaries, heads of parts, all other values.
pub(super) const OVERHEAD_BYTES: u64 = 64 * 1024;

/// How long a boundary may be, in bytes (RFC 2046 §5.1.1).
const MAX_BOUNDARY_BYTES: usize = 70;

/// A `multipart/form-data` body.
#[derive(Debug)]
pub(super) struct Form {
    multipart: Multipart,
    reading: Reading,
}

/// How far a form was read, and how far it may be.
#[derive(Debug)]
struct Reading {
    upload_bytes: u64,
    allowance: Allowance,
    pace: Pace,
    small_bytes: u64,
}

/// A part of a form.
#[derive(Debug)]
pub(super) struct Part<'f> {
    field: Field<'f>,
    reading: &'f mut Reading,
    disposition: Disposition,
}

impl Form {
    /// Begins to read the body of `request`.
    ///
    /// # Errors
    ///
    /// [`Problem`] when it is no form, or its boundary is not one.
    pub(super) async fn open(state: &AppState, request: Request) -> Result<Self, Problem> {
        check_media_type(&request)?;
        let limits = &state.limits;
        let most = limits.upload_bytes.saturating_add(OVERHEAD_BYTES);
        let (parts, body) = request.into_parts();
        let (feed, allowance) = Feed::of(body, most);
        let request = Request::from_parts(parts, Body::from_stream(feed));
        let multipart = Multipart::from_request(request, state).await;
        Ok(Self {
            multipart: multipart.map_err(|_| bad_boundary())?,
            reading: Reading {
                upload_bytes: limits.upload_bytes,
                allowance,
                pace: Pace::begin(limits),
                small_bytes: 0,
            },
        })
    }

    /// The next part, if there is one.
    ///
    /// # Errors
    ///
    /// [`Problem`] when it cannot be read, is more than the form may have, or does not come in time.
    pub(super) async fn next_part(&mut self) -> Result<Option<Part<'_>>, Problem> {
        self.reading.allowance.small();
        let field = self.reading.in_time(self.multipart.next_field()).await?;
        let Some(field) = field else {
            return Ok(None);
        };
        let disposition = read_head(&field)?;
        Ok(Some(Part {
            field,
            reading: &mut self.reading,
            disposition,
        }))
    }
}

impl Part<'_> {
    /// Which field of the form it is.
    pub(super) fn name(&self) -> Option<&str> {
        self.disposition.name.as_deref()
    }

    /// What the client calls the file.
    pub(super) fn file_name(&self) -> Option<&str> {
        self.disposition.file_name.as_deref()
    }

    /// The next piece of a document.
    ///
    /// # Errors
    ///
    /// [`Problem`] when it cannot be read, is too long or does not come in time.
    pub(super) async fn chunk(&mut self) -> Result<Option<Bytes>, Problem> {
        self.reading.allowance.unlimited();
        self.reading.in_time(self.field.chunk()).await
    }

    /// The whole of a value that is no document, at most 16 KiB.
    ///
    /// # Errors
    ///
    /// [`Problem`] when it cannot be read, is too long or does not come in time.
    pub(super) async fn value(mut self) -> Result<Vec<u8>, Problem> {
        self.reading.allowance.small();
        let mut value = Vec::new();
        while let Some(piece) = self.reading.in_time(self.field.chunk()).await? {
            value.extend_from_slice(&piece);
            self.reading.small_bytes += piece.len() as u64;
            if value.len() > MAX_SMALL_BYTES {
                return Err(small_too_large());
            }
            if self.reading.small_bytes > OVERHEAD_BYTES {
                let detail = "The fields beside `file` are at most 64 KiB long together.";
                return Err(too_large(detail));
            }
        }
        Ok(value)
    }
}

impl Reading {
    /// The next piece, unless the client is too slow.
    async fn in_time<T>(
        &mut self,
        piece: impl Future<Output = Result<T, MultipartError>>,
    ) -> Result<T, Problem> {
        let read = self.pace.wait(self.allowance.handed_on(), piece).await?;
        read.map_err(|error| self.problem_of(&error))
    }

    fn problem_of(&self, error: &MultipartError) -> Problem {
        let first: Option<&(dyn Error + 'static)> = Some(error);
        let mut causes = successors(first, |error| (**error).source());
        match causes.find_map(|error| error.downcast_ref::<Excess>()) {
            Some(Excess::Form) => document_too_large(self.upload_bytes),
            Some(Excess::Small) => small_too_large(),
            None => Problem::new(
                Code::BadRequest,
                "The multipart body is malformed or broke off. Please send the upload again.",
            ),
        }
    }
}

fn small_too_large() -> Problem {
    too_large(
        "What stands before a part, the head of a part, and the value of every field but `file` are at most 16 KiB long.",
    )
}

fn too_large(detail: impl Into<Cow<'static, str>>) -> Problem {
    Problem::new(Code::PayloadTooLarge, detail).closing_connection()
}

/// What the head of a part says, provided that it is as short as it must be: some of it may have been with the parser
/// before it was looked for.
fn read_head(field: &Field<'_>) -> Result<Disposition, Problem> {
    let lines = field.headers().iter();
    let bytes: usize = lines
        .map(|(name, value)| name.as_str().len() + value.len() + 4)
        .sum();
    if bytes > MAX_SMALL_BYTES {
        return Err(small_too_large());
    }
    let Some(value) = field.headers().get(header::CONTENT_DISPOSITION) else {
        return Ok(Disposition::default());
    };
    let value = String::from_utf8_lossy(value.as_bytes());
    Disposition::parse(&value)
        .map_err(|error| Problem::new(Code::BadRequest, error.to_string()).closing_connection())
}

/// Whether a request says that it is a form, and what separates its parts.
fn check_media_type(request: &Request) -> Result<(), Problem> {
    let form = media_type(request.headers())
        .filter(|it| it.type_() == mime::MULTIPART && it.subtype() == mime::FORM_DATA);
    let Some(form) = form else {
        let detail = "Please send the document as multipart/form-data, in the field `file`.";
        return Err(Problem::new(Code::UnsupportedMediaType, detail));
    };
    let boundary = form.get_param(mime::BOUNDARY);
    let length = boundary.map_or(0, |boundary| boundary.as_str().len());
    match length {
        1..=MAX_BOUNDARY_BYTES => Ok(()),
        _ => Err(bad_boundary()),
    }
}

fn bad_boundary() -> Problem {
    let detail = "Please say in Content-Type what separates the parts, in 1 to 70 characters: \
                  multipart/form-data; boundary=….";
    Problem::new(Code::BadRequest, detail)
}
