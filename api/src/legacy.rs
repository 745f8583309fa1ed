//! The interface of the FastAPI generation, over the same services as v1.
//!
//! Only shapes live here. Errors are the problems of v1, whose `detail` such clients read.

use std::time::Duration;

use axum::extract::{Path, Request, State};
use axum::{Json, Router, routing};
use dossier_common::clock::rfc3339;
use dossier_common::id::FileId;
use serde::Serialize;

use crate::extract::{self, Client, LoginInput, Ops, SignedIn};
use crate::problem::Problem;
use crate::services::{self, LinkTerms};
use crate::state::AppState;
use crate::wire::{LinkRequest, LinkResponse, MessageResponse, SignUpRequest};

/// How long a client of that generation, which cannot come back for its link, is kept waiting.
const LINK_WAIT: Duration = Duration::from_secs(30);

/// How many documents a list without pages shows at most.
const MAX_LISTED: i64 = 1000;

/// The routes of the FastAPI generation.
pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/signup", routing::post(sign_up))
        .route("/login", routing::post(log_in))
        .route("/upload-file", routing::post(upload_file))
        .route("/files", routing::get(list_files))
        .route("/download-file/{id}", routing::get(create_download_link))
}

#[derive(Serialize)]
struct LoginResponse {
    access_token: String,
    token_type: &'static str,
}

#[derive(Serialize)]
struct UploadResponse {
    message: &'static str,
    file_id: String,
}

#[derive(Serialize)]
struct ListedFile {
    id: String,
    filename: String,
    uploaded_at: String,
}

#[derive(Serialize)]
struct DownloadResponse {
    #[serde(rename = "download-link")]
    download_link: String,
    message: &'static str,
}

async fn sign_up(
    State(state): State<AppState>,
    extract::Json(request): extract::Json<SignUpRequest>,
) -> Result<Json<MessageResponse>, Problem> {
    services::sign_up(&state, request).await?;
    Ok(Json(MessageResponse {
        message: services::SIGN_UP_MESSAGE,
    }))
}

async fn log_in(
    State(state): State<AppState>,
    input: LoginInput,
) -> Result<Json<LoginResponse>, Problem> {
    let tokens = services::log_in(&state, input).await?;
    Ok(Json(LoginResponse {
        access_token: tokens.access_token,
        token_type: tokens.token_type,
    }))
}

async fn upload_file(
    State(state): State<AppState>,
    Ops(caller): Ops,
    request: Request,
) -> Result<Json<UploadResponse>, Problem> {
    let upload = services::receive_upload(&state, request).await?;
    let file = services::accept_upload(&state, &caller, upload, None).await?;
    Ok(Json(UploadResponse {
        message: "The file is stored and will be available once it has been checked.",
        file_id: file.id.to_string(),
    }))
}

async fn list_files(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
) -> Result<Json<Vec<ListedFile>>, Problem> {
    let scope = caller.file_scope();
    let files = state.store.list_files(&scope, None, MAX_LISTED).await?;
    let listed = files.into_iter().map(|file| ListedFile {
        id: file.id.to_string(),
        filename: file.name.as_str().to_owned(),
        uploaded_at: rfc3339(file.created_at),
    });
    Ok(Json(listed.collect()))
}

async fn create_download_link(
    State(state): State<AppState>,
    Client(caller): Client,
    Path(id): Path<String>,
) -> Result<Json<DownloadResponse>, Problem> {
    let id: FileId = id.parse().map_err(|_| Problem::not_found())?;
    let terms = LinkTerms::check(LinkRequest::default())?;
    let (link, ear) = services::request_link(&state, &caller, id, terms).await?;
    let link = services::wait_for_token(&state, link, ear, LINK_WAIT).await?;
    let response = LinkResponse::new(&link, &state.public_url);
    let download_link = response.download_url.ok_or_else(|| {
        let detail = "The link could not be made in time. Please try again.";
        Problem::unavailable(detail)
    })?;
    Ok(Json(DownloadResponse {
        download_link,
        message: "success",
    }))
}
