//! Runs commands of the runbook as an operator's shell would: what one block sets, the next one has.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use dossier_devstack::mongod::{self, MongodBinary};
use dossier_devstack::progress::Progress;
use tempfile::TempDir;
use tokio::process::Command;
use tokio::time::Instant;

use super::page::Block;
use crate::checkout::text;
use crate::harness::{PATIENCE, prepared};

/// How long the commands of one block may take.
const LIMIT: Duration = Duration::from_secs(60);

/// How long a block that is run again waits for that.
const POLL_EVERY: Duration = Duration::from_millis(100);

/// The file in which a block leaves its variables to the next one.
const VARIABLES: &str = ".variables";

/// The server that is run on this machine.
pub(super) async fn mongod_binary() -> MongodBinary {
    let find = tokio::task::spawn_blocking(|| mongod::find(Progress::Lines));
    find.await.expect("no panic").expect("a mongod")
}

/// A shell with the programs, and mongod, on its path.
pub(super) struct Shell {
    folder: TempDir,
    path: OsString,
}

impl Shell {
    /// One in a folder of its own, with these variables.
    pub(super) async fn with(variables: &[(&str, &str)]) -> Self {
        let mongod = mongod_binary().await;
        let programs = prepared().await;
        let own = [
            &programs.worker,
            &programs.api,
            &programs.migrate,
            &mongod.path,
        ];
        let mut folders: Vec<PathBuf> = own
            .into_iter()
            .filter_map(|program| program.parent())
            .map(Path::to_path_buf)
            .collect();
        folders.dedup();
        folders.extend(["/usr/bin", "/bin"].map(PathBuf::from));
        let shell = Self {
            folder: tempfile::tempdir().expect("a folder"),
            path: std::env::join_paths(folders).expect("no colons in paths"),
        };
        for (name, value) in variables {
            shell.set(name, value);
        }
        shell
    }

    /// Where the commands run.
    pub(super) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Sets a variable for all commands from now on.
    pub(super) fn set(&self, name: &str, value: &str) {
        let file = self.folder().join(VARIABLES);
        let mut known = std::fs::read_to_string(&file).unwrap_or_default();
        let word = shlex::try_quote(value).expect("a text without NUL");
        known.push_str(&format!("export {name}={word}\n"));
        std::fs::write(file, known).expect("it can be written");
    }

    /// Runs a block, and returns what it said, which is what the page shows.
    pub(super) async fn run(&self, block: &Block) -> String {
        let deadline = Instant::now() + PATIENCE;
        loop {
            match self.attempt(block).await {
                Ok(said) => return said,
                Err(_) if block.until && Instant::now() < deadline => {
                    tokio::time::sleep(POLL_EVERY).await;
                }
                Err(why) => panic!("line {} of the runbook: {why}", block.line),
            }
        }
    }

    /// Runs a block that fails in this situation, whatever the page shows, and returns what it said.
    pub(super) async fn refused(&self, block: &Block) -> String {
        let (is_success, said) = self.execute(&block.script).await;
        assert!(
            !is_success,
            "line {} of the runbook succeeds: {said}",
            block.line
        );
        said
    }

    async fn attempt(&self, block: &Block) -> Result<String, String> {
        let (is_success, said) = self.execute(&block.script).await;
        if is_success == block.fails {
            let how = if is_success { "succeeds" } else { "fails" };
            return Err(format!("it {how}:\n{}\n{said}", block.script));
        }
        let missing = block.expected.iter().find(|line| !is_said(line, &said));
        match missing {
            Some(line) => Err(format!("no {line:?} after\n{}\nin\n{said}", block.script)),
            None => Ok(said),
        }
    }

    async fn execute(&self, script: &str) -> (bool, String) {
        let script = format!(
            "set -aeu\n[ ! -e {VARIABLES} ] || . ./{VARIABLES}\n{script}\nexport -p >{VARIABLES}\n"
        );
        let mut shell = Command::new("sh");
        shell
            .args(["-c", &script])
            .current_dir(self.folder())
            .env_clear()
            .env("PATH", &self.path)
            .stdin(Stdio::null())
            .kill_on_drop(true);
        let output = tokio::time::timeout(LIMIT, shell.output()).await;
        let output = output.unwrap_or_else(|_| panic!("not within {LIMIT:?}: {script}"));
        let output = output.expect("there is a shell");
        let said = text(&[output.stdout, output.stderr].concat());
        (output.status.success(), said)
    }
}

/// Whether one line of what was said has these words in their order; … stands for anything.
fn is_said(words: &str, said: &str) -> bool {
    said.lines().any(|line| {
        let line = single_spaced(line);
        let mut rest = line.as_str();
        let mut parts = words.split('…').map(single_spaced);
        parts.all(|part| {
            let found = rest.split_once(part.as_str());
            rest = found.map_or("", |(_, after)| after);
            found.is_some()
        })
    })
}

fn single_spaced(line: &str) -> String {
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn words_are_looked_for_in_their_order_in_one_line() {
    let said = "queue       state\nsend-email  parked   3\n";
    for words in ["send-email parked", "send-email … 3", "…state"] {
        assert!(is_said(words, said), "{words}");
    }
    for words in ["parked … send-email", "state … parked", "runs"] {
        assert!(!is_said(words, said), "{words}");
    }
}

#[tokio::test]
async fn variables_and_files_of_one_block_are_there_for_the_next() {
    let shell = Shell::with(&[("ADDRESS", "it's \"$HOME\"")]).await;
    let (is_success, said) = shell.execute("NAME=\"$ADDRESS!\"\necho x >file").await;
    assert!(is_success, "{said}");
    let (is_success, said) = shell.execute("cat file\nprintf '%s\\n' \"$NAME\"").await;
    assert!(is_success && said == "x\nit's \"$HOME\"!\n", "{said}");
    shell.set("NAME", "other");
    let (is_success, said) = shell.execute("echo \"$NAME\"; false; echo on").await;
    assert!(!is_success && said == "other\n", "{said}");
}
