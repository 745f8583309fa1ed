//! How mails about documents are stopped.

use axum::http::Method;
use dossier_common::token::{ResetPasswordClaims, UnsubscribeClaims};
use mongodb::bson::{Document, doc};
use serde_json::json;

use super::{FORM, meant_for, press, recipient};
use crate::harness::{App, Form, assert_same};

/// The token of the link that stops mails to an address, as a mail has it.
async fn unsubscribe_token(app: &App, email_key: &str) -> String {
    let rows = app.database().collection::<Document>("notice_addresses");
    let row = rows.find_one(doc! { "email_key": email_key }).await;
    let row = row.expect("readable").expect("it is there");
    let id = row.get_str("_id").expect("an id");
    let claims = UnsubscribeClaims {
        address_id: id.parse().expect("an id"),
    };
    app.state.token_keys.seal(&claims, app.now())
}

async fn stopped(app: &App) -> u64 {
    let filter = doc! { "unsubscribed_at": { "$ne": null } };
    app.count("notice_addresses", filter).await
}

#[tokio::test]
async fn one_click_stops_the_mails_to_an_address_and_nothing_less_does() {
    let app = App::start().await;
    let (client, ops) = (app.client().await, app.ops().await);
    app.available(&ops, meant_for(&client.email)).await;
    let token = unsubscribe_token(&app, &client.email).await;
    let path = format!("/unsubscribe/{token}");
    // What scanners do: follow the link, and press what has no meaning to them.
    for method in [Method::GET, Method::HEAD] {
        app.call(method, &path).send().await.expect(200);
    }
    let page = app.get(&path).send().await.expect(200);
    let button = "name=\"List-Unsubscribe\" value=\"One-Click\"";
    assert!(page.text().contains(button), "{}", page.text());
    for form in ["", "List-Unsubscribe=yes", "a=One-Click"] {
        let call = app.post(&path).body(FORM, form);
        call.send().await.expect(422);
    }
    assert_eq!(stopped(&app).await, 0);

    let first = press(&app, &token).send().await.expect(200);
    assert!(first.text().contains("The mails have stopped"));
    assert_eq!(stopped(&app).await, 1);
    let second = press(&app, &token).send().await.expect(200);
    let (first, second) = (first.without_request_id(), second.without_request_id());
    assert_same("the second time", &second, &first);
    assert_eq!(app.count("audit", doc! { "act": "unsubscribe" }).await, 1);
    assert_eq!(app.jobs("send-email").await, 1);
    app.available(&ops, meant_for(&client.email)).await;
    assert_eq!(app.jobs("send-email").await, 1);
}

#[tokio::test]
async fn a_mail_program_may_send_the_form_in_parts() {
    let app = App::start().await;
    let (client, ops) = (app.client().await, app.ops().await);
    app.available(&ops, meant_for(&client.email)).await;
    let token = unsubscribe_token(&app, &client.email).await;
    let form = Form::default().and("List-Unsubscribe", "One-Click");
    let call = app.post(&format!("/unsubscribe/{token}")).form(form);
    call.send().await.expect(200);
    assert_eq!(stopped(&app).await, 1);
}

#[tokio::test]
async fn a_token_that_is_none_of_such_a_mail_stops_nothing() {
    let app = App::start().await;
    let (client, ops) = (app.client().await, app.ops().await);
    app.available(&ops, meant_for(&client.email)).await;
    let good = unsubscribe_token(&app, &client.email).await;
    let reset = ResetPasswordClaims {
        reset_id: "rst_01ARZ3NDEKTSV4RRFFQ69G5FAV".parse().expect("an id"),
        expires_at: u64::MAX,
    };
    let other = app.state.token_keys.seal(&reset, app.now());
    let garbage = press(&app, "garbage").send().await.expect(400);
    let garbage = garbage.without_request_id();
    for token in [&*other, &good[..good.len() - 8]] {
        let answer = press(&app, token).send().await;
        assert_same(token, &answer.without_request_id(), &garbage);
    }
    assert_eq!(stopped(&app).await, 0);
}

#[tokio::test]
async fn an_account_says_itself_whether_it_gets_such_mails() {
    let app = App::start().await;
    let (client, ops) = (app.client().await, app.ops().await);
    let shown = async || {
        let answer = app.get("/v1/me/notices").by(&client).send().await;
        answer.expect(200).json()["enabled"].clone()
    };
    let set = async |enabled: bool| {
        let call = app.post("/v1/me/notices").by(&client);
        let answer = call.json(json!({ "enabled": enabled })).send().await;
        assert_eq!(answer.expect(200).json(), json!({ "enabled": enabled }));
    };
    assert_eq!(shown().await, true);
    set(false).await;
    assert_eq!(shown().await, false);
    let file = app.available(&ops, meant_for(&client.email)).await;
    let told = recipient(&app, &file, &ops).await;
    assert_eq!(told["told_state"], "unsubscribed");
    assert_eq!(app.jobs("send-email").await, 0);
    set(true).await;
    assert_eq!(shown().await, true);
    let file = app.available(&ops, meant_for(&client.email)).await;
    assert_eq!(recipient(&app, &file, &ops).await["told_state"], "pending");
    assert_eq!(app.jobs("send-email").await, 1);
    assert_eq!(app.count("audit", doc! { "act": "set_notices" }).await, 2);
}
