//! `POST /account/password`

use axum::extract::State;
use axum::http::header::SET_COOKIE;
use axum::response::Response;

use super::fields;
use super::overview::{PAGE, values};
use crate::console::cookie;
use crate::console::form::Form;
use crate::console::view::{View, see_other};
use crate::extract::{Caller, Json, NoQuery, SignedIn};
use crate::handlers::me;
use crate::problem::Problem;
use crate::services::DEVICE_TTL;
use crate::state::AppState;
use crate::wire::ChangePasswordRequest;

/// Changes the password. This session goes on, every other one ends.
pub async fn change_password(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
    view: View,
    form: Form,
) -> Result<Response, Problem> {
    match change(&state, &caller, &form).await {
        Ok(device) => {
            let mut response = see_other("/account", "password-changed");
            let cookie = cookie::kept(&state, cookie::DEVICE, &device, DEVICE_TTL);
            response.headers_mut().append(SET_COOKIE, cookie);
            Ok(response)
        }
        Err(problem) => {
            let values = values(&state, &caller).await?;
            Ok(view.refused(PAGE, &problem, values))
        }
    }
}

/// Changes it; the token by which this device is known from now on.
async fn change(state: &AppState, caller: &Caller, form: &Form) -> Result<String, Problem> {
    let request = ChangePasswordRequest {
        current_password: fields::password(form, "current_password")?,
        new_password: fields::password(form, "new_password")?,
    };
    let (state, caller) = (State(state.clone()), SignedIn(caller.clone()));
    let changed = me::change_password(state, caller, NoQuery, Json(request)).await;
    changed.map(|(_, [(_, device)])| device)
}
