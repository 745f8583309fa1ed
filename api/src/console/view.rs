//! Pages: what every one of them is made with.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri, header};
use axum::response::{Html, IntoResponse, Response};
use dossier_common::user::User;
use minijinja::value::Serde;
use minijinja::{Value, context};

use super::csrf::SEC_FETCH_SITE;
use super::words::Locale;
use super::{locale, templates};
use crate::extract::{ByCookie, Caller};
use crate::problem::Problem;
use crate::request_id::RequestId;
use crate::state::AppState;

/// What a browser may do with a page: load what is of this host, and nothing that is written into the page.
const HEADERS: [(HeaderName, &str); 3] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
         connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    ),
    (header::REFERRER_POLICY, "same-origin"),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
];

/// Who is visiting, where, and in which language: what every page is made with.
#[derive(Clone, Debug)]
pub struct View {
    /// Who is signed in, if somebody is.
    pub caller: Option<Caller>,
    user: Option<Arc<User>>,
    locale: Locale,
    csrf: Option<String>,
    path: String,
    again: String,
    done: Option<String>,
    request_id: Option<RequestId>,
}

impl View {
    /// Of a request of `caller`.
    pub(super) fn of(parts: &Parts, state: &AppState, caller: Option<Caller>) -> Self {
        let done = parts.extensions.get::<Done>().cloned();
        let session = caller.as_ref().map(|caller| caller.session_id);
        Self {
            user: None,
            locale: locale::of_request(state, &parts.headers),
            csrf: session.map(|session| state.console_tokens.form_token(session)),
            path: parts.uri.path().to_owned(),
            // What a form was sent to is no page of its own.
            again: match parts.method.is_safe() {
                true => parts
                    .uri
                    .path_and_query()
                    .map_or("/", |it| it.as_str())
                    .to_owned(),
                false => "/".to_owned(),
            },
            done: done.and_then(|Done(key)| key),
            request_id: parts.extensions.get::<RequestId>().cloned(),
            caller,
        }
    }

    /// 200 with the template `name`; `values` are its own.
    pub fn page(&self, name: &str, values: Value) -> Response {
        self.render(StatusCode::OK, name, Value::from(()), values)
    }

    /// The page again after its form was refused, with the status of `problem`.
    pub fn refused(&self, name: &str, problem: &Problem, values: Value) -> Response {
        let status = problem.code().status();
        let page = self.render(status, name, self.shown(problem), values);
        problem.with_headers_on(page)
    }

    fn render(&self, status: StatusCode, name: &str, problem: Value, values: Value) -> Response {
        let values = context! {
            caller => self.person(),
            path => &self.path,
            again => &self.again,
            locale => self.locale.as_str(),
            done => &self.done,
            csrf => &self.csrf,
            problem,
            ..values
        };
        match templates::render(name, values) {
            Ok(html) => {
                let headers = HEADERS.map(|(name, value)| (name, HeaderValue::from_static(value)));
                (status, headers, Html(html)).into_response()
            }
            Err(error) => {
                tracing::error!(%error, template = name, "a page cannot be rendered");
                Problem::internal().into_response()
            }
        }
    }

    /// Who is signed in, as templates see it.
    fn person(&self) -> Option<Value> {
        let caller = self.caller.as_ref()?;
        let user = self.user.as_deref();
        let email = user.map_or(caller.email_key.as_str(), |user| user.email.as_str());
        Some(context! {
            email,
            name => user.and_then(|user| user.name.as_deref()),
            role => caller.role.as_str(),
            second_factor => caller.second_factor,
        })
    }

    fn shown(&self, problem: &Problem) -> Value {
        let code = problem.code();
        context! {
            code => code.as_str(),
            status => code.status().as_u16(),
            title => code.title(),
            detail => problem.detail(),
            errors => Serde(problem.errors()),
            retry_after => problem.retry_after().map(|wait| wait.as_secs()),
            request_id => self.request_id.as_ref().map(RequestId::as_str),
        }
    }
}

impl FromRequestParts<AppState> for View {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Infallible> {
        let visitor = parts.extensions.get::<ByCookie>().cloned();
        let mut view = Self::of(parts, state, visitor.and_then(|ByCookie(caller)| caller));
        if let Some(caller) = &view.caller {
            // A page without the account's name is better than none.
            let user = state.store.recent_user(caller.user_id).await;
            view.user = user.ok().flatten();
        }
        Ok(view)
    }
}

/// 303 to `path`, whose page says once that `done` was done, if it is not empty.
pub fn see_other(path: &str, done: &str) -> Response {
    let separator = if path.contains('?') { '&' } else { '?' };
    let location = match done.is_empty() {
        true => path.to_owned(),
        false => format!("{path}{separator}done={done}"),
    };
    match HeaderValue::from_str(&location) {
        Ok(location) => (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response(),
        Err(error) => {
            tracing::error!(%error, "a page cannot be led to");
            Problem::internal().into_response()
        }
    }
}

/// What was done before a page is shown, as [`see_other`] put it into the address.
#[derive(Clone, Debug, Default)]
pub(super) struct Done(Option<String>);

impl Done {
    /// Takes it out of the address: what the page itself is asked, is read strictly. A link of somebody else says nothing
    /// of what was done.
    pub(super) fn take(uri: &mut Uri, headers: &HeaderMap) -> Self {
        let Some(query) = uri.query() else {
            return Self::default();
        };
        let is_done = |part: &&str| part.starts_with("done=");
        let Some(said) = query.split('&').find(is_done) else {
            return Self::default();
        };
        let rest: Vec<&str> = query.split('&').filter(|part| !is_done(part)).collect();
        let address = match rest.is_empty() {
            true => uri.path().to_owned(),
            false => format!("{}?{}", uri.path(), rest.join("&")),
        };
        let key = said["done=".len()..].to_owned();
        match address.parse() {
            Ok(without) => *uri = without,
            Err(error) => tracing::debug!(%error, "an address cannot be read without `done`"),
        }
        let is_ours = headers
            .get(SEC_FETCH_SITE)
            .is_none_or(|site| site == "same-origin");
        Self(Some(key).filter(|key| is_ours && is_key(key)))
    }
}

/// Whether `text` can be the key of words.
fn is_key(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    (1..=60).contains(&text.len()) && text.bytes().all(plain)
}
