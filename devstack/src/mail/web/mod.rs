//! The inbox: a page for people and an API for scripts.

mod api;
mod page;

use std::sync::Arc;

use axum::Router;
use axum::routing::get;
use tokio::sync::watch;

use super::behaviour::Behaviour;
use super::mailbox::Mailbox;

/// What the routes work on.
#[derive(Debug, Clone)]
struct Inbox {
    mailbox: Mailbox,
    behaviour: Arc<watch::Sender<Behaviour>>,
}

/// All routes of the inbox.
pub(super) fn router(mailbox: Mailbox, behaviour: Arc<watch::Sender<Behaviour>>) -> Router {
    Router::new()
        .route("/", get(page::show_inbox))
        .route("/inbox.css", get(page::show_style))
        .route("/inbox.js", get(page::show_script))
        .route(
            "/api/messages",
            get(api::list_messages).delete(api::delete_messages),
        )
        .route("/api/messages/{id}", get(api::show_message))
        .route(
            "/api/behaviour",
            get(api::show_behaviour).put(api::change_behaviour),
        )
        .fallback(api::not_found)
        .with_state(Inbox { mailbox, behaviour })
}
