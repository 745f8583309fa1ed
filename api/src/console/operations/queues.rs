//! `GET /admin/queues`, `GET /admin/queues/{name}`, `POST /admin/queues/{name}/pause` and `…/resume`

use axum::extract::State;
use axum::response::Response;
use minijinja::context;
use minijinja::value::Serde;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::limit::fields_of;
use crate::console::form::Form;
use crate::console::view::{View, see_other};
use crate::extract::{Admin, NoQuery, PathId};
use crate::handlers::queues as api;
use crate::problem::Problem;
use crate::state::AppState;

/// What is escaped in a part of an address (RFC 3986, section 2.3).
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// All queues.
pub async fn show_queues(
    State(state): State<AppState>,
    admin: Admin,
    view: View,
    NoQuery: NoQuery,
) -> Result<Response, Problem> {
    let queues = api::list_queues(State(state), admin, NoQuery)
        .await?
        .0
        .items;
    Ok(view.page(
        "operations/queues.html",
        context! { queues => Serde(queues) },
    ))
}

/// One queue, and what can be done to it.
pub async fn show_queue(
    State(state): State<AppState>,
    admin: Admin,
    view: View,
    name: PathId<String>,
    NoQuery: NoQuery,
) -> Result<Response, Problem> {
    let queue = api::show_queue(State(state), admin, NoQuery, name).await?.0;
    let values = fields_of(&queue.limits);
    Ok(view.page(
        "operations/queue.html",
        context! { queue => Serde(queue), values },
    ))
}

/// No worker takes its jobs any more.
pub async fn pause_queue(
    State(state): State<AppState>,
    admin: Admin,
    PathId(name): PathId<String>,
    NoQuery: NoQuery,
    _form: Form,
) -> Result<Response, Problem> {
    let _ = api::pause_queue(State(state), admin, NoQuery, PathId(name.clone())).await?;
    Ok(see_other(&path_of(&name), "queue-paused"))
}

/// Workers take its jobs again.
pub async fn resume_queue(
    State(state): State<AppState>,
    admin: Admin,
    PathId(name): PathId<String>,
    NoQuery: NoQuery,
    _form: Form,
) -> Result<Response, Problem> {
    let _ = api::resume_queue(State(state), admin, NoQuery, PathId(name.clone())).await?;
    Ok(see_other(&path_of(&name), "queue-resumed"))
}

/// The page of a queue.
pub(super) fn path_of(name: &str) -> String {
    format!("/admin/queues/{}", utf8_percent_encode(name, RESERVED))
}
