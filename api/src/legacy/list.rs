//! `GET /files`

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use dossier_common::clock::rfc3339;
use dossier_common::store::file_list::ListedFile;
use dossier_common::store::files::FileScope;
use futures_util::stream;
use serde::Serialize;
use tokio::sync::mpsc;
use utoipa::ToSchema;

use crate::extract::SignedIn;
use crate::problem::{Problem, Problems};
use crate::state::AppState;
use crate::wire::FileIdText;

/// How many documents are read at a time: no more of them are in memory, and as many again in the piece that waits
/// to be sent.
const PAGE: i64 = 500;

/// A document of the list.
#[derive(Serialize, ToSchema)]
pub(super) struct LegacyFile {
    /// Which document.
    #[schema(value_type = FileIdText)]
    id: String,
    /// What it is called.
    filename: String,
    /// When it was received.
    #[schema(format = DateTime, example = "2026-11-25T08:30:00.000Z")]
    uploaded_at: String,
}

/// List documents
///
/// All that are available and that the caller may know of, newest first. Please use `GET /v1/files`.
#[utoipa::path(
    get, path = "/files", tag = "compatibility", security(("bearer" = [])),
    responses(
        (status = 200, description = "The available documents", body = Vec<LegacyFile>),
        Problems<(SignedIn,)>,
    ),
)]
pub(super) async fn legacy_list_files(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
) -> Result<Response, Problem> {
    let scope = caller.file_scope(&state).await?;
    // Before anything is promised, so that a failure of the store is an error and not a list that breaks off.
    let first = state.store.list_available(&scope, None, PAGE).await?;
    let (sender, pieces) = mpsc::channel(1);
    // A task of its own: what reads the database must not be dropped half-way, as a body is when its client leaves.
    tokio::spawn(send_pages(state, scope, first, sender));
    let pieces = stream::unfold(pieces, |mut pieces| async move {
        let piece = pieces.recv().await?;
        Some((piece, pieces))
    });
    let json = [(header::CONTENT_TYPE, "application/json")];
    Ok((json, Body::from_stream(pieces)).into_response())
}

/// A piece of the answer, or why it breaks off: the connection ends then without the end of the array.
type Piece = Result<Bytes, Box<dyn std::error::Error + Send + Sync>>;

async fn send_pages(
    state: AppState,
    scope: FileScope,
    first: Vec<ListedFile>,
    sender: mpsc::Sender<Piece>,
) {
    let (mut page, mut opening) = (first, "[");
    loop {
        let is_last = i64::try_from(page.len()).is_ok_and(|read| read < PAGE);
        let after = page.last().map(|file| file.id);
        let piece = written(page, opening, is_last);
        if let Err(error) = &piece {
            tracing::error!(%error, "a list of documents cannot be written");
        }
        let goes_on = piece.is_ok() && !is_last;
        if sender.send(piece).await.is_err() || !goes_on {
            return;
        }
        opening = ",";
        page = match state.store.list_available(&scope, after, PAGE).await {
            Ok(page) if page.is_empty() => {
                // Nobody is left to tell when this fails.
                let _ = sender.send(Ok(Bytes::from_static(b"]"))).await;
                return;
            }
            Ok(page) => page,
            Err(error) => {
                tracing::error!(%error, "a list of documents broke off");
                let _ = sender.send(Err(error.into())).await;
                return;
            }
        };
    }
}

/// The documents of a page as a part of one JSON array, which begins with `opening`.
fn written(page: Vec<ListedFile>, opening: &str, is_last: bool) -> Piece {
    let page = page.into_iter().map(|file| LegacyFile {
        id: file.id.to_string(),
        filename: file.name.as_str().to_owned(),
        uploaded_at: rfc3339(file.created_at),
    });
    let array = serde_json::to_string(&page.collect::<Vec<_>>())?;
    // The array without its brackets.
    let items = array.get(1..array.len() - 1).unwrap_or_default();
    let closing = if is_last { "]" } else { "" };
    Ok(Bytes::from(format!("{opening}{items}{closing}")))
}
