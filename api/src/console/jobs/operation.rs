//! `GET /admin/operations/{id}`, `POST /admin/operations/{id}/stop` and `…/resume`

use axum::extract::State;
use axum::response::Response;
use dossier_common::id::OperationId;
use minijinja::value::Serde;
use minijinja::{Value, context};

use crate::console::view::{View, see_other};
use crate::extract::{Admin, NoQuery, PathId};
use crate::handlers::operations as api;
use crate::problem::{Code, Problem};
use crate::state::AppState;

const PAGE: &str = "jobs/operation.html";

/// How far an operation is. A script reads the page again while it goes on.
pub async fn show_operation(
    State(state): State<AppState>,
    admin: Admin,
    view: View,
    PathId(id): PathId<OperationId>,
    NoQuery: NoQuery,
) -> Result<Response, Problem> {
    Ok(view.page(PAGE, values(state, admin, id).await?))
}

/// Whatever process carries it out stops; what was done stays done.
pub async fn stop_operation(
    State(state): State<AppState>,
    admin: Admin,
    view: View,
    PathId(id): PathId<OperationId>,
    NoQuery: NoQuery,
) -> Result<Response, Problem> {
    let call = api::stop_operation(State(state.clone()), admin.clone(), NoQuery, PathId(id));
    match call.await {
        Ok(_) => Ok(see_other(&path(id), "operation-stopped")),
        Err(problem) => refused(state, admin, &view, id, problem).await,
    }
}

/// This server goes on with it.
pub async fn resume_operation(
    State(state): State<AppState>,
    admin: Admin,
    view: View,
    PathId(id): PathId<OperationId>,
    NoQuery: NoQuery,
) -> Result<Response, Problem> {
    let call = api::resume_operation(State(state.clone()), admin.clone(), NoQuery, PathId(id));
    match call.await {
        Ok(_) => Ok(see_other(&path(id), "operation-resumed")),
        Err(problem) => refused(state, admin, &view, id, problem).await,
    }
}

fn path(id: OperationId) -> String {
    format!("/admin/operations/{id}")
}

/// The operation as it is, and why it does not change.
async fn refused(
    state: AppState,
    admin: Admin,
    view: &View,
    id: OperationId,
    problem: Problem,
) -> Result<Response, Problem> {
    if !matches!(problem.code(), Code::Conflict | Code::RateLimited) {
        return Err(problem);
    }
    let values = values(state, admin, id).await?;
    Ok(view.refused(PAGE, &problem, values))
}

async fn values(state: AppState, admin: Admin, id: OperationId) -> Result<Value, Problem> {
    let operation = api::show_operation(State(state), admin, NoQuery, PathId(id)).await?;
    Ok(context! { operation => Serde(operation.0) })
}
