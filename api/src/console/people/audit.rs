//! `GET /admin/audit`

use axum::extract::State;
use axum::response::Response;
use dossier_common::audit::{Act, Outcome};
use minijinja::value::Serde;
use minijinja::{Value, context};

use super::names::{addresses, people};
use crate::console::operations::Filters;
use crate::console::view::View;
use crate::extract::{Admin, AuditQuery};
use crate::handlers::admin as api;
use crate::problem::{Code, Problem};
use crate::state::AppState;
use crate::wire::{AuditEntryResponse, AuditPage};

const PAGE: &str = "people/audit.html";

/// Who did what, newest first, with the conditions of `GET /v1/admin/audit` as a form.
pub async fn show_audit(
    State(state): State<AppState>,
    admin: Admin,
    view: View,
    filters: Filters<AuditQuery>,
) -> Result<Response, Problem> {
    let listing = async {
        let query = filters.query.clone()?;
        api::list_audit(State(state.clone()), admin, query).await
    };
    let common = context! { values => &filters.values, ..words() };
    match listing.await {
        Ok(page) => {
            let AuditPage { items, next_cursor } = page.0;
            let next_url = next_cursor.map(|cursor| filters.next_url("/admin/audit", &cursor));
            let named = people(items.iter().flat_map(ids));
            let people = addresses(&state, named).await?;
            let entries = Serde(&items);
            Ok(view.page(PAGE, context! { entries, people, next_url, ..common }))
        }
        Err(problem) if problem.code() == Code::InvalidFields => {
            Ok(view.refused(PAGE, &problem, common))
        }
        Err(problem) => Err(problem),
    }
}

/// What an entry names, among it people.
fn ids(entry: &AuditEntryResponse) -> impl Iterator<Item = &str> {
    let objects = entry.objects.iter().map(String::as_str);
    objects.chain(entry.user_id.as_deref())
}

/// What can be chosen in the form.
fn words() -> Value {
    let acts: Vec<&str> = Act::ALL.iter().map(|act| act.as_str()).collect();
    let outcomes: Vec<&str> = Outcome::ALL.iter().map(|it| it.as_str()).collect();
    context! { acts, outcomes }
}
