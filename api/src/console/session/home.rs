//! `GET /`

use axum::response::Response;
use dossier_common::user::Role;

use crate::console::view::{View, see_other};

/// Leads to what the visitor's role sees first.
pub async fn show_home(view: View) -> Response {
    let page = match view.caller.map(|caller| caller.role) {
        None => "/sign-in",
        Some(Role::Client | Role::Ops) => "/documents",
        Some(Role::Admin) => "/admin",
    };
    see_other(page, "")
}
