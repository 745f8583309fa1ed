//! `GET /admin/jobs/{id}`

use axum::extract::State;
use axum::response::Response;
use dossier_common::clock::parse_rfc3339;
use dossier_common::overview::process;
use minijinja::value::Serde;
use minijinja::{Value, context};
use serde::Serialize;

use super::{filter, span, verbs};
use crate::console::view::View;
use crate::extract::{Admin, NoQuery, PathId};
use crate::handlers::jobs as api;
use crate::problem::Problem;
use crate::state::AppState;
use crate::wire::AttemptResponse;

/// The page of a job.
pub(super) const PAGE: &str = "jobs/show.html";

/// All of a job: what enqueued it, every attempt, what happened since, and what can be done to it.
pub async fn show_job(
    State(state): State<AppState>,
    admin: Admin,
    view: View,
    PathId(id): PathId<String>,
    NoQuery: NoQuery,
) -> Result<Response, Problem> {
    Ok(view.page(PAGE, values(state, admin, id).await?))
}

/// What the page shows of the job `id`.
pub(super) async fn values(state: AppState, admin: Admin, id: String) -> Result<Value, Problem> {
    let story = api::show_job(State(state), admin, NoQuery, PathId(id)).await?;
    let mut story = story.0;
    let history = std::mem::take(&mut story.history);
    let attempts: Vec<Attempt> = history.into_iter().map(Attempt::of).collect();
    let payload = serde_json::to_string_pretty(&story.payload).unwrap_or_default();
    let verbs = verbs::of_job(story.job.state);
    let outcomes = filter::OUTCOMES.to_vec();
    Ok(context! {
        story => Serde(story), attempts => Serde(attempts), payload, verbs, outcomes,
    })
}

/// An attempt, with what follows from what is known of it.
#[derive(Debug, Serialize)]
struct Attempt {
    known: AttemptResponse,
    host: Option<String>,
    pid: Option<u32>,
    waited: Option<String>,
    took: Option<String>,
}

impl Attempt {
    fn of(known: AttemptResponse) -> Self {
        let (host, pid) = process(&known.worker).unzip();
        Self {
            waited: known
                .due_at
                .as_deref()
                .and_then(|due| between(due, &known.started_at)),
            took: between(&known.started_at, &known.finished_at),
            host,
            pid,
            known,
        }
    }
}

/// The time from one instant to another, in words.
fn between(from: &str, until: &str) -> Option<String> {
    let (from, until) = (parse_rfc3339(from)?, parse_rfc3339(until)?);
    Some(span::words(until.saturating_duration_since(from)))
}
