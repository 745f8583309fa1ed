//! `dossier-api users` does for operators what the admin routes do, and says it to people and scripts.

use dossier_common::user::Role;
use serde_json::Value;

use crate::harness::{App, PASSWORD, Program};

async fn users(app: &App, words: &[&str]) -> (i32, String) {
    let words = [&["users"], words].concat();
    let program = Program::bare(&words).variable("MONGODB_URI", app.uri());
    program.run("").await
}

async fn succeeds(app: &App, words: &[&str]) -> String {
    let (code, said) = users(app, words).await;
    assert_eq!(code, 0, "{words:?}: {said}");
    said
}

async fn json(app: &App, words: &[&str]) -> Value {
    let words = [&["users"], words, &["--json"]].concat();
    let program = Program::bare(&words).variable("MONGODB_URI", app.uri());
    let (code, said) = program.printed("").await;
    assert_eq!(code, 0, "{words:?}: {said}");
    serde_json::from_str(&said).expect("JSON")
}

async fn fails(app: &App, words: &[&str], why: &str) {
    let (code, said) = users(app, words).await;
    assert_ne!(code, 0, "{words:?}: {said}");
    assert!(said.contains(why), "{words:?}: {said}");
}

#[tokio::test]
async fn accounts_are_listed_and_shown_in_tables_and_in_json() {
    let app = App::start().await;
    let client = app.client().await;
    app.ops().await;
    app.admin().await;
    let table = succeeds(&app, &["list"]).await;
    for text in [
        "address",
        "client@example.com",
        "ops@example.com",
        "admin",
        "active",
    ] {
        assert!(table.contains(text), "{text}: {table}");
    }
    let page = json(&app, &["list", "--role", "client"]).await;
    assert_eq!(page["items"][0]["email"], "client@example.com");
    assert_eq!(page["items"].as_array().map(Vec::len), Some(1));
    let page = json(&app, &["list", "--limit", "2"]).await;
    let cursor = page["next_cursor"].as_str().expect("a cursor");
    let rest = json(&app, &["list", "--limit", "2", "--cursor", cursor]).await;
    assert_eq!(rest["items"].as_array().map(Vec::len), Some(1));
    assert_eq!(rest["next_cursor"], Value::Null);
    let said = succeeds(&app, &["list", "--limit", "2"]).await;
    assert!(said.contains(&format!("more: --cursor {cursor}")), "{said}");
    let said = succeeds(&app, &["list", "--address", "nobody"]).await;
    assert!(said.contains("no such accounts"), "{said}");
    for account in ["Client@Example.com", &*client.id.to_string()] {
        let shown = json(&app, &["show", account]).await;
        assert_eq!(shown["id"], client.id.to_string());
        assert!(!shown.to_string().contains("argon2"), "{shown}");
        let table = succeeds(&app, &["show", account]).await;
        assert!(table.contains("last log-in"), "{table}");
    }
    fails(&app, &["show", "nobody@example.com"], "there is no account").await;
    fails(
        &app,
        &["show", "usr_01ARZ3NDEKTSV4RRFFQ69G5FAV"],
        "there is no account",
    )
    .await;
    fails(
        &app,
        &["show", "fil_01ARZ3NDEKTSV4RRFFQ69G5FAV"],
        "must be an e-mail address or an id",
    )
    .await;
}

#[tokio::test]
async fn roles_are_changed_and_accounts_disabled_enabled_and_deleted() {
    let app = App::start().await;
    let client = app.client().await;
    app.admin().await;
    let said = succeeds(&app, &["set-role", "client@example.com", "ops"]).await;
    assert!(said.contains("client@example.com is ops"), "{said}");
    app.get("/v1/me")
        .by(&client)
        .send()
        .await
        .problem(401, "unauthorized");
    fails(
        &app,
        &["set-role", "client@example.com", "root"],
        "client, ops or admin",
    )
    .await;
    let disabled = json(&app, &["disable", "client@example.com"]).await;
    assert_eq!(disabled["state"], "disabled");
    let refused = app.log_in(&client.email, PASSWORD).await;
    refused.problem(401, "invalid_credentials");
    succeeds(&app, &["enable", &client.id.to_string()]).await;
    app.log_in(&client.email, PASSWORD).await.expect(200);
    fails(
        &app,
        &["delete", "client@example.com"],
        "Run it again with --yes",
    )
    .await;
    let said = succeeds(&app, &["delete", "client@example.com", "--yes"]).await;
    assert!(said.contains(&client.id.to_string()), "{said}");
    fails(&app, &["show", "client@example.com"], "there is no account").await;
}

#[tokio::test]
async fn the_last_admin_is_kept_here_too() {
    let app = App::start().await;
    app.admin().await;
    let why = "make somebody else an admin first";
    fails(&app, &["set-role", "admin@example.com", "client"], why).await;
    fails(&app, &["disable", "admin@example.com"], why).await;
    fails(&app, &["delete", "admin@example.com", "--yes"], why).await;
    app.person("other@example.com", Role::Admin).await;
    succeeds(&app, &["disable", "admin@example.com"]).await;
    fails(&app, &["disable", "other@example.com"], why).await;
}

#[tokio::test]
async fn a_new_account_is_printed_as_json_for_scripts() {
    let app = App::start().await;
    let words = [
        "users",
        "create",
        "--email",
        "ops@example.com",
        "--role",
        "ops",
    ];
    let more = ["--password-stdin", "--if-absent", "--json"];
    for _ in 0..2 {
        let program = Program::bare(&[&words[..], &more].concat());
        let program = program.variable("MONGODB_URI", app.uri());
        let (code, said) = program.printed(PASSWORD).await;
        assert_eq!(code, 0, "{said}");
        let account: Value = serde_json::from_str(&said).expect("JSON");
        assert_eq!(account["email"], "ops@example.com");
        assert_eq!(account["role"], "ops");
    }
}
