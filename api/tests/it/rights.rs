//! The documented rights are enough, and with them the audit cannot be changed.

use std::os::unix::fs::PermissionsExt;
use std::process::Stdio;

use mongodb::Client;
use mongodb::bson::{Document, doc};
use mongodb::error::ErrorKind;
use serde_json::json;
use tokio::process::{Child, Command};

use crate::harness::{App, OwnServer, PASSWORD, Program, Wire, eventually};

const OPERATIONS: &str = include_str!("../../../docs/OPERATIONS.md");

/// What a server says to whoever may not do something.
const UNAUTHORIZED: i32 = 13;

/// The documented role, as the server's command that creates it.
fn documented_role() -> Document {
    let (_, call) = OPERATIONS.split_once(".createRole(").expect("a role");
    let (argument, _) = call.split_once("\n)").expect("the call ends");
    let mut argument: Document = serde_json::from_str(argument).expect("it is JSON");
    let mut command = doc! { "createRole": argument.remove("role").expect("a name") };
    command.extend(argument);
    command
}

/// A server that asks who is there, with a user who has the documented role alone.
async fn guarded_server() -> (OwnServer, Child, String) {
    let own = OwnServer::start(false).await;
    let client = Client::with_uri_str(own.server.uri("dossier")).await;
    let database = client.expect("a client").database("dossier");
    let migrated = dossier_migrations::migrate(&database, |_| {}).await;
    migrated.expect("the migrations run");
    let role = documented_role();
    let name = role.get_str("createRole").expect("a name").to_owned();
    database.run_command(role).await.expect("the role is good");
    let user = doc! { "createUser": "programs", "pwd": "secret", "roles": [name] };
    database.run_command(user).await.expect("a user");
    own.server.stop().await;
    let folder = own.options.data_dir.parent().expect("a folder");
    let key = folder.join("key");
    std::fs::write(&key, "c2VjcmV0IGtleSBvZiBhIHRlc3Q=").expect("it can be written");
    let only_owner = std::fs::Permissions::from_mode(0o400);
    std::fs::set_permissions(&key, only_owner).expect("it is ours");
    let port = own.options.port;
    let server = Command::new(&own.binary.path)
        .args([
            "--replSet",
            "rs0",
            "--bind_ip",
            "127.0.0.1",
            "--nounixsocket",
        ])
        .args(["--auth", "--wiredTigerCacheSizeGB", "0.3", "--keyFile"])
        .arg(&key)
        .args(["--port", &port.to_string(), "--dbpath"])
        .arg(&own.options.data_dir)
        .stdout(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .expect("it starts");
    let uri = format!("mongodb://programs:secret@127.0.0.1:{port}/dossier?replicaSet=rs0");
    (own, server, uri)
}

#[tokio::test]
async fn the_documented_role_is_enough_and_takes_nothing_from_the_audit() {
    let (_own, _server, uri) = guarded_server().await;
    let client = Client::with_uri_str(&uri).await.expect("a client");
    let audit = client.database("dossier").collection::<Document>("audit");
    eventually("the server lets its user in", async || {
        audit.count_documents(doc! {}).await.ok()
    })
    .await;
    let running = Program::configured(&uri).start().await;
    let wire = Wire::at(&running.listens("address"));
    let post = async |path: &str| {
        let head = format!("POST /v1/auth/{path} HTTP/1.1\r\nContent-Type: application/json");
        let body = json!({ "email": "ada@example.com", "password": PASSWORD }).to_string();
        wire.exchange(&head, body.as_bytes()).await
    };
    let signed_up = post("sign-up").await;
    assert!(signed_up.starts_with("HTTP/1.1 202 "), "{signed_up}");
    let unconfirmed = post("login").await;
    assert!(unconfirmed.starts_with("HTTP/1.1 401 "), "{unconfirmed}");
    let (code, log) = running.stop().await;
    assert_eq!(code, 0, "{log}");
    assert!(!log.contains("not authorized"), "{log}");
    assert_eq!(audit.count_documents(doc! {}).await.expect("readable"), 2);
    let changed = audit.update_many(doc! {}, doc! { "$set": { "reason": "x" } });
    let removed = audit.delete_many(doc! {});
    let refused = [changed.await.map(drop), removed.await.map(drop)];
    for refused in refused {
        let error = refused.expect_err("it is not allowed");
        let code = match *error.kind {
            ErrorKind::Command(command) => command.code,
            other => panic!("{other:?}"),
        };
        assert_eq!(code, UNAUTHORIZED);
    }
    assert_eq!(audit.count_documents(doc! {}).await.expect("readable"), 2);
}

#[tokio::test]
async fn the_documented_role_names_every_collection_of_the_programs() {
    let app = App::start().await;
    let role = documented_role().to_string();
    let names = app.database().list_collection_names().await;
    for name in names.expect("they can be listed") {
        // That of verifications is of the release before.
        let is_of_others =
            name.starts_with("schema_") || name.starts_with("system.") || name == "verifications";
        let is_named = role.contains(&format!("\"{name}\""));
        assert!(is_of_others || is_named, "{name} is in no privilege");
    }
}
