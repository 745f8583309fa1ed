//! Admins list, make, change and delete accounts; the same rules hold for everybody.

use axum::http::Method;
use dossier_common::user::Role;
use mongodb::bson::doc;
use serde_json::{Value, json};

use crate::harness::{Answer, App, PASSWORD, Person};

async fn list(app: &App, admin: &Person, query: &str) -> Value {
    let call = app.get(&format!("/v1/admin/users{query}")).by(admin);
    call.send().await.expect(200).json()
}

fn addresses(page: &Value) -> Vec<&str> {
    let items = page["items"].as_array().expect("items").iter();
    items
        .map(|it| it["email"].as_str().expect("an address"))
        .collect()
}

pub(crate) async fn act(app: &App, admin: &Person, person: &Person, action: &str) -> Answer {
    let path = format!("/v1/admin/users/{}{action}", person.id);
    let method = if action.is_empty() {
        Method::DELETE
    } else {
        Method::POST
    };
    app.call(method, &path).by(admin).send().await
}

pub(crate) async fn set_role(app: &App, admin: &Person, person: &Person, role: &str) -> Answer {
    let path = format!("/v1/admin/users/{}/role", person.id);
    let call = app.call(Method::PUT, &path).by(admin);
    call.json(json!({ "role": role })).send().await
}

#[tokio::test]
async fn a_list_can_be_filtered_by_role_state_and_address_and_comes_in_pages() {
    let app = App::start().await;
    let admin = app.admin().await;
    let mut made = vec!["admin@example.com".to_owned()];
    for (name, role) in [
        ("ada", Role::Client),
        ("bob", Role::Ops),
        ("ADAM", Role::Client),
    ] {
        app.state.clock.advance(std::time::Duration::from_millis(1));
        let email = format!("{name}@example.com");
        app.person(&email, role).await;
        made.insert(0, email);
    }
    assert_eq!(addresses(&list(&app, &admin, "").await), made);
    let clients = list(&app, &admin, "?role=client").await;
    assert_eq!(addresses(&clients), ["ADAM@example.com", "ada@example.com"]);
    let found = list(&app, &admin, "?address=Ada&role=client").await;
    assert_eq!(addresses(&found), ["ADAM@example.com", "ada@example.com"]);
    let found = list(&app, &admin, "?address=%24email_key").await;
    assert!(addresses(&found).is_empty());
    let found = list(&app, &admin, "?address=b%40").await;
    assert_eq!(addresses(&found), ["bob@example.com"]);
    let bob = found["items"][0]["id"].as_str().expect("an id").to_owned();
    let path = format!("/v1/admin/users/{bob}/disable");
    app.post(&path).by(&admin).send().await.expect(200);
    let disabled = list(&app, &admin, "?state=disabled").await;
    assert_eq!(addresses(&disabled), ["bob@example.com"]);
    assert_eq!(
        list(&app, &admin, "?state=active").await["items"]
            .as_array()
            .map(Vec::len),
        Some(3)
    );

    let first = list(&app, &admin, "?limit=3").await;
    let cursor = first["next_cursor"].as_str().expect("a cursor");
    let second = list(&app, &admin, &format!("?limit=3&cursor={cursor}")).await;
    assert_eq!(addresses(&second), ["admin@example.com"]);
    assert_eq!(second["next_cursor"], Value::Null);
    for wrong in [
        "?role=root",
        "?state=gone",
        "?address=",
        "?limit=0",
        "?name=x",
        "?cursor=x",
    ] {
        let call = app.get(&format!("/v1/admin/users{wrong}")).by(&admin);
        call.send().await.problem(422, "invalid_fields");
    }
}

#[tokio::test]
async fn an_account_is_shown_without_what_is_secret() {
    let app = App::start().await;
    let (admin, client) = (app.admin().await, app.client().await);
    let path = format!("/v1/admin/users/{}", client.id);
    let shown = app.get(&path).by(&admin).send().await.expect(200);
    assert!(!shown.text().contains("argon2"), "{}", shown.text());
    let shown = shown.json();
    assert_eq!(shown["email"], "client@example.com");
    assert_eq!(
        (&shown["role"], &shown["state"]),
        (&json!("client"), &json!("active"))
    );
    assert_eq!(shown["last_log_in_at"], shown["created_at"]);
    for unknown in [
        "usr_01ARZ3NDEKTSV4RRFFQ69G5FAV",
        "fil_01ARZ3NDEKTSV4RRFFQ69G5FAV",
        "x",
    ] {
        let path = format!("/v1/admin/users/{unknown}");
        app.get(&path)
            .by(&admin)
            .send()
            .await
            .problem(404, "not_found");
        app.call(Method::DELETE, &path)
            .by(&admin)
            .send()
            .await
            .problem(404, "not_found");
    }
}

#[tokio::test]
async fn an_admin_makes_accounts_that_can_log_in() {
    let app = App::start().await;
    let admin = app.admin().await;
    let create = async |body: Value| {
        let call = app.post("/v1/admin/users").by(&admin).json(body);
        call.send().await
    };
    let body =
        json!({ "email": "Ops@example.com", "role": "ops", "password": PASSWORD, "name": "Olga" });
    let answer = create(body.clone()).await.expect(201);
    let account = answer.json();
    assert_eq!(
        answer.header("location"),
        format!("/v1/admin/users/{}", account["id"].as_str().expect("an id"))
    );
    assert_eq!(
        (&account["role"], &account["name"]),
        (&json!("ops"), &json!("Olga"))
    );
    app.log_in("ops@example.com", PASSWORD).await.expect(200);
    create(body).await.problem(409, "conflict");
    let wrong =
        json!({ "email": "x@localhost", "role": "root", "password": "short", "name": "<b>" });
    let problem = create(wrong).await.problem(422, "invalid_fields");
    assert_eq!(
        problem["errors"].as_array().map(Vec::len),
        Some(4),
        "{problem}"
    );
    let more =
        json!({ "email": "y@example.com", "role": "ops", "password": PASSWORD, "state": "x" });
    create(more).await.problem(422, "invalid_fields");
    assert_eq!(app.count("users", doc! {}).await, 2);
}

#[tokio::test]
async fn a_changed_role_takes_effect_and_doing_it_twice_changes_nothing() {
    let app = App::start().await;
    let (admin, client) = (app.admin().await, app.client().await);
    let changed = set_role(&app, &admin, &client, "ops")
        .await
        .expect(200)
        .json();
    assert_eq!(changed["role"], "ops");
    app.get("/v1/me")
        .by(&client)
        .send()
        .await
        .problem(401, "unauthorized");
    let tokens = app.log_in(&client.email, PASSWORD).await.expect(200).json();
    let bearer = tokens["access_token"].as_str().expect("a token");
    let me = app.get("/v1/me").bearer(bearer).send().await.expect(200);
    assert_eq!(me.json()["role"], "ops");
    set_role(&app, &admin, &client, "ops").await.expect(200);
    app.get("/v1/me").bearer(bearer).send().await.expect(200);
    for wrong in [
        json!("root"),
        json!("Admin"),
        json!(""),
        json!(1),
        Value::Null,
    ] {
        let path = format!("/v1/admin/users/{}/role", client.id);
        let call = app.call(Method::PUT, &path).by(&admin);
        let answer = call.json(json!({ "role": wrong })).send().await;
        answer.problem(422, "invalid_fields");
    }
}

#[tokio::test]
async fn a_disabled_account_is_told_at_log_in_what_a_wrong_password_is_until_it_is_enabled() {
    let app = App::start().await;
    let (admin, client) = (app.admin().await, app.client().await);
    let disabled = act(&app, &admin, &client, "/disable")
        .await
        .expect(200)
        .json();
    assert_eq!(disabled["state"], "disabled");
    assert!(disabled["disabled_at"].is_string());
    let refused = app.log_in(&client.email, PASSWORD).await;
    let wrong = app.log_in(&client.email, "a wrong password indeed").await;
    refused.problem(401, "invalid_credentials");
    assert_eq!(refused.without_request_id(), wrong.without_request_id());
    let again = act(&app, &admin, &client, "/disable")
        .await
        .expect(200)
        .json();
    assert_eq!(again["disabled_at"], disabled["disabled_at"]);
    let enabled = act(&app, &admin, &client, "/enable")
        .await
        .expect(200)
        .json();
    assert_eq!(
        (&enabled["state"], &enabled["disabled_at"]),
        (&json!("active"), &Value::Null)
    );
    act(&app, &admin, &client, "/enable").await.expect(200);
    app.log_in(&client.email, PASSWORD).await.expect(200);
    // What was signed in before stays signed out.
    app.get("/v1/me")
        .by(&client)
        .send()
        .await
        .problem(401, "unauthorized");
}

#[tokio::test]
async fn nobody_changes_their_own_account_this_way() {
    let app = App::start().await;
    let admin = app.admin().await;
    let other = app.person("other@example.com", Role::Admin).await;
    for role in ["client", "ops", "admin"] {
        set_role(&app, &admin, &admin, role)
            .await
            .problem(403, "forbidden");
    }
    for action in ["/disable", "/enable", ""] {
        act(&app, &admin, &admin, action)
            .await
            .problem(403, "forbidden");
    }
    for person in [&admin, &other] {
        let me = app.get("/v1/me").by(person).send().await.expect(200);
        assert_eq!(me.json()["role"], "admin");
    }
}
