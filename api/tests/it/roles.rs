//! Who may do what, for every operation of the API description.

use std::collections::BTreeMap;

use axum::http::Method;
use dossier_common::user::Role;
use serde_json::json;

use crate::harness::{App, NewFile, PASSWORD, Person};

/// What nobody, a client, Ops and an admin are answered.
type Expected = [u16; 4];

fn expectations() -> BTreeMap<&'static str, Expected> {
    BTreeMap::from([
        // Without a body, which these miss first.
        ("sign_up", [415; 4]),
        ("verify_email", [415; 4]),
        ("resend_verification", [415; 4]),
        ("request_password_reset", [415; 4]),
        ("confirm_password_reset", [415; 4]),
        ("confirm_second_factor_reset", [415; 4]),
        ("log_in", [415; 4]),
        ("refresh_session", [415; 4]),
        ("log_out", [401, 204, 204, 204]),
        ("show_me", [401, 200, 200, 200]),
        ("change_password", [401, 415, 415, 415]),
        ("begin_totp", [401, 415, 415, 415]),
        ("confirm_totp", [401, 415, 415, 415]),
        ("disable_totp", [401, 415, 415, 415]),
        ("create_invitation", [401, 403, 415, 415]),
        ("list_invitations", [401, 403, 200, 200]),
        // Of a link's id, which is no invitation's.
        ("revoke_invitation", [401, 403, 404, 404]),
        ("accept_invitation", [415; 4]),
        ("create_file", [401, 403, 415, 403]),
        ("list_files", [401, 200, 200, 200]),
        ("show_file", [401, 200, 200, 200]),
        ("create_link", [401, 202, 403, 403]),
        ("list_links", [401, 200, 403, 403]),
        ("show_link", [401, 200, 404, 200]),
        ("revoke_link", [401, 204, 404, 204]),
        ("download_file", [401, 200, 404, 404]),
        ("check_download", [401, 200, 404, 404]),
        ("legacy_sign_up", [415; 4]),
        ("legacy_log_in", [415; 4]),
        ("legacy_upload_file", [401, 403, 415, 403]),
        ("legacy_list_files", [401, 200, 200, 200]),
        // Of a link's id, which is no document's.
        ("legacy_create_link", [401, 404, 403, 403]),
    ])
}

/// Every operation: its name, method and path.
fn operations() -> Vec<(String, Method, String)> {
    let description = serde_json::to_value(dossier_api::router::openapi()).expect("JSON");
    let paths = description["paths"].as_object().expect("paths");
    let described = paths.iter().flat_map(|(path, item)| {
        let operations = item.as_object().expect("operations").iter();
        operations.map(|(method, operation)| {
            let id = operation["operationId"].as_str().expect("an id");
            let method = method.to_uppercase().parse().expect("a method");
            (id.to_owned(), method, path.clone())
        })
    });
    described.collect()
}

/// A file, a link and a token of the client, for the places in a path.
async fn fill(app: &App, path: &str, client: &Person, ops: &Person) -> String {
    if !path.contains('{') {
        return path.to_owned();
    }
    let file = app.available(ops, NewFile::default()).await;
    if path.starts_with("/v1/files/") {
        return path.replace("{id}", &file.id.to_string());
    }
    let (link, download) = app.link(client, &file, json!({})).await;
    let token = download.trim_start_matches("/download/");
    let path = path.replace("{id}", &link.to_string());
    path.replace("{token}", token)
}

#[tokio::test]
async fn every_operation_answers_each_role_as_expected() {
    let app = App::start().await;
    let (mut expectations, mut wrong) = (expectations(), Vec::new());
    for (number, (name, method, path)) in operations().into_iter().enumerate() {
        let Some(expected) = expectations.remove(&*name) else {
            panic!("{name} is new: say here who may do it");
        };
        // A session each time, for some operations end it.
        let person = |role: Role| {
            let (app, email) = (&app, format!("{role}{number}@example.com"));
            async move { app.person(&email, role).await }
        };
        let client = person(Role::Client).await;
        let (ops, admin) = (person(Role::Ops).await, person(Role::Admin).await);
        let callers = [None, Some(&client), Some(&ops), Some(&admin)];
        for (caller, expected) in callers.into_iter().zip(expected) {
            let path = fill(&app, &path, &client, &ops).await;
            let call = app.call(method.clone(), &path);
            let call = call.header("prefer", "wait=0");
            let call = match caller {
                Some(person) => call.by(person),
                None => call,
            };
            let status = call.send().await.status;
            if status != expected {
                let who = caller.map_or("nobody", |person| &person.email);
                wrong.push(format!("{name} as {who}: {status}, not {expected}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(expectations.is_empty(), "gone: {expectations:?}");
}

#[tokio::test]
async fn whoever_is_unverified_gets_no_session_and_is_nobody() {
    let app = App::start().await;
    for role in [Role::Client, Role::Ops, Role::Admin] {
        let email = format!("{role}@example.com");
        app.account(&email, role, false).await;
        for path in ["/v1/auth/login", "/login"] {
            let body = json!({ "email": email, "password": PASSWORD });
            let answer = app.post(path).json(body).send().await;
            answer.problem(401, "invalid_credentials");
        }
    }
    let sessions = app.count("sessions", mongodb::bson::doc! {}).await;
    assert_eq!(sessions, 0);
}
