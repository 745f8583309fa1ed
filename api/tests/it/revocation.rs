//! Whoever logs out, is disabled, demoted or deleted has lost every right with the next request.

use std::convert::Infallible;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::Method;
use bytes::Bytes;
use dossier_common::store::user_changes::UserAction;
use dossier_common::user::Role;
use futures_util::future::join;
use futures_util::{StreamExt, stream};
use mongodb::bson::{Document, doc};
use serde_json::json;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::harness::{Answer, App, Call, Form, NewFile, PASSWORD, Person, eventually};

/// How somebody loses their rights.
#[derive(Clone, Copy, Debug)]
enum Loss {
    LogOut,
    Change(UserAction),
}

const LOSSES: [Loss; 4] = [
    Loss::LogOut,
    Loss::Change(UserAction::Disable),
    Loss::Change(UserAction::SetRole(Role::Admin)),
    Loss::Change(UserAction::Delete),
];

async fn lose(app: &App, person: &Person, loss: Loss) {
    match loss {
        Loss::LogOut => {
            let call = app.post("/v1/auth/logout").by(person);
            call.send().await.expect(204);
        }
        Loss::Change(action) => change(app, person, action).await,
    }
}

async fn change(app: &App, person: &Person, action: UserAction) {
    let (id, now) = (person.id, app.now());
    let entry = app.operator_entry(action.act());
    let changing = app.state.store.transaction("change an account", |tx| {
        let entry = entry.clone();
        Box::pin(async move { tx.change_user(id, action, entry, now).await })
    });
    changing.await.expect("the account can be changed");
}

#[tokio::test]
async fn lists_links_and_downloads_of_a_client_end_at_once_whatever_ends_them() {
    for loss in LOSSES {
        let app = App::start().await;
        let (client, ops) = (app.client().await, app.ops().await);
        let file = app.available(&ops, NewFile::default()).await;
        let (link, download) = app.link(&client, &file, json!({})).await;
        let requests = [
            (Method::GET, "/v1/me".to_owned()),
            (Method::GET, "/v1/me/sessions".to_owned()),
            (Method::GET, "/v1/files".to_owned()),
            (Method::GET, format!("/v1/files/{}", file.id)),
            (Method::POST, format!("/v1/files/{}/links", file.id)),
            (Method::GET, "/v1/links".to_owned()),
            (Method::GET, format!("/v1/links/{link}")),
            (Method::DELETE, format!("/v1/links/{link}")),
            (Method::HEAD, download.clone()),
            (Method::GET, download.clone()),
            (Method::GET, "/files".to_owned()),
            (Method::GET, format!("/download-file/{}", file.id)),
            (Method::POST, "/v1/auth/logout".to_owned()),
        ];
        app.get(&download).by(&client).send().await.expect(200);
        lose(&app, &client, loss).await;
        for (method, path) in &requests {
            let answer = app.call(method.clone(), path).by(&client).send().await;
            assert_eq!(answer.status, 401, "{method} {path} after {loss:?}");
        }
    }
}

#[tokio::test]
async fn a_link_of_before_does_not_work_in_a_session_of_after() {
    for action in [UserAction::Disable, UserAction::SetRole(Role::Ops)] {
        let app = App::start().await;
        let (client, ops) = (app.client().await, app.ops().await);
        let file = app.available(&ops, NewFile::default()).await;
        let (_, download) = app.link(&client, &file, json!({})).await;
        change(&app, &client, action).await;
        change(&app, &client, UserAction::Enable).await;
        change(&app, &client, UserAction::SetRole(Role::Client)).await;
        let tokens = app.log_in(&client.email, PASSWORD).await.expect(200).json();
        let bearer = tokens["access_token"].as_str().expect("a token");
        let answer = app.get(&download).bearer(bearer).send().await;
        answer.problem(404, "not_found");
    }
}

#[tokio::test]
async fn ops_who_lose_their_rights_upload_and_see_nothing_any_more() {
    for loss in LOSSES {
        let app = App::start().await;
        let ops = app.ops().await;
        let file = app.received(&ops, NewFile::default()).await;
        lose(&app, &ops, loss).await;
        for path in ["/v1/files", "/upload-file"] {
            let form = Form::for_everyone("report.docx", b"bytes");
            let answer = app.post(path).by(&ops).form(form).send().await;
            answer.problem(401, "unauthorized");
        }
        for path in ["/v1/files".to_owned(), format!("/v1/files/{}", file.id)] {
            let answer = app.get(&path).by(&ops).send().await;
            answer.problem(401, "unauthorized");
        }
        assert_eq!(app.count("files", doc! {}).await, 1);
    }
}

/// An upload of which all but the end has arrived, and what lets the end arrive.
async fn upload_under_way(
    app: &App,
    router: &Router,
    ops: &Person,
) -> (JoinHandle<Answer>, oneshot::Sender<()>) {
    let (content_type, body) = Form::for_everyone("report.docx", &[b'x'; 100_000]).finish();
    let (first, last) = body.split_at(90_000);
    let [first, last] = [first, last].map(Bytes::copy_from_slice);
    let (go_on, may_go_on) = oneshot::channel();
    let first = stream::iter([Ok::<_, Infallible>(first)]);
    let last = stream::once(async move {
        let _ = may_go_on.await;
        Ok(last)
    });
    let call = Call::to(router, Method::POST, "/v1/files").by(ops);
    let body = Body::from_stream(first.chain(last));
    let sending = tokio::spawn(call.body(&content_type, body).send());
    eventually("room is reserved for it", async || {
        let rows = app.count("storage_reservations", doc! {}).await;
        (rows == 1).then_some(())
    })
    .await;
    (sending, go_on)
}

#[tokio::test]
async fn an_upload_whose_uploader_loses_their_rights_meanwhile_leaves_nothing() {
    for loss in LOSSES {
        let app = App::start().await;
        let ops = app.ops().await;
        let (sending, go_on) = upload_under_way(&app, &app.router, &ops).await;
        lose(&app, &ops, loss).await;
        go_on.send(()).expect("it waits");
        let answer = sending.await.expect("no panic");
        answer.problem(401, "unauthorized");
        for collection in [
            "files",
            "blobs.files",
            "blobs.chunks",
            "storage_reservations",
        ] {
            assert_eq!(
                app.count(collection, doc! {}).await,
                0,
                "{loss:?}: {collection}"
            );
        }
    }
}

#[tokio::test]
async fn an_upload_whose_session_loses_the_second_factor_it_needs_leaves_nothing() {
    let app = App::start().await;
    let (ops, router) = (app.ops().await, app.with_totp_required_for("ops"));
    let proven = async |is_proven: bool| {
        let rows = app.database().collection::<Document>("sessions");
        let set = doc! { "$set": { "second_factor": is_proven } };
        rows.update_one(doc! { "_id": ops.session }, set)
            .await
            .expect("ok");
    };
    proven(true).await;
    let (sending, go_on) = upload_under_way(&app, &router, &ops).await;
    proven(false).await;
    go_on.send(()).expect("it waits");
    let answer = sending.await.expect("no panic");
    answer.problem(401, "unauthorized");
    assert_eq!(app.count("files", doc! {}).await, 0);
}

#[tokio::test]
async fn an_upload_outlives_its_access_token() {
    let app = App::start().await;
    let ops = app.ops().await;
    let (sending, go_on) = upload_under_way(&app, &app.router, &ops).await;
    app.state.clock.advance(Duration::from_secs(60 * 60));
    let expired = app.get("/v1/me").by(&ops).send().await;
    expired.problem(401, "token_expired");
    go_on.send(()).expect("it waits");
    sending.await.expect("no panic").expect(202);
}

#[tokio::test]
async fn a_refresh_token_of_before_gives_nothing() {
    for loss in LOSSES {
        let app = App::start().await;
        app.account("ada@example.com", Role::Client, true).await;
        let tokens = app
            .log_in("ada@example.com", PASSWORD)
            .await
            .expect(200)
            .json();
        let rows = app
            .database()
            .collection::<mongodb::bson::Document>("users");
        let row = rows.find_one(doc! {}).await.expect("ok").expect("there");
        let person = Person {
            id: row.get_str("_id").expect("an id").parse().expect("an id"),
            session: "ses_01ARZ3NDEKTSV4RRFFQ69G5FAV".parse().expect("an id"),
            email: "ada@example.com".to_owned(),
            token: tokens["access_token"].as_str().expect("a token").to_owned(),
        };
        lose(&app, &person, loss).await;
        let body = json!({ "refresh_token": tokens["refresh_token"] });
        let answer = app.post("/v1/auth/refresh").json(body).send().await;
        answer.problem(401, "unauthorized");
    }
}

#[tokio::test]
async fn a_log_in_under_way_leaves_no_session_behind() {
    let app = App::start().await;
    let actions = [
        UserAction::Disable,
        UserAction::Delete,
        UserAction::SetRole(Role::Ops),
    ];
    for (round, action) in actions.into_iter().cycle().take(15).enumerate() {
        let email = format!("ada{round}@example.com");
        let client = app.person(&email, Role::Client).await;
        let log_in = app.log_in(&email, PASSWORD);
        let ((), answer) = join(change(&app, &client, action), log_in).await;
        // Before or after, but a session of the old role is not left.
        let old = doc! { "user_id": client.id, "role": "client", "revoked_at": null };
        let left = app.count("sessions", old).await;
        assert_eq!(left, 0, "{action:?}: {answer:?}");
    }
}

#[tokio::test]
async fn an_account_that_was_changed_since_it_was_read_opens_no_session() {
    use dossier_common::digest::Sha256;
    use dossier_common::id::SessionId;
    use dossier_common::session::Session;
    let app = App::start().await;
    let client = app.client().await;
    for action in [
        UserAction::Disable,
        UserAction::Enable,
        UserAction::SetRole(Role::Ops),
        UserAction::Delete,
    ] {
        let store = &app.state.store;
        let user = store
            .find_user(client.id)
            .await
            .expect("ok")
            .expect("there");
        app.state.clock.advance(std::time::Duration::from_millis(1));
        change(&app, &client, action).await;
        let id = SessionId::generate(&app.state.entropy, app.now());
        let session = Session::open(id, &user, Sha256::of(b"x"), app.now());
        let opening = store.transaction("open a session", |tx| {
            let (user, session) = (user.clone(), session.clone());
            Box::pin(async move { tx.open_session(&user, &session).await })
        });
        assert!(!opening.await.expect("the store answers"), "{action:?}");
        assert_eq!(app.count("sessions", doc! { "_id": id }).await, 0);
    }
}
