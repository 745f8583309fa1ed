//! Who may do what, for every operation of the API description.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use axum::http::Method;
use dossier_common::operations::{self, Initiator, Order, Verb};
use dossier_common::queue::backend::{JobFilter, JobState};
use dossier_common::user::Role;
use mongodb::bson::{Document, doc};
use serde_json::json;

use crate::harness::{App, NewFile, Operation, PASSWORD, Person, routes_in};

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
        ("show_storage", [401, 200, 200, 200]),
        ("show_notices", [401, 200, 200, 200]),
        ("set_notices", [401, 415, 415, 415]),
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
        ("listen_to_files", [401, 200, 200, 200]),
        ("listen_to_file", [401, 200, 200, 200]),
        ("explain_file", [401, 200, 200, 200]),
        ("show_file", [401, 200, 200, 200]),
        ("withdraw_file", [401, 403, 204, 204]),
        ("restore_file", [401, 403, 200, 200]),
        // Without a body, which it misses first.
        ("replace_file", [401, 403, 415, 403]),
        ("list_versions", [401, 403, 200, 200]),
        // Without If-Match.
        ("change_file", [401, 403, 428, 428]),
        ("create_group", [401, 403, 415, 415]),
        ("list_groups", [401, 403, 200, 200]),
        ("show_group", [401, 403, 200, 200]),
        ("delete_group", [401, 403, 204, 204]),
        ("rename_group", [401, 403, 415, 415]),
        ("set_group_members", [401, 403, 415, 415]),
        ("show_activity", [401, 403, 200, 200]),
        ("notify_first_download", [401, 403, 415, 415]),
        // Without Tus-Resumable.
        ("create_upload", [401, 403, 412, 403]),
        ("describe_uploads", [204; 4]),
        // Of a link's id, which is no upload's.
        ("check_upload", [401, 403, 404, 403]),
        ("append_to_upload", [401, 403, 404, 403]),
        ("end_upload", [401, 403, 404, 403]),
        ("override_upload_method", [401, 403, 404, 403]),
        ("create_link", [401, 202, 403, 403]),
        ("list_links", [401, 200, 403, 403]),
        ("list_downloads", [401, 200, 403, 403]),
        ("show_link", [401, 200, 404, 200]),
        ("revoke_link", [401, 204, 404, 204]),
        ("download_link", [401, 200, 404, 404]),
        ("check_link", [401, 200, 404, 404]),
        ("download_file", [401, 200, 404, 404]),
        ("check_download", [401, 200, 404, 404]),
        ("list_audit", [401, 403, 403, 200]),
        ("show_overview", [401, 403, 403, 200]),
        ("listen_to_overview", [401, 403, 403, 200]),
        // Without what is to be explained.
        ("explain", [401, 403, 403, 422]),
        ("list_jobs", [401, 403, 403, 200]),
        // Of a job that is ready.
        ("show_job", [401, 403, 403, 200]),
        ("delete_job", [401, 403, 403, 204]),
        ("retry_job", [401, 403, 403, 409]),
        ("run_job_now", [401, 403, 403, 200]),
        ("cancel_job", [401, 403, 403, 200]),
        ("release_job", [401, 403, 403, 409]),
        ("begin_operation", [401, 403, 403, 415]),
        ("list_operations", [401, 403, 403, 200]),
        // Of one that has just begun.
        ("show_operation", [401, 403, 403, 200]),
        ("stop_operation", [401, 403, 403, 200]),
        ("resume_operation", [401, 403, 403, 409]),
        ("list_failures", [401, 403, 403, 200]),
        // Of a group that there is not.
        ("retry_failures", [401, 403, 403, 404]),
        ("list_queues", [401, 403, 403, 200]),
        ("show_queue", [401, 403, 403, 200]),
        ("pause_queue", [401, 403, 403, 200]),
        ("resume_queue", [401, 403, 403, 200]),
        ("limit_queue", [401, 403, 403, 415]),
        ("list_workers", [401, 403, 403, 200]),
        ("list_mails", [401, 403, 403, 200]),
        ("show_mail_server", [401, 403, 403, 200]),
        ("legacy_sign_up", [415; 4]),
        ("legacy_log_in", [415; 4]),
        ("legacy_upload_file", [401, 403, 415, 403]),
        ("legacy_list_files", [401, 200, 200, 200]),
        // Of a link's id, which is no document's.
        ("legacy_create_link", [401, 404, 403, 403]),
        ("list_sessions", [401, 200, 200, 200]),
        ("end_other_sessions", [401, 204, 204, 204]),
        // Of a session of the client.
        ("end_session", [401, 204, 404, 404]),
        ("list_users", [401, 403, 403, 200]),
        ("create_user", [401, 403, 403, 415]),
        ("show_user", [401, 403, 403, 200]),
        ("delete_user", [401, 403, 403, 204]),
        ("set_user_role", [401, 403, 403, 415]),
        ("disable_user", [401, 403, 403, 200]),
        ("enable_user", [401, 403, 403, 200]),
        ("send_user_reset", [401, 403, 403, 202]),
        // Of somebody who has none.
        ("send_user_second_factor_reset", [401, 403, 403, 409]),
    ])
}

/// The routes that no description has: their methods and paths, and what everybody is answered.
fn undescribed() -> Vec<(Method, &'static str, u16)> {
    vec![
        (Method::GET, "/verify-email/{token}", 200),
        (Method::POST, "/verify-email/{token}", 422),
        (Method::GET, "/invitation/{token}", 200),
        (Method::POST, "/invitation/{token}", 422),
        (Method::GET, "/reset-password", 200),
        (Method::POST, "/reset-password", 422),
        (Method::GET, "/reset-password/{token}", 200),
        (Method::POST, "/reset-password/{token}", 422),
        (Method::GET, "/reset-second-factor/{token}", 200),
        (Method::POST, "/reset-second-factor/{token}", 422),
        (Method::GET, "/unsubscribe/{token}", 200),
        (Method::POST, "/unsubscribe/{token}", 422),
        (Method::GET, "/docs/problems", 200),
        (Method::GET, "/livez", 200),
        (Method::GET, "/readyz", 200),
        (Method::GET, "/openapi.json", 200),
        (Method::GET, "/docs/", 200),
    ]
}

/// A file, a link and a token of the client, for the places in a path.
async fn fill(app: &App, path: &str, client: &Person, ops: &Person) -> String {
    if !path.contains('{') {
        return path.to_owned();
    }
    if path.starts_with("/v1/me/sessions/") {
        return path.replace("{id}", &client.session.to_string());
    }
    if path.starts_with("/v1/groups/") {
        let groups = app.count("groups", doc! {}).await;
        let name = format!("Group {groups} of {}", ops.id);
        return path.replace("{id}", &app.group(ops, &name, &[]).await);
    }
    if path.starts_with("/v1/admin/users/") {
        let accounts = app.count("users", doc! {}).await;
        let email = format!("somebody{accounts}@example.com");
        let somebody = app.account(&email, Role::Client, true).await;
        return path.replace("{id}", &somebody.id.to_string());
    }
    if path.starts_with("/v1/admin/jobs/") {
        let accounts = app.count("sign_ups", doc! {}).await;
        app.sign_up(&format!("new{accounts}@example.com"), PASSWORD)
            .await
            .expect(202);
        return path.replace("{id}", &newest_job(app).await);
    }
    if path.starts_with("/v1/admin/operations/") {
        let dead = JobFilter::queue("send-email").state(JobState::Dead);
        let order = Order::new(Verb::Retry, dead, Initiator::operator("ada@host"));
        let begun = operations::begin(&app.state.store, order).await;
        let id = begun.expect("it can begin").id.to_string();
        return path.replace("{id}", &id);
    }
    if path.starts_with("/v1/admin/") {
        let path = path.replace("{name}", "revalidate-upload");
        return path.replace("{id}", "00000000");
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

/// The newest job that sends a mail and waits.
async fn newest_job(app: &App) -> String {
    let jobs = app.database().collection::<Document>("apalis_jobs");
    let waiting = doc! { "queue": "send-email", "status": "Pending" };
    let found = jobs.find_one(waiting).sort(doc! { "created_at": -1 }).await;
    let job = found.expect("readable").expect("a job");
    job.get_str("_id").expect("an id").to_owned()
}

#[tokio::test]
async fn every_operation_answers_each_role_as_expected() {
    let app = App::start().await;
    let (mut expectations, mut wrong) = (expectations(), Vec::new());
    for (number, operation) in Operation::all().into_iter().enumerate() {
        let (name, method, path) = (operation.id, operation.method, operation.path);
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
            let status = call.status().await;
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
    let sessions = app.count("sessions", doc! {}).await;
    assert_eq!(sessions, 0);
}

/// Somebody in each role, and nobody.
async fn callers(app: &App) -> [Option<Person>; 4] {
    let (client, ops) = (app.client().await, app.ops().await);
    [None, Some(client), Some(ops), Some(app.admin().await)]
}

#[tokio::test]
async fn a_method_that_a_path_does_not_have_is_refused_to_everybody_alike() {
    let app = App::start().await;
    let mut known = BTreeMap::<String, BTreeSet<String>>::new();
    let described = Operation::all().into_iter();
    let described = described.map(|it| (it.method, it.path));
    let other = undescribed()
        .into_iter()
        .filter(|(_, path, _)| !path.starts_with("/docs/") && *path != "/openapi.json");
    let other = other.map(|(method, path, _)| (method, path.to_owned()));
    for (method, path) in described.chain(other) {
        let methods = known.entry(path).or_default();
        methods.insert(method.to_string());
        if method == Method::GET {
            methods.insert("HEAD".to_owned());
        }
    }
    let callers = callers(&app).await;
    for (path, methods) in known {
        let path = path.replace("{id}", "x").replace("{token}", "x");
        let path = path.replace("{name}", "x");
        for method in [
            "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE",
        ] {
            if methods.contains(method) {
                continue;
            }
            for caller in &callers {
                let call = app.call(method.parse().expect("a method"), &path);
                let call = caller.iter().fold(call, |call, person| call.by(person));
                let answer = call.send().await;
                assert_eq!(answer.status, 405, "{method} {path}");
                let allowed: BTreeSet<_> = answer
                    .header("allow")
                    .split(',')
                    .map(str::to_owned)
                    .collect();
                assert_eq!(allowed, methods, "{method} {path}");
            }
        }
    }
}

#[tokio::test]
async fn what_no_description_has_is_for_everybody() {
    let app = App::start().await;
    for caller in callers(&app).await {
        for (method, path, expected) in undescribed() {
            let call = app.call(method.clone(), &path.replace("{token}", "x"));
            let call = caller.iter().fold(call, |call, person| call.by(person));
            assert_eq!(call.send().await.status, expected, "{method} {path}");
        }
    }
}

#[test]
fn no_route_is_missing_here() {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    // Those of the console are in `console_roles.rs`.
    let routes = routes_in(&sources, &["console"]);
    assert!(!routes.is_empty());
    for (_, route) in routes {
        let is_known = undescribed().iter().any(|(_, path, _)| *path == route);
        assert!(is_known, "{route} is new: say here who may do it");
    }
}
