//! `GET /admin/explain`

use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use axum::response::Response;
use dossier_common::email::EmailAddress;
use minijinja::context;
use minijinja::value::Serde;
use url::form_urlencoded;

use super::Filters;
use crate::console::view::View;
use crate::extract::{Admin, ExplainQuery, shown};
use crate::handlers::admin as api;
use crate::problem::Problem;
use crate::state::AppState;

const PAGE: &str = "operations/explain.html";

/// Every name that the subject may have in the address: that of the form's field, and the API's two.
const NAMES: [&str; 3] = ["about", "email", "file"];

/// An address or a document, or nothing yet.
#[derive(Clone, Debug)]
pub struct Subject(Option<ExplainQuery>);

/// What became of the mails to an address, or of a document.
pub async fn show_explanation(
    State(state): State<AppState>,
    admin: Admin,
    view: View,
    filters: Filters<Subject>,
) -> Result<Response, Problem> {
    let mut names = NAMES.iter();
    let about = names.find_map(|name| filters.values.get(*name));
    match filters.query {
        Ok(Subject(Some(query))) => {
            let said = api::explain(State(state), admin, query).await?.0;
            Ok(view.page(PAGE, context! { about, said => Serde(said) }))
        }
        Ok(Subject(None)) => Ok(view.page(PAGE, context! { about })),
        Err(problem) => Ok(view.refused(PAGE, &problem, context! { about })),
    }
}

impl FromRequestParts<AppState> for Subject {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &AppState) -> Result<Self, Problem> {
        let query = parts.uri.query().unwrap_or_default();
        let mut subject = None;
        for (name, text) in form_urlencoded::parse(query.as_bytes()) {
            if !NAMES.contains(&&*name) {
                let rule = "is no parameter of this address";
                return Err(Problem::invalid_field(shown(&name), rule));
            }
            if subject.replace(read(&text)?).is_some() {
                return Err(Problem::invalid_field("about", "must be there once"));
            }
        }
        Ok(Self(subject))
    }
}

fn read(text: &str) -> Result<ExplainQuery, Problem> {
    let address = || {
        let address = EmailAddress::parse_idna(text);
        address.map(ExplainQuery::Address).ok()
    };
    let document = text.parse().map(ExplainQuery::File).ok();
    document.or_else(address).ok_or_else(|| {
        let rule = "must be an e-mail address or the id of a document";
        Problem::invalid_field("about", rule)
    })
}
