//! A new database gets its replica set, users and schema in the steps of `deploy/mongo/init.js`, and the
//! users that it makes there have the rights they need.

use std::os::unix::fs::PermissionsExt;

use mongodb::bson::{Document, doc};
use mongodb::error::ErrorKind;
use mongodb::{Client, Database};

use crate::harness::{Program, eventually, mongod_with};

const INIT: &str = include_str!("../../../deploy/mongo/init.js");
const ROLE: &str = include_str!("../../../deploy/mongo/role.json");

const ALREADY_INITIALIZED: i32 = 23;
const UNAUTHORIZED: i32 = 13;

async fn database(uri: &str, name: &str) -> Database {
    let client = Client::with_uri_str(uri).await.expect("a client");
    client.database(name)
}

/// The code with which the server refuses a command.
async fn refused(database: &Database, command: Document) -> i32 {
    let answer = database.run_command(command).await;
    let error = answer.expect_err("it is refused");
    match *error.kind {
        ErrorKind::Command(command) => command.code,
        other => panic!("{other:?}"),
    }
}

async fn run(database: &Database, command: Document) {
    let said = format!("{command}");
    database.run_command(command).await.expect(&said);
}

#[tokio::test]
async fn the_users_that_a_deployment_makes_have_the_rights_they_need() {
    let secrets = tempfile::tempdir().expect("a folder");
    let key = secrets.path().join("key");
    std::fs::write(&key, "c2VjcmV0IGtleSBvZiBhIHRlc3Q=").expect("it can be written");
    let only_owner = std::fs::Permissions::from_mode(0o400);
    std::fs::set_permissions(&key, only_owner).expect("it is ours");
    let key = key.to_str().expect("a path");
    let arguments = ["--replSet", "rs0", "--auth", "--keyFile", key];
    let (_server, _folder, uri) = mongod_with(&arguments).await;
    let address = uri.strip_prefix("mongodb://").expect("an address");
    let address = address.strip_suffix("/dossier").expect("a database");

    let direct = format!("mongodb://{address}/?directConnection=true");
    let nobody = database(&direct, "admin").await;
    let set = doc! { "_id": "rs0", "members": [{ "_id": 0, "host": address }] };
    let initiate = doc! { "replSetInitiate": set };
    run(&nobody, initiate.clone()).await;
    assert_eq!(
        refused(&nobody, initiate.clone()).await,
        ALREADY_INITIALIZED
    );
    eventually("there is a primary", async || {
        let hello = nobody.run_command(doc! { "hello": 1 }).await.ok()?;
        hello.get_bool("isWritablePrimary").ok()?.then_some(())
    })
    .await;
    let admin = doc! { "createUser": "admin", "pwd": "secret", "roles": ["root"] };
    run(&nobody, admin.clone()).await;
    // Every start but the first one meets this.
    assert_eq!(refused(&nobody, admin).await, UNAUTHORIZED);
    assert_eq!(refused(&nobody, initiate).await, UNAUTHORIZED);

    let of_admin = format!("mongodb://admin:secret@{address}/?directConnection=true");
    let dossier = database(&of_admin, "dossier").await;
    let mut role: Document = serde_json::from_str(ROLE).expect("JSON");
    let name = role.remove("role").expect("a name");
    let mut create = doc! { "createRole": name.clone() };
    create.extend(role);
    run(&dossier, create).await;
    let migrating = ["readWrite", "dbAdmin"];
    assert!(INIT.contains(&format!("{migrating:?}")), "as it says");
    let user = doc! { "createUser": "programs", "pwd": "secret", "roles": [name] };
    run(&dossier, user).await;
    let user = doc! { "createUser": "migrate", "pwd": "secret", "roles": migrating.to_vec() };
    run(&dossier, user).await;

    let of = |user: &str| format!("mongodb://{user}:secret@{address}/dossier?replicaSet=rs0");
    let migrating = database(&of("migrate"), "dossier").await;
    let migrated = dossier_migrations::migrate(&migrating, |_| {}).await;
    assert!(migrated.expect("it may migrate") > 0);
    let kept = dossier_migrations::keep_audit_for(&migrating, 30).await;
    kept.expect("it may say how long the audit is kept");
    let running = Program::configured(&of("programs")).start().await;
    let (code, log) = running.stop().await;
    assert_eq!(code, 0, "{log}");
    assert!(!log.contains("not authorized"), "{log}");
}
