//! `GET /admin/jobs`

use axum::extract::State;
use axum::response::Response;
use minijinja::context;
use minijinja::value::Serde;

use super::filter;
use crate::console::operations::Filters;
use crate::console::view::View;
use crate::extract::{Admin, JobQuery};
use crate::handlers::jobs as api;
use crate::problem::{Code, Problem};
use crate::state::AppState;
use crate::wire::JobPage;

const PAGE: &str = "jobs/list.html";

/// Jobs, newest first, with the conditions of `GET /v1/admin/jobs` as a form.
pub async fn show_jobs(
    State(state): State<AppState>,
    admin: Admin,
    view: View,
    filters: Filters<JobQuery>,
) -> Result<Response, Problem> {
    let listing = async {
        let query = filters.query.clone()?;
        api::list_jobs(State(state), admin, query).await
    };
    let listed = listing.await;
    let values = &filters.values;
    let (queues, outcomes) = (filter::queues(), filter::OUTCOMES.to_vec());
    match listed {
        Ok(page) => {
            let JobPage { items, next_cursor } = page.0;
            let next_url = next_cursor.map(|cursor| filters.next_url("/admin/jobs", &cursor));
            let conditions = filter::of_address(values);
            let bulk_url = filter::address("/admin/jobs/bulk", &conditions);
            let is_narrowed = !conditions.is_empty();
            let values = context! {
                jobs => Serde(items), next_url, bulk_url, is_narrowed, values, queues, outcomes,
            };
            Ok(view.page(PAGE, values))
        }
        Err(problem) if problem.code() == Code::InvalidFields => {
            let values = context! { values, queues, outcomes };
            Ok(view.refused(PAGE, &problem, values))
        }
        Err(problem) => Err(problem),
    }
}
