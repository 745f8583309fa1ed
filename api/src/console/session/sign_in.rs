//! `GET` and `POST /sign-in`

use axum::extract::{RawQuery, State};
use axum::http::HeaderMap;
use axum::http::header::SET_COOKIE;
use axum::response::Response;
use minijinja::context;

use crate::console::form::Form;
use crate::console::view::{View, see_other};
use crate::console::{cookie, next};
use crate::extract::{Limited, LoginInput, Passwords, UserAgent};
use crate::origin::Origin;
use crate::problem::{Code, FieldError, Problem};
use crate::services::{self, DEVICE_TTL, LoggedIn};
use crate::state::AppState;

const PAGE: &str = "session/sign-in.html";

/// Shows a form for address and password.
pub async fn show_sign_in(
    State(state): State<AppState>,
    view: View,
    RawQuery(query): RawQuery,
) -> Response {
    let next = next::of_query(query.as_deref());
    if view.caller.is_some() {
        return see_other(next.as_deref().unwrap_or("/"), "");
    }
    let may_sign_up = state.sign_up.is_open_to_some();
    view.page(PAGE, context! { next, may_sign_up, asks_code => false })
}

/// Opens a session of its own, and ends the one of the cookie that came along.
pub async fn sign_in(
    State(state): State<AppState>,
    limited: Result<Limited<Passwords>, Problem>,
    view: View,
    origin: Origin,
    UserAgent(client): UserAgent,
    headers: HeaderMap,
    form: Form,
) -> Result<Response, Problem> {
    let next = form.get("next").and_then(next::checked);
    let device = cookie::sent(&state, &headers, cookie::DEVICE);
    let signing_in = async {
        limited?;
        let input = read(&form, device)?;
        services::begin_session(&state, &origin, client.as_deref(), input).await
    };
    let signed_in = match signing_in.await {
        Ok(signed_in) => signed_in,
        Err(problem) => {
            let asks_code = matches!(problem.code(), Code::TotpRequired | Code::TotpInvalid);
            let may_sign_up = state.sign_up.is_open_to_some();
            let values = context! { next, may_sign_up, asks_code, values => form.values() };
            return Ok(view.refused(PAGE, &problem, values));
        }
    };
    if let Some(caller) = &view.caller {
        services::log_out(&state, caller).await?;
    }
    with_cookies(&state, &signed_in, see_other(next.unwrap_or("/"), ""))
}

fn read(form: &Form, device: Option<&str>) -> Result<LoginInput, Problem> {
    let (email, password) = (form.get("email"), form.secret("password"));
    let (Some(email), Some(password)) = (email, password) else {
        let missing = |field: &'static str| FieldError::new(field, "must not be empty");
        let fields = [
            (form.get("email").is_none(), "email"),
            (form.secret("password").is_none(), "password"),
        ];
        let missing = fields
            .into_iter()
            .filter(|(is_missing, _)| *is_missing)
            .map(|it| missing(it.1));
        return Err(Problem::invalid_fields(missing.collect()));
    };
    Ok(LoginInput {
        email: email.to_owned(),
        password,
        totp: form.get("code").map(|code| code.to_owned().into()),
        device_token: device.map(|device| device.to_owned().into()),
    })
}

/// The tokens that programs would get are not asked for: a page has no place for them.
fn with_cookies(
    state: &AppState,
    signed_in: &LoggedIn,
    mut response: Response,
) -> Result<Response, Problem> {
    let session = &signed_in.opened.session;
    let value = state.console_tokens.cookie(session);
    let value = value.ok_or_else(Problem::internal)?;
    let rest = session.absolute_expires_at;
    let rest = rest.saturating_duration_since(state.clock.now());
    let cookies = [
        cookie::kept(state, cookie::SESSION, &value, rest),
        cookie::kept(state, cookie::DEVICE, &signed_in.device_token, DEVICE_TTL),
    ];
    for cookie in cookies {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    Ok(response)
}
