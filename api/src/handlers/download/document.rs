//! The document behind a download token, and what is said of it before its bytes.

use axum::body::Body;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use dossier_common::file::File;
use dossier_common::id::LinkId;
use dossier_common::link::Link;
use dossier_common::store::blobs::ByteRange;
use dossier_common::store::files::FileScope;
use dossier_common::token::DownloadClaims;
use dossier_service::server::ConnectionFate;
use futures_util::stream;

use super::prefetch::refuse_prefetch;
use crate::delivery::{Outcome, RangeRequest, content_disposition, evaluate, requested_range};
use crate::extract::{Caller, NoQuery, PathId, SignedIn};
use crate::problem::{Code, Fails, Problem};
use crate::services::may_resume;
use crate::state::AppState;

/// A document that the caller may download. As an extractor of the token in the address it answers in the handler's
/// place when the request's preconditions say so.
#[derive(Debug)]
pub struct Document {
    pub(super) caller: Caller,
    pub(super) link: Link,
    pub(super) file: File,
    pub(super) size_bytes: u64,
    pub(super) etag: String,
    /// What becomes of the request's connection.
    pub(super) fate: Option<ConnectionFate>,
    /// The headers of 200, 206 and 304.
    pub(super) headers: HeaderMap,
}

/// The same of the link whose id is in the address.
#[derive(Debug)]
pub struct LinkedDocument(pub Document);

impl FromRequestParts<AppState> for Document {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Response> {
        let opened = Self::open(parts, state).await;
        let document = opened.map_err(IntoResponse::into_response)?;
        match document.answer_to_conditions(parts) {
            Some(answer) => Err(answer),
            None => Ok(document),
        }
    }
}

impl FromRequestParts<AppState> for LinkedDocument {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Response> {
        let found = Document::of_link(parts, state).await;
        let document = found.map_err(IntoResponse::into_response)?;
        match document.answer_to_conditions(parts) {
            Some(answer) => Err(answer),
            None => Ok(Self(document)),
        }
    }
}

impl Fails for Document {
    fn codes() -> Vec<Code> {
        let mut codes = <(SignedIn, NoQuery, PathId<String>)>::codes();
        codes.extend([Code::Forbidden, Code::PreconditionFailed]);
        codes
    }
}

impl Fails for LinkedDocument {
    fn codes() -> Vec<Code> {
        Document::codes()
    }
}

impl Document {
    /// The document behind the token in the address, if all of it holds for the caller.
    async fn open(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let SignedIn(caller) = SignedIn::from_request_parts(parts, state).await?;
        NoQuery::from_request_parts(parts, state).await?;
        refuse_prefetch(&parts.headers)?;
        let PathId(token) = PathId::<String>::from_request_parts(parts, state).await?;
        let now = state.clock.now();
        let opened = state.token_keys.open::<DownloadClaims>(&token, now);
        let claims = opened.map_err(|_| Problem::not_found())?;
        if claims.client_id != caller.user_id {
            return Err(Problem::not_found());
        }
        let document = Self::find(parts, state, caller, claims.link_id).await?;
        let file = &document.file;
        if file.id == claims.file_id && file.sha256 == claims.sha256 {
            Ok(document)
        } else {
            Err(Problem::not_found())
        }
    }

    /// The document of the link in the address, if it works for the caller.
    async fn of_link(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let SignedIn(caller) = SignedIn::from_request_parts(parts, state).await?;
        NoQuery::from_request_parts(parts, state).await?;
        refuse_prefetch(&parts.headers)?;
        let PathId(link) = PathId::<LinkId>::from_request_parts(parts, state).await?;
        Self::find(parts, state, caller, link).await
    }

    async fn find(
        parts: &Parts,
        state: &AppState,
        caller: Caller,
        link: LinkId,
    ) -> Result<Self, Problem> {
        let now = state.clock.now();
        let link = state.store.find_link(link).await?;
        let link = link
            .filter(|link| link.is_live(now) && link.client_id == caller.user_id)
            .ok_or_else(Problem::not_found)?;
        let scope = FileScope::MeantFor(caller.reader(state).await?);
        let file = state.store.find_file(link.file_id, &scope).await?;
        let file = file
            .filter(|file| file.sha256 == link.sha256)
            .ok_or_else(Problem::not_found)?;
        let etag = format!("\"{}\"", file.sha256);
        let document = Self {
            caller,
            size_bytes: u64::try_from(file.size_bytes).unwrap_or(0),
            headers: headers(&file, &etag)?,
            fate: parts.extensions.get().cloned(),
            link,
            file,
            etag,
        };
        document.ensure_left(parts, state).await?;
        Ok(document)
    }

    /// A link that is used up is not found, whatever is asked of it, but for the bytes that a client lost on the way.
    async fn ensure_left(&self, parts: &Parts, state: &AppState) -> Result<(), Problem> {
        if !self.link.is_used_up() {
            return Ok(());
        }
        let range = match requested_range(&parts.headers, self.size_bytes, &self.etag) {
            RangeRequest::Part(range) => Some(range),
            RangeRequest::Whole => Some(ByteRange {
                start: 0,
                end: self.size_bytes,
            }),
            RangeRequest::Unsatisfiable => None,
        };
        let is_left = match range {
            Some(range) if parts.method == Method::GET => {
                may_resume(state, &self.link, range).await?
            }
            _ => false,
        };
        is_left.then_some(()).ok_or_else(Problem::not_found)
    }

    /// What the request's preconditions say in the document's place.
    fn answer_to_conditions(&self, parts: &Parts) -> Option<Response> {
        match evaluate(&parts.headers, &self.etag) {
            Outcome::Proceed => None,
            Outcome::NotModified => Some(self.not_modified()),
            Outcome::Failed => {
                let detail = "These are other bytes than If-Match speaks of.";
                Some(Problem::new(Code::PreconditionFailed, detail).into_response())
            }
        }
    }

    /// What is said of the document, without its bytes.
    pub(super) fn described(self) -> Response {
        let length = [(header::CONTENT_LENGTH, self.size_bytes.to_string())];
        (self.headers, length, Body::empty()).into_response()
    }

    /// A body of unknown length: that of a known one, 0, would be said in a `Content-Length`, which
    /// speaks of the document (RFC 9110 §8.6).
    fn not_modified(&self) -> Response {
        let nothing = stream::empty::<Result<&[u8], std::convert::Infallible>>();
        let nothing = Body::from_stream(nothing);
        (StatusCode::NOT_MODIFIED, self.headers.clone(), nothing).into_response()
    }
}

fn headers(file: &File, etag: &str) -> Result<HeaderMap, Problem> {
    let media_type = file
        .kind
        .map_or("application/octet-stream", |kind| kind.media_type());
    let name = match file.kind {
        Some(kind) => file.name.with_extension(kind.as_str()),
        None => file.name.clone(),
    };
    let values = [
        (header::CONTENT_TYPE, media_type.to_owned()),
        (header::ETAG, etag.to_owned()),
        (header::ACCEPT_RANGES, "bytes".to_owned()),
        (header::CONTENT_DISPOSITION, content_disposition(&name)),
        (header::CACHE_CONTROL, "private, no-store".to_owned()),
        (
            header::CONTENT_SECURITY_POLICY,
            "sandbox; default-src 'none'".to_owned(),
        ),
        (
            HeaderName::from_static("repr-digest"),
            file.sha256.repr_digest(),
        ),
    ];
    values
        .into_iter()
        .map(|(name, value)| {
            Ok((
                name,
                HeaderValue::from_str(&value).map_err(|_| Problem::internal())?,
            ))
        })
        .collect()
}
