//! Problems as pages.

use std::sync::{Arc, OnceLock};

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, Method, StatusCode, Uri};
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
    is_of_console: OnceLock<()>,
    view: OnceLock<View>,
}

impl Shown {
    /// The request is one of the console.
    pub(super) fn is_of_console(&self) {
        // Whoever says so again says the same, here and below.
        let _ = self.0.is_of_console.set(());
    }

    /// This visitor has made it.
    pub(super) fn set_view(&self, view: View) {
        let _ = self.0.view.set(view);
    }
}

/// Middleware: who waits for a page of the console is shown a page, also when its handler could not end, or panicked.
/// Scripts get the problem itself.
pub async fn show_failures(
    State(state): State<AppState>,
    mut request: Request,
    next: Next,
) -> Response {
    let shown = Shown::default();
    request.extensions_mut().insert(shown.clone());
    let (parts, body) = request.into_parts();
    let (method, uri) = (parts.method.clone(), parts.uri.clone());
    let is_page = is_for_page(&parts.headers, &uri);
    let stranger = View::of(&parts, &state, None);
    let response = next.run(Request::from_parts(parts, body)).await;
    let problem = response.extensions().get::<Problem>().cloned();
    let problem = problem.or_else(|| wrong_method(&response));
    match problem {
        Some(problem) if is_page && shown.0.is_of_console.get().is_some() => {
            let view = shown.0.view.get().unwrap_or(&stranger);
            page(view, &problem, &method, &uri)
        }
        _ => response,
    }
}

fn page(view: &View, problem: &Problem, method: &Method, uri: &Uri) -> Response {
    match problem.code() {
        Code::Unauthorized | Code::TokenExpired if method.is_safe() => {
            see_other(&sign_in_before(uri), "")
        }
        Code::Unauthorized | Code::TokenExpired => see_other("/sign-in", ""),
        Code::SecondFactorRequired => see_other("/account/second-factor", ""),
        _ => view.refused("problem.html", problem, context! {}),
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
