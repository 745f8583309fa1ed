//! Signs in at the API's own form, as a browser does that shows it.

use std::time::Duration;

use reqwest::header::{HeaderValue, ORIGIN, SET_COOKIE};
use reqwest::redirect::Policy;
use reqwest::{Client, StatusCode};

use crate::stack::Login;

/// How long the API may take to answer.
const PATIENCE: Duration = Duration::from_secs(15);

/// Why nobody was signed in.
#[derive(Debug, thiserror::Error)]
pub(super) enum Error {
    /// There was no answer.
    #[error("The API does not answer. `cargo dev logs api` shows why.")]
    NoAnswer(#[from] reqwest::Error),
    /// The API has no console.
    #[error("The API has no form to sign in: its console is off (CONSOLE=off).")]
    NoConsole,
    /// The API refused.
    #[error(
        "The API did not sign {email} in ({status}). Was the password changed, or a second factor set up? \
         Please sign in by hand, or start afresh with `cargo dev reset --yes`."
    )]
    Refused {
        /// Who was to be signed in.
        email: String,
        /// What the API answered.
        status: StatusCode,
    },
}

/// The cookies that a browser gets which signs in with `login`.
///
/// # Errors
///
/// [`Error`] when it would not be signed in.
pub(super) async fn session_cookies(
    api_url: &str,
    login: &Login,
) -> Result<Vec<HeaderValue>, Error> {
    let http = Client::builder().redirect(Policy::none());
    let http = http.timeout(PATIENCE).build()?;
    let fields = [
        ("email", login.email.as_str()),
        ("password", login.password.as_str()),
    ];
    // The stack's API has this address as its PUBLIC_URL.
    let form = http
        .post(format!("{api_url}/sign-in"))
        .header(ORIGIN, api_url);
    let answer = form.form(&fields).send().await?;
    let cookies = answer.headers().get_all(SET_COOKIE).iter().cloned();
    let cookies: Vec<HeaderValue> = cookies.collect();
    match answer.status() {
        StatusCode::SEE_OTHER if !cookies.is_empty() => Ok(cookies),
        StatusCode::NOT_FOUND => Err(Error::NoConsole),
        status => Err(Error::Refused {
            email: login.email.clone(),
            status,
        }),
    }
}
