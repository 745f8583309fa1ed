//! The document behind a download token, and what is said of it before its bytes.

use axum::body::Body;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use dossier_common::file::File;
use dossier_common::id::LinkId;
use dossier_common::store::files::FileScope;
use dossier_common::token::DownloadClaims;
use futures_util::stream;

use crate::delivery::{Outcome, content_disposition, evaluate};
use crate::extract::{Caller, NoQuery, PathId, SignedIn};
use crate::problem::{Code, Fails, Problem};
use crate::state::AppState;

/// A document that the caller may download. As an extractor it answers in the handler's place when the
/// request's preconditions say so.
#[derive(Debug)]
pub struct Document {
    pub(super) caller: Caller,
    pub(super) link_id: LinkId,
    pub(super) file: File,
    pub(super) size_bytes: u64,
    pub(super) etag: String,
    /// The headers of 200, 206 and 304.
    pub(super) headers: HeaderMap,
}

impl FromRequestParts<AppState> for Document {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Response> {
        let opened = Self::open(parts, state).await;
        let document = opened.map_err(IntoResponse::into_response)?;
        match evaluate(&parts.headers, &document.etag) {
            Outcome::Proceed => Ok(document),
            Outcome::NotModified => Err(document.not_modified()),
            Outcome::Failed => {
                let detail = "These are other bytes than If-Match speaks of.";
                Err(Problem::new(Code::PreconditionFailed, detail).into_response())
            }
        }
    }
}

impl Fails for Document {
    fn codes() -> Vec<Code> {
        let mut codes = <(SignedIn, NoQuery, PathId<String>)>::codes();
        codes.push(Code::PreconditionFailed);
        codes
    }
}

impl Document {
    /// The document behind the token in the address, if all of it holds for the caller.
    async fn open(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let SignedIn(caller) = SignedIn::from_request_parts(parts, state).await?;
        NoQuery::from_request_parts(parts, state).await?;
        let PathId(token) = PathId::<String>::from_request_parts(parts, state).await?;
        let now = state.clock.now();
        let opened = state.token_keys.open::<DownloadClaims>(&token, now);
        let claims = opened.map_err(|_| Problem::not_found())?;
        if claims.client_id != caller.user_id {
            return Err(Problem::not_found());
        }
        let link = state.store.find_link(claims.link_id).await?;
        let link = link
            .filter(|link| link.is_live(now) && link.client_id == caller.user_id)
            .ok_or_else(Problem::not_found)?;
        let scope = FileScope::MeantFor(caller.reader(state).await?);
        let file = state.store.find_file(claims.file_id, &scope).await?;
        let file = file
            .filter(|file| file.id == link.file_id && file.sha256 == claims.sha256)
            .ok_or_else(Problem::not_found)?;
        let etag = format!("\"{}\"", file.sha256);
        Ok(Self {
            caller,
            link_id: link.id,
            size_bytes: u64::try_from(file.size_bytes).unwrap_or(0),
            headers: headers(&file, &etag)?,
            file,
            etag,
        })
    }

    /// A body of unknown length: that of a known one, 0, would be said in a `Content-Length`, which
    /// speaks of the document (RFC 9110 §8.6).
    fn not_modified(self) -> Response {
        let nothing = stream::empty::<Result<&[u8], std::convert::Infallible>>();
        let nothing = Body::from_stream(nothing);
        (StatusCode::NOT_MODIFIED, self.headers, nothing).into_response()
    }
}

fn headers(file: &File, etag: &str) -> Result<HeaderMap, Problem> {
    let media_type = file
        .kind
        .map_or("application/octet-stream", |kind| kind.media_type());
    let values = [
        (header::CONTENT_TYPE, media_type.to_owned()),
        (header::ETAG, etag.to_owned()),
        (header::ACCEPT_RANGES, "bytes".to_owned()),
        (
            header::CONTENT_DISPOSITION,
            content_disposition(file.name.as_str()),
        ),
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
