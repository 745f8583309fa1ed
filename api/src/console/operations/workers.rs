//! `GET /admin/workers`

use axum::extract::State;
use axum::response::Response;
use dossier_common::queue::QueueName;
use minijinja::context;
use minijinja::value::Serde;

use super::Filters;
use crate::console::view::View;
use crate::extract::{Admin, QueueQuery};
use crate::handlers::workers as api;
use crate::problem::Problem;
use crate::state::AppState;
use crate::wire::WorkerResponse;

/// The workers: whether they live, and what they run since when.
pub async fn show_workers(
    State(state): State<AppState>,
    admin: Admin,
    view: View,
    filters: Filters<QueueQuery>,
) -> Result<Response, Problem> {
    let queues = QueueName::ALL.iter().map(|queue| queue.as_str());
    let queues: Vec<&str> = queues.collect();
    let values = &filters.values;
    match filters.query {
        Ok(query) => {
            let workers = api::list_workers(State(state), admin, query).await?.0.items;
            let values = context! { workers => Serde(workers), queues, values };
            Ok(view.page("operations/workers.html", values))
        }
        Err(problem) => {
            let workers: [WorkerResponse; 0] = [];
            let values = context! { workers => Serde(workers), queues, values };
            Ok(view.refused("operations/workers.html", &problem, values))
        }
    }
}
