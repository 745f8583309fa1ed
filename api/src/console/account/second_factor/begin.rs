//! `POST /account/second-factor`

use axum::extract::State;
use axum::response::Response;
use minijinja::context;
use minijinja::value::Serde;

use super::page::{PAGE, Step, refused, values};
use super::qr_code::QrCode;
use crate::console::account::fields;
use crate::console::form::Form;
use crate::console::view::View;
use crate::extract::{Caller, Enrolling, Json, NoQuery};
use crate::handlers::me;
use crate::problem::Problem;
use crate::state::AppState;
use crate::wire::{BeginTotpRequest, TotpSeedResponse};

/// Begins a second factor. The seed is in this answer alone: no address shows it again.
pub async fn begin_second_factor(
    State(state): State<AppState>,
    Enrolling(caller): Enrolling,
    view: View,
    form: Form,
) -> Result<Response, Problem> {
    let seed = match begin(&state, &caller, &form).await {
        Ok(seed) => seed,
        Err(problem) => return refused(&state, &caller, &view, &problem).await,
    };
    let values = context! {
        qr => QrCode::of(&seed.otpauth_uri).map(Serde),
        groups => groups(&seed.secret),
        seed => Serde(seed),
        ..values(&state, &caller, Step::Confirm)
    };
    Ok(view.page(PAGE, values))
}

async fn begin(
    state: &AppState,
    caller: &Caller,
    form: &Form,
) -> Result<TotpSeedResponse, Problem> {
    let request = BeginTotpRequest {
        current_password: fields::password(form, "current_password")?,
    };
    let (state, caller) = (State(state.clone()), Enrolling(caller.clone()));
    let seed = me::begin_totp(state, caller, NoQuery, Json(request)).await?;
    Ok(seed.0)
}

/// The seed in groups of four, which are easier to type.
fn groups(secret: &str) -> String {
    let characters: Vec<char> = secret.chars().collect();
    let groups = characters.chunks(4).map(|group| group.iter().collect());
    groups.collect::<Vec<String>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::groups;

    #[test]
    fn a_seed_is_typed_four_characters_at_a_time() {
        assert_eq!(groups("JBSWY3DPEH"), "JBSW Y3DP EH");
    }
}
