//! `GET /admin/failures` and `POST /admin/failures/retry`

use axum::extract::State;
use axum::response::Response;
use minijinja::context;
use minijinja::value::Serde;

use super::confirm::{Question, ask_or_begin};
use super::filter;
use crate::console::form::Form;
use crate::console::operations::Filters;
use crate::console::view::View;
use crate::extract::{Admin, NoQuery, OptionalJson, PathId, QueueQuery};
use crate::handlers::failures as api;
use crate::problem::{Code, Problem};
use crate::state::AppState;
use crate::wire::{CohortResponse, OperationOptions};

const PAGE: &str = "jobs/failures.html";

/// Dead jobs by what killed them, the largest group first.
pub async fn show_failures(
    State(state): State<AppState>,
    admin: Admin,
    view: View,
    filters: Filters<QueueQuery>,
) -> Result<Response, Problem> {
    let Filters { query, values } = filters;
    let queues = filter::queues();
    match query {
        Ok(queue) => {
            let cohorts = api::list_failures(State(state), admin, queue).await?;
            let cohorts = cohorts.0.items;
            Ok(view.page(PAGE, context! { cohorts => Serde(cohorts), queues, values }))
        }
        Err(problem) if problem.code() == Code::InvalidFields => {
            Ok(view.refused(PAGE, &problem, context! { queues, values }))
        }
        Err(problem) => Err(problem),
    }
}

/// Counts the dead jobs of a group and asks, or has them run again when the form says `confirm`.
pub async fn retry_failures(
    State(state): State<AppState>,
    admin: Admin,
    view: View,
    NoQuery: NoQuery,
    form: Form,
) -> Result<Response, Problem> {
    let id = form.get("id").ok_or_else(Problem::not_found)?.to_owned();
    let cohort = cohort(&state, &admin, &id).await?;
    let question = Question {
        action: "/admin/failures/retry",
        verb: "retry".to_owned(),
        hidden: vec![("id".to_owned(), id.clone())],
        meant: context! { cohort => Serde(cohort), back => "/admin/failures" },
    };
    let call = |options: OperationOptions| {
        let (state, admin, id) = (state.clone(), admin.clone(), id.clone());
        let options = OptionalJson(Some(options));
        async move { api::retry_failures(State(state), admin, NoQuery, PathId(id), options).await }
    };
    ask_or_begin(&view, &form, question, call).await
}

/// The group of this name, as the list has it.
async fn cohort(state: &AppState, admin: &Admin, id: &str) -> Result<CohortResponse, Problem> {
    let every_queue = QueueQuery(None);
    let all = api::list_failures(State(state.clone()), admin.clone(), every_queue).await?;
    let found = all.0.items.into_iter().find(|cohort| cohort.id == id);
    found.ok_or_else(Problem::not_found)
}
