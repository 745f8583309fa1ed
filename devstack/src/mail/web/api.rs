//! The inbox as JSON.

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::json;

use super::Inbox;
use crate::mail::{Behaviour, Message};

/// A line of the list.
#[derive(Serialize)]
struct Summary<'a> {
    id: &'a str,
    from: &'a str,
    to: &'a str,
    subject: &'a str,
    received_at: &'a str,
}

impl<'a> From<&'a Message> for Summary<'a> {
    fn from(message: &'a Message) -> Self {
        let Message {
            id,
            from,
            to,
            subject,
            received_at,
            ..
        } = message;
        Self {
            id,
            from,
            to,
            subject,
            received_at,
        }
    }
}

pub(super) async fn list_messages(State(inbox): State<Inbox>) -> Response {
    let messages = inbox.mailbox.messages();
    let summaries: Vec<Summary<'_>> = messages
        .iter()
        .map(|message| message.as_ref().into())
        .collect();
    ([(header::CACHE_CONTROL, "no-store")], Json(summaries)).into_response()
}

pub(super) async fn show_message(State(inbox): State<Inbox>, Path(id): Path<String>) -> Response {
    match inbox.mailbox.message(&id) {
        Some(message) => Json(message.as_ref()).into_response(),
        None => problem(StatusCode::NOT_FOUND, "there is no such message"),
    }
}

pub(super) async fn delete_messages(State(inbox): State<Inbox>) -> StatusCode {
    inbox.mailbox.clear();
    StatusCode::NO_CONTENT
}

pub(super) async fn show_behaviour(State(inbox): State<Inbox>) -> Json<Behaviour> {
    Json(inbox.behaviour.borrow().clone())
}

pub(super) async fn change_behaviour(
    State(inbox): State<Inbox>,
    behaviour: Result<Json<Behaviour>, JsonRejection>,
) -> Response {
    let Json(behaviour) = match behaviour {
        Ok(behaviour) => behaviour,
        Err(rejection) => return problem(rejection.status(), &rejection.body_text()),
    };
    match behaviour.validated() {
        Ok(behaviour) => {
            inbox.behaviour.send_replace(behaviour.clone());
            Json(behaviour).into_response()
        }
        Err(invalid) => problem(StatusCode::UNPROCESSABLE_ENTITY, &invalid.to_string()),
    }
}

pub(super) async fn not_found() -> Response {
    problem(
        StatusCode::NOT_FOUND,
        "the inbox has /, /api/messages, /api/messages/{id} and /api/behaviour",
    )
}

fn problem(status: StatusCode, detail: &str) -> Response {
    let title = status.canonical_reason().unwrap_or("Error");
    let body = json!({ "type": "about:blank", "title": title, "status": status.as_u16(), "detail": detail });
    (
        status,
        [(header::CONTENT_TYPE, "application/problem+json")],
        body.to_string(),
    )
        .into_response()
}
