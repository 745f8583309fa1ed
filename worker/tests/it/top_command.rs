//! `dossier-worker top` on a real terminal, which it gives back.

use std::process::Stdio;

use dossier_common::queue::backend::operator::QueueRecord;
use dossier_common::queue::{Job, SendEmail};
use dossier_devstack::testing::Proxy;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

use crate::harness::{Bench, CLIENT, PATIENCE, eventually};

/// Another page of the terminal, and back.
const ENTER: &str = "\u{1b}[?1049h";
const LEAVE: &str = "\u{1b}[?1049l";

/// `top` on a terminal of 100 columns and 30 lines, which `script` of util-linux makes.
struct Top {
    script: Child,
    keys: ChildStdin,
    screen: ChildStdout,
    seen: String,
}

impl Top {
    fn start(uri: &str, variables: &[(&str, &str)]) -> Self {
        let program = env!("CARGO_BIN_EXE_dossier-worker");
        let line =
            format!("stty cols 100 rows 30; echo pid=$$.; exec '{program}' top --interval 1");
        let mut script = Command::new("script");
        script.args(["--quiet", "--return", "--command", &line, "/dev/null"]);
        script
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .env("SHELL", "/bin/sh");
        script.env("TERM", "xterm-256color").env("MONGODB_URI", uri);
        script.envs(variables.iter().copied()).kill_on_drop(true);
        script.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut script = script.spawn().expect("script of util-linux is there");
        let keys = script.stdin.take().expect("there are keys");
        let screen = script.stdout.take().expect("there is a screen");
        Self {
            script,
            keys,
            screen,
            seen: String::new(),
        }
    }

    /// Reads until `words` have been written; nothing reads to the end.
    async fn read_until(&mut self, words: Option<&str>) {
        let reading = async {
            let mut bytes = [0; 4096];
            while words.is_none_or(|words| !self.seen.contains(words)) {
                match self.screen.read(&mut bytes).await {
                    Ok(0) | Err(_) => break,
                    Ok(read) => self.seen += &String::from_utf8_lossy(&bytes[..read]),
                }
            }
        };
        let read = tokio::time::timeout(PATIENCE, reading).await;
        assert!(read.is_ok(), "no {words:?}: {:?}", self.seen);
    }

    async fn shows(&mut self, words: &str) {
        self.read_until(Some(words)).await;
        assert!(self.seen.contains(words), "no {words}: {:?}", self.seen);
    }

    async fn press(&mut self, keys: &str) {
        let pressed = self.keys.write_all(keys.as_bytes()).await;
        pressed.expect("it takes keys");
        self.keys.flush().await.expect("it takes keys");
    }

    /// The process of `top` itself.
    fn pid(&self) -> &str {
        let (_, rest) = self.seen.split_once("pid=").expect("it is told");
        rest.split_once('.').expect("it ends").0
    }

    /// How it ended, and all that it wrote.
    async fn ended(mut self) -> (Option<i32>, String) {
        self.read_until(None).await;
        let status = self.script.wait().await.expect("it ends");
        (status.code(), self.seen)
    }
}

#[track_caller]
fn assert_given_back(seen: &str) {
    let (_, after) = seen.split_once(ENTER).expect("it takes another page");
    assert!(after.contains(LEAVE), "it goes back: {seen:?}");
}

#[tokio::test]
async fn it_pauses_a_queue_after_a_question_and_gives_the_terminal_back_at_q() {
    let bench = Bench::new().await;
    let user_id = bench.user(CLIENT, None).await.id;
    bench.enqueue(SendEmail::AccountExists { user_id }).await;
    let mut top = Top::start(bench.uri(), &[]);
    top.shows("mint-download-token").await;
    top.shows("workers").await;
    top.press("p").await;
    // Blanks are not written again, so that a word is all that can be looked for.
    top.shows("send-email?").await;
    top.press("y").await;
    eventually("the queue is paused", async || {
        let queues = bench.store().queue_operator().list_queues().await;
        let queues = queues.expect("they can be listed");
        let is_paused = |it: &QueueRecord| it.name == SendEmail::QUEUE && it.paused;
        queues.iter().any(is_paused).then_some(())
    })
    .await;
    top.press("q").await;
    let (code, seen) = top.ended().await;
    assert_eq!(code, Some(0), "{seen:?}");
    assert_given_back(&seen);
}

#[tokio::test]
async fn it_gives_the_terminal_back_at_sigterm_and_ctrl_c_and_has_no_colours_if_told() {
    let bench = Bench::new().await;
    let mut top = Top::start(bench.uri(), &[("NO_COLOR", "1")]);
    top.shows("mint-download-token").await;
    let told = Command::new("kill")
        .args(["-s", "TERM", top.pid()])
        .output();
    told.await.expect("signals can be sent");
    let (code, seen) = top.ended().await;
    assert_eq!(code, Some(0), "{seen:?}");
    assert_given_back(&seen);
    for colour in ["\u{1b}[38;", "\u{1b}[31m", "\u{1b}[33m"] {
        assert!(!seen.contains(colour), "{seen:?}");
    }
    let mut top = Top::start(bench.uri(), &[]);
    top.shows("mint-download-token").await;
    top.press("\u{3}").await;
    let (code, seen) = top.ended().await;
    assert_eq!(code, Some(0), "{seen:?}");
    assert_given_back(&seen);
}

#[tokio::test]
async fn it_says_since_when_the_database_does_not_answer_and_still_ends() {
    let bench = Bench::new().await;
    let proxy = Proxy::before(bench.uri()).await.expect("a proxy");
    let uri = proxy.uri(bench.store().database().name());
    let mut top = Top::start(&uri, &[]);
    top.shows("mint-download-token").await;
    proxy.cut_off();
    top.shows("answer").await;
    top.press("q").await;
    let (code, seen) = top.ended().await;
    assert_eq!(code, Some(0), "{seen:?}");
    assert_given_back(&seen);
}
