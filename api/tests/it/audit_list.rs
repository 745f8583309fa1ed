//! Admins read the audit, page by page, and narrow it.

use dossier_common::user::Role;
use serde_json::{Value, json};

use crate::harness::{App, PASSWORD, Person, Program, Wire};

const ADA: &str = "ada@example.com";

async fn admin(app: &App) -> Person {
    app.person("admin@example.com", Role::Admin).await
}

/// What the audit says, narrowed by these parameters.
async fn list(app: &App, admin: &Person, query: &str) -> Value {
    let call = app.get(&format!("/v1/admin/audit{query}")).by(admin);
    call.send().await.expect(200).json()
}

fn acts(page: &Value) -> Vec<&str> {
    let items = page["items"].as_array().expect("items");
    let acts = items.iter().map(|item| item["act"].as_str());
    acts.map(|act| act.expect("an act")).collect()
}

/// Three log-ins of one account: two that fail, and one that does not.
async fn three_log_ins(app: &App) {
    app.account(ADA, Role::Client, true).await;
    for password in ["a wrong password", "another wrong one", PASSWORD] {
        app.log_in(ADA, password).await;
        app.state.clock.advance(std::time::Duration::from_secs(1));
    }
}

#[tokio::test]
async fn entries_come_newest_first_with_everything_there_is_to_tell() {
    let app = App::start().await;
    let admin = admin(&app).await;
    three_log_ins(&app).await;
    let page = list(&app, &admin, "").await;
    assert_eq!(page["next_cursor"], Value::Null);
    assert_eq!(acts(&page), ["log_in", "log_in", "log_in"]);
    let (done, failed) = (&page["items"][0], &page["items"][1]);
    assert_eq!(done["outcome"], "done");
    assert_eq!(done["actor"], "person");
    assert_eq!(done["role"], "client");
    assert_eq!(failed["outcome"], "failed");
    assert_eq!(failed["reason"], "invalid_credentials");
    assert_eq!(failed["actor"], "anybody");
    assert_eq!(failed["user_id"], Value::Null);
    assert_eq!(failed["objects"][0], done["user_id"]);
    assert_eq!(failed["network"], "127.0.0.1");
    assert_eq!(failed["count"], 1);
    let again = list(&app, &admin, "").await;
    assert_eq!(acts(&again)[0], "read_audit");
}

#[tokio::test]
async fn every_parameter_narrows_the_list() {
    let app = App::start().await;
    let admin = admin(&app).await;
    three_log_ins(&app).await;
    let page = list(&app, &admin, "?act=log_in").await;
    let items = &page["items"];
    let (user, second) = (items[0]["user_id"].clone(), items[1]["at"].clone());
    let (user, second) = (user.as_str().expect("id"), second.as_str().expect("time"));
    for (query, expected) in [
        ("outcome=done".to_owned(), 1),
        ("outcome=failed".to_owned(), 2),
        (format!("user={user}"), 1),
        (format!("object={user}"), 2),
        ("network=127.0.0.1".to_owned(), 3),
        ("network=192.0.2.1".to_owned(), 0),
        (format!("from={second}"), 2),
        (format!("until={second}"), 1),
        (format!("from={second}&outcome=failed"), 1),
        ("act=upload".to_owned(), 0),
    ] {
        let query = format!("?act=log_in&{query}").replace("?act=log_in&act=", "?act=");
        let page = list(&app, &admin, &query).await;
        assert_eq!(acts(&page).len(), expected, "{query}");
    }
    for wrong in [
        "act=everything",
        "outcome=good",
        "user=fil_01JD3Y5T6ZQ8R9WABCDEFGHJKM",
        "object=",
        "from=yesterday",
        "until=1",
        "until=2026-11-26T08:00:00Z&from=2026-11-26T08:00:00.001Z",
        "limit=0",
        "cursor=x",
        "who=ada",
    ] {
        let call = app.get(&format!("/v1/admin/audit?{wrong}")).by(&admin);
        let answer = call.send().await;
        let problem = answer.problem(422, "invalid_fields");
        let (field, _) = wrong.split_once('=').expect("a name");
        assert_eq!(problem["errors"][0]["field"], json!(field));
    }
}

#[tokio::test]
async fn pages_follow_one_another_while_entries_are_added() {
    let app = App::start().await;
    let admin = admin(&app).await;
    three_log_ins(&app).await;
    let mut seen = Vec::new();
    let mut query = "?act=log_in&limit=1".to_owned();
    loop {
        let page = list(&app, &admin, &query).await;
        seen.push(page["items"][0]["id"].as_str().expect("an id").to_owned());
        app.log_in(ADA, PASSWORD).await.expect(200);
        app.state.clock.advance(std::time::Duration::from_secs(1));
        let Some(cursor) = page["next_cursor"].as_str() else {
            break;
        };
        query = format!("?act=log_in&limit=1&cursor={cursor}");
    }
    assert_eq!(seen.len(), 3);
    assert!(seen.is_sorted_by(|a, b| a > b), "{seen:?}");
}

#[tokio::test]
async fn a_request_is_logged_with_who_sent_it() {
    let app = App::start().await;
    let user = app.account(ADA, Role::Client, true).await;
    let running = Program::configured(app.uri()).start().await;
    let wire = Wire::at(&running.listens("address"));
    let head = "POST /v1/auth/login HTTP/1.1\r\nContent-Type: application/json";
    let body = json!({ "email": ADA, "password": PASSWORD }).to_string();
    let answer = wire.exchange(head, body.as_bytes()).await;
    let (_, body) = answer.split_once("\r\n\r\n").expect("a body");
    let tokens: Value = serde_json::from_str(body).expect("JSON");
    let token = tokens["access_token"].as_str().expect("a token");
    let head = format!("GET /v1/me HTTP/1.1\r\nAuthorization: Bearer {token}");
    wire.exchange(&head, b"").await;
    let (_, log) = running.stop().await;
    let line = log.lines().find(|line| line.contains("GET /v1/me"));
    let line: Value = serde_json::from_str(line.expect("a line")).expect("JSON");
    assert_eq!(line["user_id"], json!(user.id.to_string()));
    assert_eq!(line["network"], "127.0.0.1");
    let device = tokens["device_token"].as_str().expect("a token");
    for quiet in [token, device, ADA] {
        assert!(!log.contains(quiet), "{quiet}");
    }
}

#[tokio::test]
async fn operators_read_it_on_the_command_line() {
    let app = App::start().await;
    three_log_ins(&app).await;
    let run = |arguments: &[&str]| {
        let program = Program::bare(&[&["audit", "list"], arguments].concat());
        program.variable("MONGODB_URI", app.uri()).printed("")
    };
    let (code, said) = run(&["--outcome", "failed", "--json"]).await;
    assert_eq!(code, 0, "{said}");
    let page: Value = serde_json::from_str(&said).expect("JSON");
    assert_eq!(acts(&page), ["log_in", "log_in"]);
    let (code, said) = run(&["--limit", "1"]).await;
    assert_eq!(code, 0, "{said}");
    assert!(
        said.contains("log_in") && said.contains("more: --after aud_"),
        "{said}"
    );
    let (code, said) = run(&["--act", "upload"]).await;
    assert_eq!((code, said.trim()), (0, "no such entries"));
    let (code, said) = run(&["--act", "everything"]).await;
    assert_eq!(code, 2, "{said}");
}
