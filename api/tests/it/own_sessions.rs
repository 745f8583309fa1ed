//! People see where they are signed in, and end what they do not know.

use axum::http::Method;
use dossier_common::user::Role;
use serde_json::{Value, json};

use crate::harness::{Answer, App, PASSWORD};

async fn log_in_from(app: &App, network: [u8; 4], client: &str) -> Value {
    let body = json!({ "email": "ada@example.com", "password": PASSWORD });
    let call = app.post("/v1/auth/login").sent_from(network);
    let call = call.header("user-agent", client).json(body);
    call.send().await.expect(200).json()
}

fn bearer(tokens: &Value) -> &str {
    tokens["access_token"].as_str().expect("a token")
}

async fn sessions(app: &App, tokens: &Value) -> Vec<Value> {
    let answer = app.get("/v1/me/sessions").bearer(bearer(tokens));
    let page = answer.send().await.expect(200).json();
    assert_eq!(page["next_cursor"], Value::Null);
    page["items"].as_array().expect("items").clone()
}

async fn end(app: &App, tokens: &Value, path: &str) -> Answer {
    let call = app.call(Method::DELETE, path).bearer(bearer(tokens));
    call.send().await
}

async fn is_signed_in(app: &App, tokens: &Value) -> bool {
    let answer = app.get("/v1/me").bearer(bearer(tokens)).send().await;
    answer.status == 200
}

#[tokio::test]
async fn the_list_says_where_from_and_what_the_client_says_it_is() {
    let app = App::start().await;
    app.account("ada@example.com", Role::Client, true).await;
    let first = log_in_from(&app, [192, 0, 2, 1], "Telephone/1.0").await;
    app.state.clock.advance(std::time::Duration::from_secs(60));
    let second = log_in_from(&app, [192, 0, 2, 2], "Browser/2.0").await;
    let listed = sessions(&app, &second).await;
    let told = |of: &Value| {
        let names = ["current", "network", "client", "refreshed_at"];
        names.map(|name| of[name].clone())
    };
    assert_eq!(listed.len(), 2);
    assert_eq!(
        told(&listed[0]),
        [
            json!(true),
            json!("192.0.2.2"),
            json!("Browser/2.0"),
            Value::Null
        ]
    );
    assert_eq!(
        told(&listed[1]),
        [
            json!(false),
            json!("192.0.2.1"),
            json!("Telephone/1.0"),
            Value::Null
        ]
    );
    assert!(listed[0]["created_at"].as_str() > listed[1]["created_at"].as_str());

    app.state.clock.advance(std::time::Duration::from_secs(60));
    let body = json!({ "refresh_token": first["refresh_token"] });
    let call = app.post("/v1/auth/refresh").sent_from([192, 0, 2, 3]);
    let first = call.json(body).send().await.expect(200).json();
    let listed = sessions(&app, &first).await;
    assert_eq!(listed[1]["network"], "192.0.2.3");
    assert_eq!(listed[1]["client"], Value::Null);
    assert!(listed[1]["refreshed_at"].as_str() > listed[0]["created_at"].as_str());
    let text = json!(listed).to_string();
    for secret in ["sha256", "seed", "email"] {
        assert!(!text.contains(secret), "{secret}: {text}");
    }
}

#[tokio::test]
async fn what_a_client_says_it_is_is_cut_and_shows_nothing_invisible() {
    let app = App::start().await;
    app.account("ada@example.com", Role::Client, true).await;
    let long = format!("\u{202e}evil\u{200b} {}", "x".repeat(5000));
    let tokens = log_in_from(&app, [192, 0, 2, 1], &long).await;
    let listed = sessions(&app, &tokens).await;
    let shown = listed[0]["client"].as_str().expect("a client");
    assert_eq!(shown.chars().count(), 200);
    assert!(shown.starts_with("evil xxx"), "{shown}");
    app.state.clock.advance(std::time::Duration::from_secs(1));
    let tokens = log_in_from(&app, [192, 0, 2, 1], "").await;
    assert_eq!(sessions(&app, &tokens).await[0]["client"], Value::Null);
}

#[tokio::test]
async fn one_session_can_be_ended_and_all_others() {
    let app = App::start().await;
    app.account("ada@example.com", Role::Client, true).await;
    let mut all = Vec::new();
    for _ in 0..4 {
        app.state.clock.advance(std::time::Duration::from_secs(1));
        all.push(log_in_from(&app, [192, 0, 2, 1], "x").await);
    }
    let oldest = sessions(&app, &all[3]).await[3]["id"].clone();
    let path = format!("/v1/me/sessions/{}", oldest.as_str().expect("an id"));
    end(&app, &all[3], &path).await.expect(204);
    end(&app, &all[3], &path).await.expect(204);
    assert!(!is_signed_in(&app, &all[0]).await);
    let body = json!({ "refresh_token": all[0]["refresh_token"] });
    let refresh = app.post("/v1/auth/refresh").json(body).send().await;
    refresh.problem(401, "unauthorized");
    assert_eq!(sessions(&app, &all[3]).await.len(), 3);

    end(&app, &all[3], "/v1/me/sessions").await.expect(204);
    assert!(!is_signed_in(&app, &all[1]).await);
    assert!(!is_signed_in(&app, &all[2]).await);
    let left = sessions(&app, &all[3]).await;
    assert_eq!(left.len(), 1);
    assert_eq!(left[0]["current"], true);
    let path = format!("/v1/me/sessions/{}", left[0]["id"].as_str().expect("an id"));
    end(&app, &all[3], &path).await.expect(204);
    assert!(!is_signed_in(&app, &all[3]).await);
}

#[tokio::test]
async fn sessions_of_others_are_neither_listed_nor_ended() {
    let app = App::start().await;
    let (client, ops) = (app.client().await, app.ops().await);
    let admin = app.person("admin@example.com", Role::Admin).await;
    for other in [&ops, &admin] {
        let path = format!("/v1/me/sessions/{}", client.session);
        let answer = app.call(Method::DELETE, &path).by(other).send().await;
        answer.problem(404, "not_found");
        let page = app.get("/v1/me/sessions").by(other).send().await;
        let page = page.expect(200).json();
        assert_eq!(page["items"].as_array().expect("items").len(), 1);
        assert_eq!(page["items"][0]["id"], other.session.to_string());
        app.call(Method::DELETE, "/v1/me/sessions")
            .by(other)
            .send()
            .await
            .expect(204);
    }
    app.get("/v1/me").by(&client).send().await.expect(200);
    for path in [
        "ses_01ARZ3NDEKTSV4RRFFQ69G5FAV",
        "usr_01ARZ3NDEKTSV4RRFFQ69G5FAV",
        "x",
    ] {
        let path = format!("/v1/me/sessions/{path}");
        let answer = app.call(Method::DELETE, &path).by(&client).send().await;
        answer.problem(404, "not_found");
    }
}

#[tokio::test]
async fn a_long_list_comes_in_pages_and_shows_only_sessions_that_stand() {
    let app = App::start().await;
    app.account("ada@example.com", Role::Client, true).await;
    let mut newest = Value::Null;
    for _ in 0..5 {
        app.state.clock.advance(std::time::Duration::from_secs(1));
        newest = log_in_from(&app, [192, 0, 2, 1], "x").await;
    }
    let page = async |path: &str| {
        let call = app.get(path).bearer(bearer(&newest));
        call.send().await.expect(200).json()
    };
    let first = page("/v1/me/sessions?limit=3").await;
    assert_eq!(first["items"].as_array().expect("items").len(), 3);
    let cursor = first["next_cursor"].as_str().expect("a cursor");
    let second = page(&format!("/v1/me/sessions?limit=3&cursor={cursor}")).await;
    assert_eq!(second["items"].as_array().expect("items").len(), 2);
    assert_eq!(second["next_cursor"], Value::Null);
    // A week later all of them have ended by themselves.
    app.state
        .clock
        .advance(std::time::Duration::from_secs(7 * 24 * 60 * 60));
    let fresh = log_in_from(&app, [192, 0, 2, 1], "x").await;
    assert_eq!(sessions(&app, &fresh).await.len(), 1);
}
