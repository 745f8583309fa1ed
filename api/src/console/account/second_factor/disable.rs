//! `POST /account/second-factor/disable`

use axum::extract::State;
use axum::response::Response;

use super::page::refused;
use crate::console::account::fields;
use crate::console::form::Form;
use crate::console::view::{View, see_other};
use crate::extract::{Caller, Json, NoQuery, SignedIn};
use crate::handlers::me;
use crate::problem::Problem;
use crate::state::AppState;
use crate::wire::DisableTotpRequest;

/// Disables the second factor, for whoever has the password and a code.
pub async fn disable_second_factor(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
    view: View,
    form: Form,
) -> Result<Response, Problem> {
    match disable(&state, &caller, &form).await {
        Ok(()) => Ok(see_other(
            "/account/second-factor",
            "second-factor-disabled",
        )),
        Err(problem) => refused(&state, &caller, &view, &problem).await,
    }
}

async fn disable(state: &AppState, caller: &Caller, form: &Form) -> Result<(), Problem> {
    let request = DisableTotpRequest {
        current_password: fields::password(form, "current_password")?,
        code: fields::code(form)?,
    };
    let (state, caller) = (State(state.clone()), SignedIn(caller.clone()));
    let disabled = me::disable_totp(state, caller, NoQuery, Json(request)).await;
    disabled.map(drop)
}
