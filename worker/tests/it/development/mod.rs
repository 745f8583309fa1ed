//! The diffs of `docs/development.md` are true: they apply, and the job that they add compiles and runs.
//! (`.ci/guide` builds a copy of the sources with all of them.)

mod handler;
#[expect(unreachable_pub, reason = "it is public where the guide puts it")]
mod payload;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use dossier_common::link::LinkState;
use dossier_common::queue::JobState;
use dossier_worker::jobs::Handler;
use payload::RevokeLink;

use crate::harness::Bench;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The blocks of the guide that are marked as diffs.
fn diffs() -> Vec<String> {
    let guide = fs::read_to_string(root().join("docs/development.md")).expect("the guide");
    let blocks = guide.split("\n```diff\n").skip(1);
    let diff = |block: &str| block.split("\n```").next().map(|diff| format!("{diff}\n"));
    blocks.filter_map(diff).collect()
}

/// The text of a file that the guide adds.
fn added(file: &str) -> String {
    let heading = format!("--- /dev/null\n+++ b/{file}\n");
    let diffs = diffs();
    let mut found = diffs.iter().filter_map(|diff| diff.strip_prefix(&heading));
    let hunk = found.next().expect("the guide adds the file");
    let lines = hunk.lines().filter_map(|line| line.strip_prefix('+'));
    lines.map(|line| format!("{line}\n")).collect()
}

/// All but the imports, which differ where a file is part of another crate.
fn without_imports(source: &str) -> Vec<&str> {
    let lines = source.lines();
    lines
        .filter(|line| !line.is_empty() && !line.starts_with("use "))
        .collect()
}

#[test]
fn every_diff_of_the_guide_applies() {
    let mut git = Command::new("git");
    git.args(["apply", "--check"]).current_dir(root());
    git.stdin(Stdio::piped()).stderr(Stdio::piped());
    let mut git = git.spawn().expect("git runs");
    let mut input = git.stdin.take().expect("it is piped");
    let diffs = diffs().concat();
    input.write_all(diffs.as_bytes()).expect("it reads");
    drop(input);
    let checked = git.wait_with_output().expect("it ends");
    let said = String::from_utf8_lossy(&checked.stderr);
    assert!(
        checked.status.success(),
        "bring docs/development.md up to date: {said}"
    );
}

#[test]
fn what_is_compiled_here_is_what_the_guide_shows() {
    for (file, compiled) in [
        (
            "common/src/queue/jobs/revoke_link.rs",
            include_str!("payload.rs"),
        ),
        ("worker/src/jobs/revoke_link.rs", include_str!("handler.rs")),
    ] {
        let shown = added(file);
        assert_eq!(without_imports(&shown), without_imports(compiled), "{file}");
    }
}

#[tokio::test]
async fn the_job_of_the_guide_runs_through_the_queue() {
    let bench = Bench::new().await;
    let (link, _) = bench.link().await;
    let workers = bench.work_with(&[Handler::of::<RevokeLink>()]);
    for _ in 0..2 {
        let job = bench.enqueue(RevokeLink { link_id: link.id }).await;
        bench.reaches(job, JobState::Done).await;
        let link = bench.store().find_link(link.id).await.expect("readable");
        assert_eq!(link.expect("there").state, LinkState::Revoked);
    }
    workers.stop().await;
}
