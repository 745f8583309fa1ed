//! `GET` and `POST /sign-up`

use axum::extract::State;
use axum::response::Response;
use minijinja::{Value, context};

use crate::console::form::Form;
use crate::console::view::{View, see_other};
use crate::extract::{Limited, Mails};
use crate::origin::Origin;
use crate::password::Password;
use crate::problem::Problem;
use crate::services;
use crate::sign_up_policy::SignUpPolicy;
use crate::state::AppState;
use crate::wire::SignUpRequest;

const PAGE: &str = "session/sign-up.html";

/// Shows a form for address, name and password, or who gets an account here.
pub async fn show_sign_up(State(state): State<AppState>, view: View) -> Response {
    view.page(PAGE, policy(&state))
}

/// Asks for an account. The page says the same for every address.
pub async fn sign_up(
    State(state): State<AppState>,
    limited: Result<Limited<Mails>, Problem>,
    view: View,
    origin: Origin,
    form: Form,
) -> Response {
    let request = SignUpRequest {
        email: form.get("email").unwrap_or_default().to_owned(),
        password: form
            .secret("password")
            .unwrap_or_else(|| Password::new(String::new())),
        name: form.get("name").map(str::to_owned),
    };
    let signing_up = async {
        limited?;
        services::sign_up(&state, &origin, request).await
    };
    match signing_up.await {
        Ok(()) => see_other("/sign-up", "sign-up-sent"),
        Err(problem) => {
            let values = context! { values => form.values(), ..policy(&state) };
            view.refused(PAGE, &problem, values)
        }
    }
}

/// Who may sign up, as the page tells it.
fn policy(state: &AppState) -> Value {
    let domains = match &state.sign_up {
        SignUpPolicy::Domains(domains) => domains.join(", "),
        _ => String::new(),
    };
    context! {
        is_open => state.sign_up.is_open_to_some(),
        takes_invitations => state.sign_up.takes_invitations(),
        domains,
    }
}
