//! Whatever statement fails, a change of an account is made with all that it ends, or not at all.

use axum::http::Method;
use dossier_common::user::Role;
use mongodb::bson::doc;
use serde_json::json;

use crate::harness::{App, FailPoint, NewFile, PASSWORD, Person};

/// A code that no driver takes for a transient error.
const FATAL: i32 = 8000;

const ADA: &str = "ada@example.com";

async fn fail_from(point: &FailPoint, statement: i32) {
    let statements = ["insert", "update", "delete", "commitTransaction"];
    let data = doc! { "failCommands": statements.to_vec(), "errorCode": FATAL };
    point.set(doc! { "skip": statement }, data).await;
}

/// A client with a link and a sign-up that waits, and a document meant for her; and an admin.
async fn prepare(app: &App) -> (Person, Person) {
    let (ada, ops) = (app.person(ADA, Role::Client).await, app.ops().await);
    let new = NewFile {
        recipients: Some(vec![ADA.to_owned()]),
        ..NewFile::default()
    };
    let file = app.available(&ops, new).await;
    app.link(&ada, &file, json!({})).await;
    app.sign_up(ADA, PASSWORD).await.expect(202);
    (ada, app.admin().await)
}

/// What there is of her: account, session, link, sign-up, quota, and as a recipient who is told.
async fn stored(app: &App, ada: &Person) -> [u64; 8] {
    [
        app.count("users", doc! { "_id": ada.id, "disabled_at": null })
            .await,
        app.count("sessions", doc! { "_id": ada.session, "revoked_at": null })
            .await,
        app.count("links", doc! { "client_id": ada.id, "state": "ready" })
            .await,
        app.count("sign_ups", doc! { "email_key": ADA }).await,
        app.count("mail_quotas", doc! { "_id": ADA }).await,
        app.count("files", doc! { "recipients": ADA }).await,
        app.count("notices", doc! { "email_key": ADA }).await,
        app.count("notice_addresses", doc! { "email_key": ADA })
            .await,
    ]
}

/// How many statements fail before it is done; nothing is done until then.
async fn aborted(app: &App, ada: &Person, admin: &Person, method: Method, path: &str) -> i32 {
    let point = FailPoint::of(app).await;
    let mut aborted = 0;
    loop {
        fail_from(&point, aborted).await;
        let answer = app.call(method.clone(), path).by(admin).send().await;
        point.clear().await;
        if answer.status.is_success() {
            return aborted;
        }
        answer.problem(500, "internal");
        assert_eq!(stored(app, ada).await, [1; 8], "after statement {aborted}");
        aborted += 1;
    }
}

#[tokio::test]
async fn a_deletion_that_is_aborted_at_any_statement_erases_nothing() {
    let app = App::start().await;
    let (ada, admin) = prepare(&app).await;
    let path = format!("/v1/admin/users/{}", ada.id);
    let statements = aborted(&app, &ada, &admin, Method::DELETE, &path).await;
    assert_eq!(
        statements, 14,
        "audit, user, sessions, links, sign-ups, invitations, resets, address of notices, quotas, groups, notices, \
         recipients, kept answers, commit"
    );
    assert_eq!(stored(&app, &ada).await, [0; 8]);
}

#[tokio::test]
async fn a_disabling_that_is_aborted_at_any_statement_ends_nothing() {
    let app = App::start().await;
    let (ada, admin) = prepare(&app).await;
    let path = format!("/v1/admin/users/{}/disable", ada.id);
    let statements = aborted(&app, &ada, &admin, Method::POST, &path).await;
    assert_eq!(
        statements, 6,
        "audit, user, sessions, links, invitations, commit"
    );
    assert_eq!(stored(&app, &ada).await, [0, 0, 0, 1, 1, 1, 1, 1]);
}

#[tokio::test]
async fn a_log_in_that_is_aborted_at_any_statement_opens_no_session() {
    let app = App::start().await;
    app.account(ADA, Role::Client, true).await;
    let point = FailPoint::of(&app).await;
    for statement in 0..3 {
        fail_from(&point, statement).await;
        let answer = app.log_in(ADA, PASSWORD).await;
        point.clear().await;
        answer.problem(500, "internal");
        assert_eq!(app.count("sessions", doc! {}).await, 0, "{statement}");
        let noted = doc! { "last_log_in_at": { "$ne": null } };
        assert_eq!(app.count("users", noted).await, 0, "{statement}");
    }
    app.log_in(ADA, PASSWORD).await.expect(200);
}
