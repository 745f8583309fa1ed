//! `GET` and `HEAD /download/{token}`

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use dossier_common::file::File;
use dossier_common::id::LinkId;
use dossier_common::store::StoreError;
use dossier_common::store::blobs::ByteRange;
use dossier_common::store::files::FileScope;
use dossier_common::store::links::DownloadPart;
use dossier_common::token::DownloadClaims;
use futures_util::{Stream, stream};
use tokio::sync::mpsc;

use crate::delivery::{Outcome, RangeRequest, content_disposition, evaluate, requested_range};
use crate::extract::{Caller, PathId, SignedIn};
use crate::problem::{Code, Problem};
use crate::state::AppState;

/// Download a document
///
/// With the bearer token of the client the link was made for. A token that is forged, expired,
/// revoked, used up or another's is one and the same 404.
#[utoipa::path(
    get, path = "/download/{token}", tag = "links",
    params(
        ("token" = String, Path, description = "From `download_url`"),
        ("Range" = Option<String>, Header, description = "One range of bytes"),
    ),
    responses(
        (status = 200, description = "The bytes", content_type = "application/octet-stream"),
        (status = 206, description = "The range asked for"),
        (status = 304, description = "The client has these bytes"),
    ),
)]
pub async fn download_file(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
    PathId(token): PathId<String>,
    method: Method,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (link_id, file) = open_link(&state, &caller, &token).await?;
    let etag = format!("\"{}\"", file.sha256);
    let size_bytes = u64::try_from(file.size_bytes).unwrap_or(0);
    let common = common_headers(&file, &etag)?;
    match evaluate(&headers, &etag) {
        Outcome::Proceed => {}
        Outcome::NotModified => return Ok((StatusCode::NOT_MODIFIED, common).into_response()),
        Outcome::Failed => {
            let detail = "These are other bytes than If-Match speaks of.";
            return Err(Problem::new(Code::PreconditionFailed, detail));
        }
    }
    if method == Method::HEAD {
        let length = [(header::CONTENT_LENGTH, size_bytes.to_string())];
        return Ok((common, length, Body::empty()).into_response());
    }
    let whole = ByteRange {
        start: 0,
        end: size_bytes,
    };
    let (status, range) = match requested_range(&headers, size_bytes, &etag) {
        RangeRequest::Whole => (StatusCode::OK, whole),
        RangeRequest::Part(range) => (StatusCode::PARTIAL_CONTENT, range),
        RangeRequest::Unsatisfiable => return Ok(unsatisfiable(size_bytes)),
    };
    // Counted once the first piece is at hand: a store in trouble shall use up no download.
    let body = deliver(&state, &file, range).await?;
    count(&state, link_id, range).await?;
    let length = [(header::CONTENT_LENGTH, range.len().to_string())];
    let mut response = (status, common, length, body).into_response();
    if status == StatusCode::PARTIAL_CONTENT {
        let value = format!("bytes {}-{}/{size_bytes}", range.start, range.end - 1);
        let value = HeaderValue::from_str(&value).map_err(|_| Problem::internal())?;
        response.headers_mut().insert(header::CONTENT_RANGE, value);
    }
    Ok(response)
}

/// The link and document behind `token`, if all of it holds for `caller`.
async fn open_link(
    state: &AppState,
    caller: &Caller,
    token: &str,
) -> Result<(LinkId, File), Problem> {
    let now = state.clock.now();
    let opened = state.token_keys.open::<DownloadClaims>(token, now);
    let claims = opened.map_err(|_| Problem::not_found())?;
    if claims.client_id != caller.user_id {
        return Err(Problem::not_found());
    }
    let link = state.store.find_link(claims.link_id).await?;
    let link = link
        .filter(|link| link.is_live(now) && link.client_id == caller.user_id)
        .ok_or_else(Problem::not_found)?;
    let scope = FileScope::MeantFor(caller.email_key.clone());
    let file = state.store.find_file(claims.file_id, &scope).await?;
    let file = file
        .filter(|file| file.id == link.file_id && file.sha256 == claims.sha256)
        .ok_or_else(Problem::not_found)?;
    Ok((link.id, file))
}

async fn count(state: &AppState, link: LinkId, range: ByteRange) -> Result<(), Problem> {
    let part = if range.start == 0 {
        DownloadPart::FromStart
    } else {
        DownloadPart::Remainder
    };
    let now = state.clock.now();
    let allowed = state.store.begin_download(link, part, now).await?;
    if allowed {
        Ok(())
    } else {
        Err(Problem::not_found())
    }
}

fn common_headers(file: &File, etag: &str) -> Result<HeaderMap, Problem> {
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

fn unsatisfiable(size_bytes: u64) -> Response {
    let detail = format!("The document is {size_bytes} bytes long.");
    let problem = Problem::new(Code::RangeNotSatisfiable, detail);
    let range = [(header::CONTENT_RANGE, format!("bytes */{size_bytes}"))];
    (range, problem).into_response()
}

/// The bytes of `range`. The first piece is read before anything is promised, so that trouble
/// with the store is an error and not a broken-off download.
async fn deliver(state: &AppState, file: &File, range: ByteRange) -> Result<Body, Problem> {
    if range.is_empty() {
        return Ok(Body::empty());
    }
    let size_bytes = u64::try_from(file.size_bytes).unwrap_or(0);
    let mut pieces = state
        .store
        .read_blob(file.blob_id, size_bytes)
        .stream(range);
    let first = pieces.recv().await.ok_or_else(Problem::internal)??;
    Ok(Body::from_stream(chain(first, pieces)))
}

fn chain(
    first: Bytes,
    rest: mpsc::Receiver<Result<Bytes, StoreError>>,
) -> impl Stream<Item = Result<Bytes, StoreError>> {
    stream::unfold((Some(first), rest), |(first, mut rest)| async move {
        match first {
            Some(first) => Some((Ok(first), (None, rest))),
            None => {
                let piece = rest.recv().await?;
                if let Err(error) = &piece {
                    tracing::error!(%error, "a download broke off");
                }
                Some((piece, (None, rest)))
            }
        }
    })
}
