//! The page, and the button for each role.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION, REFERRER_POLICY, SET_COOKIE,
};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::middleware;
use axum::response::{AppendHeaders, IntoResponse, Response};
use axum::routing::{get, post};

use super::api::session_cookies;
use super::guard::require_own_address;
use crate::stack::Login;

/// What the routes work on.
#[derive(Debug)]
pub(super) struct SignIn {
    /// The page's own host and port.
    pub(super) host: String,
    pub(super) api_url: String,
    pub(super) ops: Login,
    pub(super) client: Login,
    pub(super) admin: Login,
}

pub(super) fn router(sign_in: Arc<SignIn>) -> Router {
    Router::new()
        .route("/", get(show_page))
        .route("/as/{role}", post(sign_in_as))
        .layer(middleware::from_fn_with_state(
            sign_in.clone(),
            require_own_address,
        ))
        .with_state(sign_in)
}

async fn show_page(State(sign_in): State<Arc<SignIn>>) -> impl IntoResponse {
    // A form's policy holds for where its answer leads to as well: the API.
    let policy = format!(
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self' {}; base-uri 'none'; frame-ancestors 'none'",
        sign_in.api_url
    );
    let headers: [(HeaderName, String); 4] = [
        (CONTENT_TYPE, "text/html; charset=utf-8".to_owned()),
        (CONTENT_SECURITY_POLICY, policy),
        (REFERRER_POLICY, "same-origin".to_owned()),
        (CACHE_CONTROL, "no-store".to_owned()),
    ];
    (headers, include_str!("sign-in.html"))
}

/// Signs in as the account of a role, and leads to the console.
async fn sign_in_as(State(sign_in): State<Arc<SignIn>>, Path(role): Path<String>) -> Response {
    let login = match &*role {
        "ops" => &sign_in.ops,
        "client" => &sign_in.client,
        "admin" => &sign_in.admin,
        _ => return StatusCode::NOT_FOUND.into_response(),
    };
    let cookies = match session_cookies(&sign_in.api_url, login).await {
        Ok(cookies) => cookies,
        Err(error) => return (StatusCode::BAD_GATEWAY, error.to_string()).into_response(),
    };
    let cookies = cookies.into_iter().map(|cookie| (SET_COOKIE, cookie));
    let cookies: Vec<(HeaderName, HeaderValue)> = cookies.collect();
    let headers = [
        (LOCATION, format!("{}/", sign_in.api_url)),
        (CACHE_CONTROL, "no-store".to_owned()),
    ];
    (StatusCode::SEE_OTHER, headers, AppendHeaders(cookies)).into_response()
}
