//! Problems as pages.

use std::sync::{Arc, OnceLock};

use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, StatusCode, Uri};
use axum::middleware::Next;
use axum::response::Response;
use minijinja::context;

use super::csrf::X_CSRF_TOKEN;
use super::next::sign_in_before;
use super::view::{View, see_other};
use crate::problem::{Code, Problem};
use crate::state::AppState;

const SEC_FETCH_DEST: HeaderName = HeaderName::from_static("sec-fetch-dest");

/// What is found out about a request of the console on its way, for whoever shows what became of it; clones share it.
#[derive(Clone, Debug, Default)]
pub(super) struct Shown(Arc<Facts>);

#[derive(Debug, Default)]
struct Facts {
    asked: OnceLock<Asked>,
    view: OnceLock<View>,
}

/// What was asked for.
#[derive(Debug)]
struct Asked {
    uri: Uri,
    is_safe: bool,
    is_page: bool,
    stranger: View,
}

impl Shown {
    /// The request is one of the console.
    pub(super) fn begin(&self, parts: &Parts, state: &AppState) {
        // There is one request; whoever says so again says the same, here and below.
        let _ = self.0.asked.set(Asked {
            uri: parts.uri.clone(),
            is_safe: parts.method.is_safe(),
            is_page: is_for_page(&parts.headers, &parts.uri),
            stranger: View::of(parts, state, None),
        });
    }

    /// This visitor has made it.
    pub(super) fn set_view(&self, view: View) {
        let _ = self.0.view.set(view);
    }
}

/// Whoever goes to an address that there is not, is shown a page. Programs get the problem itself.
pub async fn show_nothing(State(state): State<AppState>, request: Request) -> Problem {
    let (parts, _) = request.into_parts();
    let is_navigation = parts.headers.get(SEC_FETCH_DEST);
    if is_navigation.is_some_and(|purpose| purpose == "document")
        && let Some(shown) = parts.extensions.get::<Shown>()
    {
        shown.begin(&parts, &state);
    }
    Problem::not_found()
}

/// Middleware: who waits for a page of the console is shown a page, also when its handler could not end, or panicked.
/// Scripts get the problem itself.
pub async fn show_failures(mut request: Request, next: Next) -> Response {
    let shown = Shown::default();
    request.extensions_mut().insert(shown.clone());
    let response = next.run(request).await;
    let Some(asked) = shown.0.asked.get().filter(|asked| asked.is_page) else {
        return response;
    };
    let problem = response.extensions().get::<Problem>().cloned();
    match problem.or_else(|| wrong_method(&response)) {
        Some(problem) => page(shown.0.view.get(), asked, &problem),
        None => response,
    }
}

fn page(view: Option<&View>, asked: &Asked, problem: &Problem) -> Response {
    match problem.code() {
        Code::Unauthorized | Code::TokenExpired if asked.is_safe => {
            see_other(&sign_in_before(&asked.uri), "")
        }
        Code::Unauthorized | Code::TokenExpired => see_other("/sign-in", ""),
        Code::SecondFactorRequired => see_other("/account/second-factor", ""),
        _ => {
            let view = view.unwrap_or(&asked.stranger);
            view.refused("problem.html", problem, context! {})
        }
    }
}

/// Browsers say what an answer is for; a script has the token, or the parts of an upload.
fn is_for_page(headers: &HeaderMap, uri: &Uri) -> bool {
    let is_navigation = headers
        .get(SEC_FETCH_DEST)
        .is_none_or(|purpose| purpose == "document");
    is_navigation && !headers.contains_key(X_CSRF_TOKEN) && !uri.path().starts_with("/console/")
}

fn wrong_method(response: &Response) -> Option<Problem> {
    let is_wrong = response.status() == StatusCode::METHOD_NOT_ALLOWED;
    is_wrong.then(|| {
        let detail = "This address takes what a form sends, and shows no page of its own.";
        Problem::new(Code::MethodNotAllowed, detail)
    })
}
