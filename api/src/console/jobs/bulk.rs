//! `GET /admin/jobs/bulk` and `POST /admin/jobs/bulk`

use axum::extract::State;
use axum::response::Response;
use minijinja::context;

use super::confirm::{Question, ask_or_begin};
use super::filter::{self, Conditions};
use super::verbs;
use crate::console::form::Form;
use crate::console::operations::Filters;
use crate::console::view::View;
use crate::extract::{Admin, JobQuery, Json, NoQuery};
use crate::handlers::operations as api;
use crate::problem::{Code, Problem};
use crate::state::AppState;
use crate::wire::{OperationOptions, OperationRequest};

const PATH: &str = "/admin/jobs/bulk";
const PAGE: &str = "jobs/bulk.html";

/// What can be done to all jobs for which the conditions in the address hold.
pub async fn show_bulk(
    _admin: Admin,
    view: View,
    filters: Filters<JobQuery>,
) -> Result<Response, Problem> {
    let Filters { query, values } = filters;
    query?;
    Ok(view.page(PAGE, choice(&filter::of_address(&values))))
}

/// Counts the jobs and asks, or begins when the form says `confirm`.
pub async fn begin_bulk(
    State(state): State<AppState>,
    admin: Admin,
    view: View,
    NoQuery: NoQuery,
    form: Form,
) -> Result<Response, Problem> {
    let bulk = Bulk::of(&form);
    let call = |options: OperationOptions| {
        let (state, admin, request) = (state.clone(), admin.clone(), bulk.request(options));
        async move { api::begin_operation(State(state), admin, NoQuery, Json(request)).await }
    };
    match ask_or_begin(&view, &form, bulk.question(), call).await {
        Err(problem) if problem.code() == Code::InvalidFields => {
            Ok(view.refused(PAGE, &problem, choice(&bulk.conditions)))
        }
        answer => answer,
    }
}

/// The jobs and the verb that a form has.
#[derive(Debug)]
struct Bulk {
    verb: String,
    ids: Vec<String>,
    conditions: Conditions,
}

impl Bulk {
    fn of(form: &Form) -> Self {
        let ids = form.all("ids").into_iter();
        Self {
            verb: form.get("verb").unwrap_or_default().to_owned(),
            ids: ids.map(str::to_owned).collect(),
            conditions: filter::of_form(form),
        }
    }

    /// Named jobs come before described ones.
    fn request(&self, options: OperationOptions) -> OperationRequest {
        let named = !self.ids.is_empty();
        OperationRequest {
            verb: self.verb.clone(),
            ids: named.then(|| self.ids.clone()),
            filter: (!named).then(|| filter::request(&self.conditions)),
            dry_run: options.dry_run,
            over_seconds: options.over_seconds,
            max_failure_percent: options.max_failure_percent,
        }
    }

    fn question(&self) -> Question {
        let ids = self.ids.iter().map(|id| ("ids".to_owned(), id.clone()));
        let mut hidden = vec![("verb".to_owned(), self.verb.clone())];
        if self.ids.is_empty() {
            hidden.extend(self.conditions.clone());
        } else {
            hidden.extend(ids);
        }
        let (named, conditions) = (self.ids.len(), &self.conditions);
        let back = filter::address("/admin/jobs", conditions);
        Question {
            action: PATH,
            verb: self.verb.clone(),
            hidden,
            meant: context! { named, conditions, back },
        }
    }
}

/// What the page shows on which a verb is chosen.
fn choice(conditions: &Conditions) -> minijinja::Value {
    let state = conditions.get("state").map(String::as_str);
    let verbs = verbs::of_condition(state);
    let back = filter::address("/admin/jobs", conditions);
    context! { conditions, verbs, back }
}
