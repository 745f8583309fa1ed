//! `POST /account/second-factor/confirm`

use axum::extract::State;
use axum::response::Response;
use minijinja::context;

use super::page::{PAGE, Step, refused, values};
use crate::console::account::fields;
use crate::console::form::Form;
use crate::console::view::View;
use crate::extract::{Caller, Enrolling, Json, NoQuery};
use crate::handlers::me;
use crate::problem::{Code, Problem};
use crate::state::AppState;
use crate::wire::{ConfirmTotpRequest, RecoveryCodesResponse};

/// Enables the second factor that was begun. The recovery codes are in this answer alone.
pub async fn confirm_second_factor(
    State(state): State<AppState>,
    Enrolling(caller): Enrolling,
    view: View,
    form: Form,
) -> Result<Response, Problem> {
    match confirm(&state, &caller, &form).await {
        Ok(recovery) => {
            let values = values(&state, &caller, Step::Keep);
            let codes = recovery.recovery_codes;
            Ok(view.page(PAGE, context! { codes, ..values }))
        }
        // There is nothing to confirm (any more).
        Err(problem) if problem.code() == Code::Conflict => {
            refused(&state, &caller, &view, &problem).await
        }
        // The app has the seed, which is not shown again.
        Err(problem) => {
            let values = values(&state, &caller, Step::Confirm);
            Ok(view.refused(PAGE, &problem, values))
        }
    }
}

async fn confirm(
    state: &AppState,
    caller: &Caller,
    form: &Form,
) -> Result<RecoveryCodesResponse, Problem> {
    let request = ConfirmTotpRequest {
        code: fields::code(form)?,
    };
    let (state, caller) = (State(state.clone()), Enrolling(caller.clone()));
    let recovery = me::confirm_totp(state, caller, NoQuery, Json(request)).await?;
    Ok(recovery.0)
}
