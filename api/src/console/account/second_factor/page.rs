//! `GET /account/second-factor`

use axum::extract::State;
use axum::response::Response;
use minijinja::{Value, context};

use crate::console::view::View;
use crate::extract::{Caller, Enrolling, NoQuery};
use crate::handlers::me;
use crate::problem::Problem;
use crate::state::AppState;

pub(super) const PAGE: &str = "account/second-factor.html";

/// What the page offers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// To begin: there is no second factor.
    Begin,
    /// To enter the first code of the app.
    Confirm,
    /// To keep the recovery codes.
    Keep,
    /// To disable the second factor.
    Disable,
}

impl Step {
    fn name(self) -> &'static str {
        match self {
            Self::Begin => "begin",
            Self::Confirm => "confirm",
            Self::Keep => "keep",
            Self::Disable => "disable",
        }
    }
}

/// Shows whether there is a second factor, and the form to begin or to disable it. Whoever has a role that needs
/// one is sent here.
pub async fn show_second_factor(
    State(state): State<AppState>,
    Enrolling(caller): Enrolling,
    view: View,
) -> Result<Response, Problem> {
    let step = present_step(&state, &caller).await?;
    Ok(view.page(PAGE, values(&state, &caller, step)))
}

/// What every step of the page shows.
pub(super) fn values(state: &AppState, caller: &Caller, step: Step) -> Value {
    let required = state.totp_required_for.contains(caller.role);
    context! { step => step.name(), required }
}

/// The page again after its form was refused.
///
/// # Errors
///
/// [`Problem`] when the account is gone, or the database cannot be asked.
pub(super) async fn refused(
    state: &AppState,
    caller: &Caller,
    view: &View,
    problem: &Problem,
) -> Result<Response, Problem> {
    let step = present_step(state, caller).await?;
    Ok(view.refused(PAGE, problem, values(state, caller, step)))
}

/// The step that the account is at, as far as it is stored.
async fn present_step(state: &AppState, caller: &Caller) -> Result<Step, Problem> {
    let user = me::show_me(State(state.clone()), Enrolling(caller.clone()), NoQuery).await?;
    Ok(if user.0.totp_enabled {
        Step::Disable
    } else {
        Step::Begin
    })
}
