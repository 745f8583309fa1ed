//! Who is visiting: the cookie's session, if it stands.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{FromRequestParts, Request, State};
use axum::http::HeaderValue;
use axum::http::header::REFERRER_POLICY;
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use dossier_common::session::Session;
use mongodb::bson::DateTime;

use super::cookie;
use super::failure::Shown;
use super::view::{Done, View};
use crate::console_tokens::session_of;
use crate::extract::{ByCookie, Caller};
use crate::origin::Origin;
use crate::problem::Problem;
use crate::request_record::RequestRecord;
use crate::state::AppState;

/// A session that is used goes on, and its row is written at most so often.
const EXTENDED_EVERY: Duration = Duration::from_secs(60 * 60);

/// Middleware of every route of the console: finds out who its cookie is of. What is sent as `Authorization` does not
/// count here.
pub(super) async fn know_visitor(
    State(state): State<AppState>,
    request: Request,
    next: Next,
) -> Response {
    let (mut parts, body) = request.into_parts();
    let done = Done::take(&mut parts.uri, &parts.headers);
    parts.extensions.insert(done);
    let shown = parts.extensions.get::<Shown>().cloned();
    if let Some(shown) = &shown {
        shown.begin(&parts, &state);
    }
    let caller = match caller(&mut parts, &state).await {
        Ok(caller) => caller,
        Err(problem) => return problem.into_response(),
    };
    if let Some(shown) = &shown {
        shown.set_view(View::of(&parts, &state, caller.clone()));
    }
    parts.extensions.insert(ByCookie(caller));
    let mut response = next.run(Request::from_parts(parts, body)).await;
    // The forms of a page send their Origin with this policy, and none with the API's own.
    let policy = response.headers_mut().entry(REFERRER_POLICY);
    policy.or_insert(HeaderValue::from_static("same-origin"));
    response
}

async fn caller(parts: &mut Parts, state: &AppState) -> Result<Option<Caller>, Problem> {
    let now = state.clock.now();
    let Some(session) = session(parts, state, now).await? else {
        return Ok(None);
    };
    let expires_at = extend(state, &session, now).await?;
    if let Some(record) = parts.extensions.get::<RequestRecord>() {
        record.set_caller(session.user_id, session.role);
        record.set_session(session.second_factor);
    }
    Ok(Some(Caller {
        origin: Origin::from_request_parts(parts, state).await?,
        user_id: session.user_id,
        session_id: session.id,
        role: session.role,
        email_key: session.email_key.clone(),
        second_factor: session.second_factor,
        expires_at,
    }))
}

/// The session of the cookie, if both are good.
async fn session(
    parts: &Parts,
    state: &AppState,
    now: DateTime,
) -> Result<Option<Arc<Session>>, Problem> {
    let Some(cookie) = cookie::sent(state, &parts.headers, cookie::SESSION) else {
        return Ok(None);
    };
    let Some(id) = session_of(cookie) else {
        return Ok(None);
    };
    let session = state.store.recent_session(id).await?;
    let is_good = |it: &Arc<Session>| it.is_live(now) && state.console_tokens.is_cookie(it, cookie);
    Ok(session.filter(is_good))
}

/// Until when the session stands, which it goes on with this request.
async fn extend(state: &AppState, session: &Session, now: DateTime) -> Result<DateTime, Problem> {
    let until = Session::idle_expiry(now, session.absolute_expires_at);
    let gained = until.saturating_duration_since(session.idle_expires_at);
    let is_extended =
        gained >= EXTENDED_EVERY && state.store.extend_session(session, until, now).await?;
    Ok(if is_extended {
        until
    } else {
        session.idle_expires_at
    })
}
