//! `POST /admin/queues/{name}/limit`

use std::collections::BTreeMap;

use axum::extract::State;
use axum::response::Response;
use minijinja::context;
use minijinja::value::Serde;

use super::queues::path_of;
use crate::console::form::Form;
use crate::console::view::{View, see_other};
use crate::extract::{Admin, Json, NoQuery, PathId};
use crate::handlers::queues as api;
use crate::problem::{Code, FieldError, Problem};
use crate::state::AppState;
use crate::wire::{QueueLimitsRequest, QueueLimitsResponse, RateRequest};

// The fields are called as those of the API's body, so that its rules are shown beside them.
const MAX_RUNNING: &str = "max_running";
const STARTS: &str = "rate.starts";
const PER_MS: &str = "rate.per_ms";

/// Sets the limits of a queue; an empty field lifts its limit.
pub async fn limit_queue(
    State(state): State<AppState>,
    Admin(caller): Admin,
    view: View,
    PathId(name): PathId<String>,
    NoQuery: NoQuery,
    form: Form,
) -> Result<Response, Problem> {
    let by_caller = || (State(state.clone()), Admin(caller.clone()));
    let limiting = async {
        let request = request(&form)?;
        let (state, admin) = by_caller();
        api::limit_queue(state, admin, NoQuery, PathId(name.clone()), Json(request)).await
    };
    match limiting.await {
        Ok(_) => Ok(see_other(&path_of(&name), "queue-limited")),
        Err(problem) if problem.code() == Code::InvalidFields => {
            let (state, admin) = by_caller();
            let queue = api::show_queue(state, admin, NoQuery, PathId(name.clone()))
                .await?
                .0;
            let values = context! { queue => Serde(queue), values => form.values() };
            Ok(view.refused("operations/queue.html", &problem, values))
        }
        Err(problem) => Err(problem),
    }
}

/// What the fields of the form are filled with.
pub(super) fn fields_of(limits: &QueueLimitsResponse) -> BTreeMap<&'static str, String> {
    let rate = limits.rate.as_ref();
    let fields = [
        (MAX_RUNNING, limits.max_running.map(|most| most.to_string())),
        (STARTS, rate.map(|rate| rate.starts.to_string())),
        (PER_MS, rate.map(|rate| rate.per_ms.to_string())),
    ];
    let filled = fields
        .into_iter()
        .filter_map(|(name, text)| Some((name, text?)));
    filled.collect()
}

/// The API's request, or every field that is no number.
fn request(form: &Form) -> Result<QueueLimitsRequest, Problem> {
    let mut errors = Vec::new();
    let mut number = |name: &'static str| {
        let number = form.get(name).map(str::parse::<i64>).transpose();
        number.unwrap_or_else(|_| {
            errors.push(FieldError::new(name, "must be a whole number"));
            None
        })
    };
    let (max_running, starts, per_ms) = (number(MAX_RUNNING), number(STARTS), number(PER_MS));
    if form.get(STARTS).is_none() && form.get(PER_MS).is_some() {
        let rule = "is needed where there is a period";
        errors.push(FieldError::new(STARTS, rule));
    }
    if !errors.is_empty() {
        return Err(Problem::invalid_fields(errors));
    }
    let rate = starts.map(|starts| RateRequest { starts, per_ms });
    Ok(QueueLimitsRequest { max_running, rate })
}
