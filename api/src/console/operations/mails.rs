//! `GET /admin/mails`

use axum::extract::State;
use axum::response::Response;
use minijinja::context;
use minijinja::value::Serde;

use super::Filters;
use crate::console::view::View;
use crate::extract::{Admin, MailQuery, NoQuery};
use crate::handlers::mails as api;
use crate::problem::{Code, Problem};
use crate::state::AppState;
use crate::wire::MailPage;

const PAGE: &str = "operations/mails.html";

/// How far mails got, newest first, and the way to the mail server.
pub async fn show_mails(
    State(state): State<AppState>,
    Admin(caller): Admin,
    view: View,
    filters: Filters<MailQuery>,
) -> Result<Response, Problem> {
    let admin = Admin(caller.clone());
    let server = api::show_mail_server(State(state.clone()), admin, NoQuery)
        .await?
        .0;
    let values = &filters.values;
    let listing = async {
        let query = filters.query.clone()?;
        api::list_mails(State(state), Admin(caller), query).await
    };
    match listing.await {
        Ok(page) => {
            let MailPage { items, next_cursor } = page.0;
            let next_url = next_cursor.map(|cursor| filters.next_url("/admin/mails", &cursor));
            let values =
                context! { server => Serde(server), mails => Serde(items), next_url, values };
            Ok(view.page(PAGE, values))
        }
        Err(problem) if problem.code() == Code::InvalidFields => {
            let values = context! { server => Serde(server), values };
            Ok(view.refused(PAGE, &problem, values))
        }
        Err(problem) => Err(problem),
    }
}
