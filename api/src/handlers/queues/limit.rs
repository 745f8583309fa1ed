//! `PUT /v1/admin/queues/{name}/limits`

use std::time::Duration;

use axum::extract::State;
use dossier_common::queue::backend::{QueueLimits, Rate};

use crate::extract::{Admin, Json, NoQuery, PathId};
use crate::problem::{FieldError, Problem, Problems};
use crate::services::{QueueChange, change_queue};
use crate::state::AppState;
use crate::wire::{QueueLimitsRequest, QueueNameText, QueueResponse};

/// How many at most is asked for.
const MOST: u32 = 1_000_000;

/// The milliseconds of a day.
const DAY_MS: u64 = 24 * 60 * 60 * 1000;

/// Limit a queue
///
/// Over all of its workers, which notice within two seconds. What the body does not name has no limit any more, so
/// that `{}` lifts both. `MAIL_RATE` of a worker sets the rate of `send-email` anew when it starts.
#[utoipa::path(
    put, path = "/v1/admin/queues/{name}/limits", tag = "administration", security(("bearer" = [])),
    params(("name" = inline(QueueNameText), Path, description = "Which")),
    request_body = QueueLimitsRequest,
    responses(
        (status = 200, description = "The queue", body = QueueResponse),
        Problems<(Admin, NoQuery, PathId<String>, Json<QueueLimitsRequest>)>,
    ),
)]
pub async fn limit_queue(
    State(state): State<AppState>,
    Admin(caller): Admin,
    NoQuery: NoQuery,
    PathId(name): PathId<String>,
    Json(request): Json<QueueLimitsRequest>,
) -> Result<axum::Json<QueueResponse>, Problem> {
    let limits = limits(request)?;
    let queue = change_queue(&state, &caller, &name, QueueChange::Limit(limits)).await?;
    Ok(axum::Json(queue.into()))
}

/// The limits, or every field that breaks its rule.
fn limits(request: QueueLimitsRequest) -> Result<QueueLimits, Problem> {
    let mut errors = Vec::new();
    let mut count = |name: &'static str, number: i64| {
        let count = u32::try_from(number).ok();
        let count = count.filter(|count| (1..=MOST).contains(count));
        if count.is_none() {
            errors.push(FieldError::new(name, "must be 1 to 1,000,000"));
        }
        count
    };
    let max_running = request
        .max_running
        .and_then(|most| count("max_running", most));
    let starts = request
        .rate
        .and_then(|rate| count("rate.starts", rate.starts));
    let per_ms = request.rate.and_then(|rate| rate.per_ms).unwrap_or(1000);
    let per_ms = u64::try_from(per_ms).unwrap_or(0);
    if !(1..=DAY_MS).contains(&per_ms) {
        let rule = "must be 1 to 86,400,000 milliseconds";
        errors.push(FieldError::new("rate.per_ms", rule));
    }
    if !errors.is_empty() {
        return Err(Problem::invalid_fields(errors));
    }
    let per = Duration::from_millis(per_ms);
    let rate = starts.map(|starts| Rate { starts, per });
    Ok(QueueLimits { max_running, rate })
}
