//! "Back up" and "Restore": a database goes on from the files of a secondary, and no mail is sent again.

use std::path::{Path, PathBuf};

use dossier_devstack::mail::Behaviour;
use dossier_devstack::mongod::{Mongod, MongodOptions, ReplicaSet};
use dossier_devstack::stack::StackOptions;
use dossier_devstack::story::Inbox;
use dossier_devstack::testing::FERNET_KEY;
use mongodb::Client;
use mongodb::bson::{Document, doc};
use serde_json::json;

use super::scenario::Scenario;
use super::shell::mongod_binary;
use crate::harness::{TestStack, eventually};

/// Whose mail goes out after the backup.
const SENT: &str = "sent@dossier.example";
/// Who still waits for one when the data is lost.
const WAITS: &str = "waits@dossier.example";

/// A secondary of the set that has both sign-ups: the number of the member.
async fn secondary(set: &ReplicaSet) -> usize {
    let primary = set.primary().await.expect("a primary").port();
    let mut members = set.members().iter().enumerate();
    let found = members.find(|(_, member)| member.port() != primary);
    let (number, member) = found.expect("a set of three has a secondary");
    let client = Client::with_uri_str(member.uri("dossier")).await;
    let client = client.expect("a client");
    let sign_ups = client
        .database("dossier")
        .collection::<Document>("sign_ups");
    eventually("the secondary has both sign-ups", || async {
        let count = sign_ups.count_documents(doc! {}).await;
        matches!(count, Ok(2)).then_some(())
    })
    .await;
    client.shutdown().await;
    number
}

/// Goes through "Back up"; the keys are the stack's.
async fn back_up(stack: &TestStack, folder: &Path, dbpath: &Path) {
    let secrets = folder.join("secrets");
    std::fs::create_dir(&secrets).expect("there is room");
    for (name, keys) in [
        ("fernet_keys", &stack.secrets().fernet_keys),
        ("jwt_keys", &stack.secrets().jwt_keys),
    ] {
        std::fs::write(secrets.join(name), keys).expect("it can be written");
    }
    let mut page = Scenario::on(stack, "Back up").await;
    page.set("SECONDARY_DBPATH", &text(dbpath));
    page.set("SECRETS", &text(&secrets));
    page.set("BACKUP", &text(&folder.join("backup")));
    page.set("KEYS_BACKUP", &text(&folder.join("keys")));
    page.step("mongod --shutdown").await;
    page.step("cp -a").await;
    page.end();
}

/// What the mail server logs of the one mail to an address.
fn log_line(stack: &TestStack, address: &str) -> String {
    let mails = stack.mail().mailbox().messages_to(address);
    assert_eq!(mails.len(), 1, "mails to {address}");
    let id = mails[0].header("message-id").expect("a Message-ID");
    format!("postfix/cleanup[7]: 4XyZ: message-id={id}\n")
}

fn text(path: &Path) -> String {
    path.display().to_string()
}

#[tokio::test]
async fn a_restored_database_goes_on_and_mails_that_were_sent_are_not_sent_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    let binary = mongod_binary().await;
    let set = ReplicaSet::start(&binary, folder, 3).await;
    let set = set.expect("it starts");
    let state: PathBuf = folder.join("state");
    let in_state = |options| StackOptions {
        state_dir: state.clone(),
        ..options
    };
    let uri = set.uri("dossier");
    let mut stack = TestStack::start_on(&uri, |options| in_state(options).workers(0)).await;
    let password = json!({ "current_password": stack.secrets().ops.password });
    let begun = stack.ops().await.post("/v1/me/totp", &password).await;
    begun
        .and_then(|answer| answer.expect(200))
        .expect("a seed is stored");
    for address in [SENT, WAITS] {
        stack.sign_up(address).await;
    }
    let number = secondary(&set).await;
    back_up(&stack, folder, &folder.join(format!("member-{number}"))).await;

    // After the backup one mail goes out, and then the data is lost.
    let refuses = Behaviour::reject(451).only_for(WAITS);
    stack.mail().behave(refuses).expect("a server can be so");
    stack.start_worker().await.expect("a worker starts");
    let inbox = Inbox::at(&stack.mail().inbox_url());
    let (_, token) = inbox.verification_link(SENT).await.expect("a mail");
    std::fs::write(folder.join("mail.log"), log_line(&stack, SENT)).expect("it can be written");
    let mut page = Scenario::on(&stack, "Restore").await;
    drop(stack);
    set.kill().await;

    page.set("BACKUP", &text(&folder.join("backup")));
    page.set("DBPATH", &text(&folder.join("restored")));
    page.set("MAIL_LOG", &text(&folder.join("mail.log")));
    page.step("cp -a").await;
    let options = MongodOptions::for_test(folder).expect("a free port");
    let options = MongodOptions {
        data_dir: folder.join("restored"),
        ..options
    };
    let server = Mongod::start(&binary, &options).await;
    let server = server.expect("it starts on the copy");
    page.set("MONGODB_URI", &server.uri("dossier"));
    page.step("migrate up").await;
    let kept = |name: &str| std::fs::read_to_string(folder.join("keys").join(name));
    page.set("JWT_KEYS", &kept("jwt_keys").expect("it is kept"));
    page.set("FERNET_KEYS", FERNET_KEY);
    let said = page.refused("keys reseal").await;
    let wrong = "no key of FERNET_KEYS opens the seeds of usr_";
    assert!(said.contains(wrong), "{said}");
    page.set("FERNET_KEYS", &kept("fernet_keys").expect("it is kept"));
    page.step("keys reseal").await;
    page.step("mail taken").await;
    let stack = TestStack::start_on(&server.uri("dossier"), in_state).await;
    page.take_from(&stack);
    page.step("jobs list").await;
    page.end();

    assert_eq!(stack.mails_to(SENT), 0, "it was sent again");
    assert_eq!(stack.mails_to(WAITS), 1);
    let body = json!({ "token": token, "password": "correct horse battery staple" });
    let confirmed = stack.anyone().post("/v1/auth/verify-email", &body).await;
    confirmed
        .and_then(|answer| answer.expect(200))
        .expect("the link of the mail that was sent works");
    drop(stack);
    server.process().kill().await;
}
