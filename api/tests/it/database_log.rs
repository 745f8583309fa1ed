//! The database server's own log names nobody.

use dossier_common::queue::QueueSettings;
use dossier_common::store::Store;
use mongodb::bson::doc;
use serde_json::json;

use crate::harness::{OwnServer, PASSWORD, Program, Wire, eventually};

const ADDRESS: &str = "ada.lovelace@example.com";

/// Signs up, asks for another mail, and fails to log in.
async fn go_through_the_routes(uri: &str) {
    let running = Program::configured(uri).start().await;
    let wire = Wire::at(&running.listens("address"));
    for path in ["sign-up", "resend-verification", "login"] {
        let head = format!("POST /v1/auth/{path} HTTP/1.1\r\nContent-Type: application/json");
        let body = json!({ "email": ADDRESS, "password": PASSWORD }).to_string();
        let answer = wire.exchange(&head, body.as_bytes()).await;
        assert!(!answer.starts_with("HTTP/1.1 5"), "{answer}");
    }
    running.stop().await;
}

#[tokio::test]
async fn slow_commands_leave_no_address_in_the_log_of_the_server() {
    let own = OwnServer::start(false).await;
    let uri = own.server.uri("dossier");
    let store = Store::connect(&uri, "test", &QueueSettings::default()).await;
    let store = store.expect("it can be reached");
    let migrated = dossier_migrations::migrate(store.database(), |_| {}).await;
    migrated.expect("the migrations run");
    let log = || std::fs::read_to_string(&own.options.log).expect("a log");
    // Every command is a slow one from now on.
    let all_are_slow = doc! { "profile": 0, "slowms": -1 };
    let set = store.database().run_command(all_are_slow).await;
    set.expect("it can be set");
    go_through_the_routes(&uri).await;
    assert!(!log().contains("ada.lovelace"), "{}", log());
    // And it would have been there.
    let and_told = doc! { "profile": 0, "slowms": -1, "sampleRate": 1.0 };
    let set = store.database().run_command(and_told).await;
    set.expect("it can be set");
    go_through_the_routes(&uri).await;
    eventually("it is in the log", async || {
        log().contains("ada.lovelace").then_some(())
    })
    .await;
}
