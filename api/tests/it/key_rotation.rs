//! Keys are exchanged while processes serve: no token that one of them mints is refused by another.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use dossier_common::user::Role;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::harness::{
    App, Device, FERNET_KEY, JWT_KEYS, NewFile, PASSWORD, Program, Running, Wire, eventually,
};

const NEW_FERNET: &str = "hcxFMSpPSqDeu_Xa2eFfFtibVqtjgT8t6XlH8NHdjNc=";
const NEW_JWT: &str = "k2:Tm90aGluZyB0byBzZWUgaGVyZSwgbW92ZSBhbG9uZyE=";

/// A serving process whose keys come from files.
struct Process {
    running: Running,
    folder: TempDir,
}

impl Process {
    async fn start(app: &App) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        write_keys(folder.path(), &[FERNET_KEY], &[JWT_KEYS]);
        let path = |name| file(folder.path(), name).to_string_lossy().into_owned();
        let program = Program::configured(app.uri())
            .variable("FERNET_KEYS", "")
            .variable("FERNET_KEYS_FILE", &path("fernet"))
            .variable("JWT_KEYS", "")
            .variable("JWT_KEYS_FILE", &path("jwt"));
        let running = program.start().await;
        Self { running, folder }
    }

    fn wire(&self) -> Wire {
        Wire::at(&self.running.listens("address"))
    }

    /// Changes the keys and waits until the process accepts them; what it says of them.
    async fn change_keys(&self, fernet: &[&str], jwt: &[&str]) -> String {
        let before = self.accepted().await;
        write_keys(self.folder.path(), fernet, jwt);
        assert!(self.running.signal("HUP").await);
        eventually("it accepts other keys", async || {
            let now = self.accepted().await;
            (now != before).then_some(now)
        })
        .await
    }

    /// The line of `/readyz` on the keys.
    async fn accepted(&self) -> String {
        let wire = Wire::at(&self.running.listens("metrics"));
        let answer = wire.exchange("GET /readyz HTTP/1.1", b"").await;
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        answer.lines().last().expect("a line").to_owned()
    }
}

fn file(folder: &Path, name: &str) -> PathBuf {
    folder.join(name)
}

fn write_keys(folder: &Path, fernet: &[&str], jwt: &[&str]) {
    for (name, keys) in [("fernet", fernet), ("jwt", jwt)] {
        std::fs::write(file(folder, name), keys.join(",")).expect("it can be written");
    }
}

/// A request to a process: the status and the body.
async fn ask(wire: &Wire, line: &str, bearer: &str, body: &Value) -> (u16, Value) {
    let head = format!(
        "{line} HTTP/1.1\r\nContent-Type: application/json\r\nAuthorization: Bearer {bearer}"
    );
    let body = if body.is_null() {
        String::new()
    } else {
        body.to_string()
    };
    let answer = wire.exchange(&head, body.as_bytes()).await;
    let status = answer[9..12].parse().expect("a status");
    let (_, body) = answer.split_once("\r\n\r\n").expect("a body");
    (status, serde_json::from_str(body).unwrap_or_default())
}

/// Logs in at one process, with a code or without; the access token.
async fn log_in(wire: &Wire, email: &str, code: &Value) -> String {
    let body = json!({ "email": email, "password": PASSWORD, "totp": code });
    let (status, tokens) = ask(wire, "POST /v1/auth/login", "", &body).await;
    assert_eq!(status, 200, "{tokens}");
    tokens["access_token"].as_str().expect("a token").to_owned()
}

/// Logs in at one process, and gets the access token and a cursor from it.
async fn tokens_of(wire: &Wire) -> (String, String) {
    let token = log_in(wire, "ops@example.com", &Value::Null).await;
    let (status, page) = ask(wire, "GET /v1/files?limit=1", &token, &Value::Null).await;
    assert_eq!(status, 200, "{page}");
    let cursor = page["next_cursor"].as_str().expect("a cursor").to_owned();
    (token, cursor)
}

/// The statuses of two requests with these tokens.
async fn use_tokens(wire: &Wire, (token, cursor): &(String, String)) -> [u16; 2] {
    let next = format!("GET /v1/files?limit=1&cursor={cursor}");
    let (me, _) = ask(wire, "GET /v1/me", token, &Value::Null).await;
    let (page, _) = ask(wire, &next, token, &Value::Null).await;
    [me, page]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rotation_in_two_phases_is_not_noticed_by_anybody() {
    let app = App::start().await;
    let ops = app.person("ops@example.com", Role::Ops).await;
    for _ in 0..2 {
        app.received(&ops, NewFile::default()).await;
    }
    let processes = [Process::start(&app).await, Process::start(&app).await];
    let (rotating, used) = (Arc::new(AtomicBool::new(true)), Arc::new(AtomicU64::new(0)));
    let load = {
        let wires = [processes[0].wire(), processes[1].wire()];
        let (rotating, used) = (rotating.clone(), used.clone());
        tokio::spawn(async move {
            let mut refused = Vec::new();
            while rotating.load(Ordering::Relaxed) {
                for (mints, accepts) in [(0, 1), (1, 0)] {
                    let tokens = tokens_of(&wires[mints]).await;
                    let statuses = use_tokens(&wires[accepts], &tokens).await;
                    refused.extend(statuses.into_iter().filter(|status| *status != 200));
                    used.fetch_add(1, Ordering::Relaxed);
                }
            }
            refused
        })
    };
    let some_more = async || {
        let before = used.load(Ordering::Relaxed);
        eventually("tokens are used", async || {
            (used.load(Ordering::Relaxed) >= before + 4).then_some(())
        })
        .await;
    };
    let first = tokens_of(&processes[0].wire()).await;
    for (fernet, jwt) in [
        ([FERNET_KEY, NEW_FERNET], [JWT_KEYS, NEW_JWT]),
        ([NEW_FERNET, FERNET_KEY], [NEW_JWT, JWT_KEYS]),
    ] {
        for process in &processes {
            process.change_keys(&fernet, &jwt).await;
            some_more().await;
        }
        let [one, other] = [processes[0].accepted().await, processes[1].accepted().await];
        assert_eq!(one, other);
    }
    rotating.store(false, Ordering::Relaxed);
    assert_eq!(load.await.expect("it ends well"), Vec::<u16>::new());
    assert_eq!(use_tokens(&processes[1].wire(), &first).await, [200, 200]);
    // The end of it: what the old keys minted is refused, what the new ones did is not.
    let second = tokens_of(&processes[0].wire()).await;
    for process in &processes {
        let accepted = process.change_keys(&[NEW_FERNET], &[NEW_JWT]).await;
        assert!(accepted.ends_with("JWT_KEYS k2"), "{accepted}");
        assert!(!accepted.contains(&NEW_FERNET[..6]), "{accepted}");
        assert_eq!(use_tokens(&process.wire(), &second).await, [200, 200]);
        assert_eq!(use_tokens(&process.wire(), &first).await[0], 401);
    }
}

#[tokio::test]
async fn seeds_of_second_factors_that_nobody_uses_go_over_to_a_new_key_by_a_command() {
    let app = App::start().await;
    let (ada, eve) = ("ada@example.com", "eve@example.com");
    let owner = app.account(ada, Role::Ops, true).await;
    app.account(eve, Role::Client, true).await;
    let process = Process::start(&app).await;
    // One second factor is enabled, one begun.
    let device = begin_totp(&process, ada).await;
    let code = json!({ "code": device.code() });
    let token = log_in(&process.wire(), ada, &Value::Null).await;
    let (status, said) = ask(&process.wire(), "POST /v1/me/totp/confirm", &token, &code).await;
    assert_eq!(status, 200, "{said}");
    begin_totp(&process, eve).await;
    let reseal = async |keys: &str| {
        let program = Program::bare(&["keys", "reseal"]).variable("FERNET_KEYS", keys);
        program.variable("MONGODB_URI", app.uri()).run("").await
    };
    // Without the old key there is nothing that could be done, and it says for whom.
    let (code, said) = reseal(NEW_FERNET).await;
    assert!(code == 1 && said.contains(&owner.id.to_string()), "{said}");
    let both = format!("{NEW_FERNET},{FERNET_KEY}");
    for (sealed, keys) in [(2, both.as_str()), (0, NEW_FERNET)] {
        let (code, said) = reseal(keys).await;
        assert_eq!(code, 0, "{said}");
        assert!(said.contains(&format!(": {sealed} seeds")), "{said}");
    }
    process.change_keys(&[NEW_FERNET], &[JWT_KEYS]).await;
    let code = json!(device.next_code());
    log_in(&process.wire(), ada, &code).await;
}

/// Begins a second factor; the app.
async fn begin_totp(process: &Process, email: &str) -> Device {
    let token = log_in(&process.wire(), email, &Value::Null).await;
    let body = json!({ "current_password": PASSWORD });
    let (status, begun) = ask(&process.wire(), "POST /v1/me/totp", &token, &body).await;
    assert_eq!(status, 200, "{begun}");
    Device::of_now(begun["secret"].as_str().expect("a seed"))
}

#[tokio::test]
async fn keys_that_cannot_be_read_leave_the_ones_before_in_use() {
    let app = App::start().await;
    app.account("ops@example.com", Role::Ops, true).await;
    let process = Process::start(&app).await;
    let before = process.accepted().await;
    for (fernet, jwt) in [(NEW_FERNET, "k2:short"), ("s3cret", NEW_JWT), ("", NEW_JWT)] {
        write_keys(process.folder.path(), &[fernet], &[jwt]);
        process.running.signal("HUP").await;
    }
    let said = "the keys stay as they are";
    eventually("it says so", async || {
        process.running.has_said(said).then_some(())
    })
    .await;
    assert_eq!(process.accepted().await, before);
    let body = json!({ "email": "ops@example.com", "password": PASSWORD });
    let (status, _) = ask(&process.wire(), "POST /v1/auth/login", "", &body).await;
    assert_eq!(status, 200);
    let (code, log) = process.running.stop().await;
    assert_eq!(code, 0);
    assert!(!log.contains("s3cret") && !log.contains("short,"), "{log}");
}

#[tokio::test]
async fn new_keys_are_drawn_and_the_ones_there_are_checked_on_the_command_line() {
    let (code, fernet) = Program::bare(&["keys", "generate", "fernet"]).run("").await;
    assert_eq!(code, 0, "{fernet}");
    let (code, jwt) = Program::bare(&["keys", "generate", "jwt", "--kid", "k7"])
        .run("")
        .await;
    assert!(code == 0 && jwt.starts_with("k7:"), "{jwt}");
    let (code, said) = Program::bare(&["keys", "generate", "jwt", "--kid", "a b"])
        .run("")
        .await;
    assert!(code != 0 && said.contains("letters, digits"), "{said}");
    let fernet = format!("{},{FERNET_KEY}", fernet.trim());
    let check = |more: &'static [&'static str]| {
        Program::bare(&[&["keys", "check"], more].concat())
            .variable("FERNET_KEYS", &fernet)
            .variable("JWT_KEYS", jwt.trim())
    };
    let (code, said) = check(&[]).run("").await;
    assert_eq!(code, 0, "{said}");
    assert!(
        said.contains("k7  mints") && !said.contains(FERNET_KEY),
        "{said}"
    );
    let (_, said) = check(&["--json"]).run("").await;
    let lists: Value = serde_json::from_str(&said).expect("JSON");
    assert_eq!(lists[0]["ids"].as_array().map(Vec::len), Some(2));
    assert_eq!(
        lists[1],
        json!({ "variable": "JWT_KEYS", "ids": ["k7"], "from_file": false })
    );
    let (code, said) = check(&[]).variable("JWT_KEYS", "k1:short").run("").await;
    assert!(
        code != 0 && said.contains("JWT_KEYS") && !said.contains("k1:short"),
        "{said}"
    );
}
