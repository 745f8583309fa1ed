//! Having something done to many jobs.

use std::time::Duration;

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use dossier_common::operations::{self, Operation, Order, Plan};

use crate::operation_runner::{MAX_AT_ONCE, OperationPlace};
use crate::problem::{Code, Fails, Problem};
use crate::state::AppState;
use crate::wire::{OperationResponse, PlanResponse};

/// When a client may ask again for a place.
const COME_AGAIN: Duration = Duration::from_secs(10);

/// What has come of an order.
#[derive(Debug)]
pub enum Operated {
    /// It was a dry run, or means no job: nothing is stored.
    Planned(Plan),
    /// It is carried out.
    Begun(Box<Operation>),
}

/// Has `order` carried out, or only says what it would come to: in a dry run, and when it means no job.
///
/// # Errors
///
/// [`Problem`]: an order that cannot be carried out, or too many that are.
pub async fn operate(state: &AppState, order: Order, dry_run: bool) -> Result<Operated, Problem> {
    let plan = operations::plan(&state.store, &order).await?;
    if dry_run || plan.matched == 0 {
        return Ok(Operated::Planned(plan));
    }
    let place = place(state)?;
    let operation = operations::begin(&state.store, order).await?;
    place.carry_out(operation.clone());
    Ok(Operated::Begun(Box::new(operation)))
}

/// A place among the operations that are carried out at once.
///
/// # Errors
///
/// [`Problem`] when there is none.
pub(super) fn place(state: &AppState) -> Result<OperationPlace, Problem> {
    state.operations.place().ok_or_else(|| {
        let detail = format!(
            "This server carries out {MAX_AT_ONCE} operations already. Please wait until one has ended, or stop one \
             (GET /v1/admin/operations)."
        );
        Problem::rate_limited(COME_AGAIN, detail)
    })
}

/// 200 with what would be done or that nothing is to do, or 202 with what is being done.
impl IntoResponse for Operated {
    fn into_response(self) -> Response {
        match self {
            Self::Planned(plan) => axum::Json(PlanResponse::from(plan)).into_response(),
            Self::Begun(operation) => {
                let location = format!("/v1/admin/operations/{}", operation.id);
                let body = axum::Json(OperationResponse::from(*operation));
                (StatusCode::ACCEPTED, [(header::LOCATION, location)], body).into_response()
            }
        }
    }
}

/// What [`operate`] and the orders before it can fail in.
#[derive(Clone, Copy, Debug)]
pub struct Operate;

impl Fails for Operate {
    fn codes() -> Vec<Code> {
        vec![Code::InvalidFields, Code::NotFound, Code::RateLimited]
    }
}
