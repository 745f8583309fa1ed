//! Signs in to the API's console as a browser does: the form is read, filled in and sent.

use std::time::Duration;

use reqwest::header::{COOKIE, HeaderMap, HeaderValue, ORIGIN, SET_COOKIE};
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
    /// The answer has no form.
    #[error("The API has no form to sign in ({0}). Is the console off (CONSOLE=off)?")]
    NoForm(StatusCode),
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
    let http = Client::builder()
        .redirect(Policy::none())
        .timeout(PATIENCE)
        .build()?;
    let address = format!("{api_url}/sign-in");
    let form = http.get(&address).send().await?;
    let (status, cookies) = (form.status(), cookie_pairs(form.headers()));
    let token = csrf_token(&form.text().await?).ok_or(Error::NoForm(status))?;
    let fields = [
        ("csrf", token.as_str()),
        ("email", login.email.as_str()),
        ("password", login.password.as_str()),
    ];
    let mut request = http.post(&address).header(ORIGIN, api_url).form(&fields);
    if !cookies.is_empty() {
        request = request.header(COOKIE, cookies);
    }
    let answer = request.send().await?;
    let cookies = answer.headers().get_all(SET_COOKIE).iter().cloned();
    let cookies: Vec<HeaderValue> = cookies.collect();
    if answer.status() != StatusCode::SEE_OTHER || cookies.is_empty() {
        return Err(Error::Refused {
            email: login.email.clone(),
            status: answer.status(),
        });
    }
    Ok(cookies)
}

/// The cookies of an answer as the next request sends them.
fn cookie_pairs(headers: &HeaderMap) -> String {
    let cookies = headers.get_all(SET_COOKIE).iter();
    let pairs = cookies.filter_map(|cookie| cookie.to_str().ok()?.split(';').next());
    pairs.collect::<Vec<_>>().join("; ")
}

/// The value of the field `csrf` in a page.
fn csrf_token(page: &str) -> Option<String> {
    let tags = page.split('<').filter_map(|tag| tag.split('>').next());
    let mut fields = tags.filter(|tag| tag.starts_with("input ") && tag.contains(" name=\"csrf\""));
    let (_, rest) = fields.next()?.split_once(" value=\"")?;
    let (value, _) = rest.split_once('"')?;
    Some(value.replace("&#x2f;", "/").replace("&amp;", "&"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_token_is_that_of_the_hidden_field() {
        let page = "<form><input name=\"email\" value=\"x\"><input type=\"hidden\" name=\"csrf\" \
                    value=\"a&#x2f;b==\"></form>";
        assert_eq!(csrf_token(page).as_deref(), Some("a/b=="));
        assert_eq!(csrf_token("<p>csrf</p>"), None);
    }

    #[test]
    fn cookies_are_sent_back_without_their_attributes() {
        let mut headers = HeaderMap::new();
        for cookie in ["a=1; Path=/; HttpOnly", "b=2"] {
            headers.append(SET_COOKIE, HeaderValue::from_static(cookie));
        }
        assert_eq!(cookie_pairs(&headers), "a=1; b=2");
    }
}
