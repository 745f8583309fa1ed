//! `deploy/make-secrets`: what it makes, and that it changes nothing that is there.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output};

use dossier_devstack::environment;

use crate::checkout::text;

fn make(folder: &Path) -> Output {
    let script = environment::checkout().join("deploy/make-secrets");
    let mut command = Command::new("sh");
    command.arg(script).arg(folder).env_clear();
    command.env("PATH", "/usr/bin:/bin");
    let made = command.output().expect("there is a shell");
    assert!(made.status.success(), "{}", text(&made.stderr));
    made
}

/// The files of a folder, by name.
fn contents(folder: &Path) -> BTreeMap<String, String> {
    let entries = std::fs::read_dir(folder).expect("a folder");
    let files = entries.map(|entry| {
        let path = entry.expect("an entry").path();
        let name = path.file_name().expect("a name").to_string_lossy();
        let content = std::fs::read_to_string(&path).expect("it can be read");
        (name.into_owned(), content.trim().to_owned())
    });
    files.collect()
}

#[test]
fn secrets_are_made_once_and_only_their_owner_can_reach_them() {
    let parent = tempfile::tempdir().expect("a folder");
    let folder = parent.path().join("it's here");
    let said = make(&folder);
    assert!(
        text(&said.stdout).contains("write the address of your mail server"),
        "the mail server is not made up"
    );
    let made = contents(&folder);
    let names: Vec<&str> = made.keys().map(String::as_str).collect();
    let expected = [
        "blob_keys",
        "fernet_keys",
        "jwt_keys",
        "mongo_admin_password",
        "mongo_keyfile",
        "mongodb_migrate_uri",
        "mongodb_uri",
    ];
    assert_eq!(names, expected);
    let rights = std::fs::metadata(&folder).expect("it is there");
    assert_eq!(rights.permissions().mode() & 0o777, 0o700);

    make(&folder);
    assert_eq!(contents(&folder), made, "what is there stays");
    let another = parent.path().join("another");
    make(&another);
    // Keys may be those of the checkout's own .env.
    let others = contents(&another).into_iter();
    for (name, content) in others.filter(|(name, _)| name.starts_with("mongo")) {
        assert_ne!(made[&name], content, "{name} is random");
    }
}

#[test]
fn secrets_have_the_form_that_programs_and_mongod_want() {
    let parent = tempfile::tempdir().expect("a folder");
    let folder = parent.path().join("secrets");
    make(&folder);
    let made = contents(&folder);
    for (name, user) in [
        ("mongodb_uri", "programs"),
        ("mongodb_migrate_uri", "migrate"),
    ] {
        let uri = &made[name];
        let rest = uri.strip_prefix(&format!("mongodb://{user}:"));
        let (password, rest) = rest.and_then(|it| it.split_once('@')).expect(uri);
        assert_eq!(rest, "mongo:27017/dossier?replicaSet=rs0");
        assert!(password.len() == 48 && password.bytes().all(|it| it.is_ascii_hexdigit()));
    }
    // mongod takes 6 to 1024 characters of base64.
    assert_eq!(made["mongo_keyfile"].len(), 128);
    // Keys of the checkout's own .env are taken over; without them they are made.
    if !environment::checkout().join(".env").exists() {
        let fernet = &made["fernet_keys"];
        assert!(
            fernet.len() == 44 && !fernet.contains(['+', '/']),
            "{fernet}"
        );
        let (kid, secret) = made["jwt_keys"].split_once(':').expect("kid:key");
        assert_eq!((kid, secret.len()), ("k1", 44));
        let (kid, secret) = made["blob_keys"].split_once(':').expect("kid:key");
        assert_eq!((kid, secret.len()), ("b1", 44));
    }
}

#[test]
fn keys_of_an_env_file_go_on_to_be_used() {
    let copy = tempfile::tempdir().expect("a folder");
    let script = copy.path().join("deploy/make-secrets");
    std::fs::create_dir(copy.path().join("deploy")).expect("a folder");
    std::fs::copy(environment::checkout().join("deploy/make-secrets"), &script).expect("a copy");
    let settings =
        "FERNET_KEYS=old=\nFERNET_KEYS='new-_8=,old='\r\nexport JWT_KEYS=\"k2:a+/=\" # of May\n";
    std::fs::write(copy.path().join(".env"), settings).expect("it can be written");
    let made = Command::new("sh").arg(&script).output().expect("a shell");
    assert!(made.status.success(), "{}", text(&made.stderr));
    let made = contents(&copy.path().join("secrets"));
    assert_eq!(made["fernet_keys"], "new-_8=,old=", "the last one counts");
    assert_eq!(made["jwt_keys"], "k2:a+/=");
}

#[test]
fn a_file_that_somebody_wrote_is_not_asked_for_again() {
    let parent = tempfile::tempdir().expect("a folder");
    let folder = parent.path().join("secrets");
    make(&folder);
    let server = "smtps://ada:pass@mail.example.com";
    std::fs::write(folder.join("smtp_url"), server).expect("it can be written");
    let said = make(&folder);
    assert_eq!(text(&said.stdout), "", "nothing is left to do");
    assert_eq!(contents(&folder)["smtp_url"], server);
}
