//! The diffs of `docs/development.md` are true: they apply, they compile, and what they add works.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use dossier_devstack::environment::{checkout, scratch_dir};
use dossier_devstack::process::{Profile, cargo};
use dossier_devstack::testing::mongodb_uri;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;
use tokio::time::timeout;

use crate::harness::no_stack;

/// How long building and running may take.
const LIMIT: Duration = Duration::from_secs(20 * 60);

/// The tests that the diffs add, and those that watch over what a diff is to be complete.
const TESTS: [&str; 4] = [
    "jobs_revoke::a_link_is_taken_back_once",
    "limits::anybody_may_ask_for_the_limits",
    "environment::every_variable_that_is_read_is_in_the_example",
    "schema::the_version_that_is_asked_for_is_that_of_the_newest_migration",
];

#[tokio::test]
async fn the_diffs_of_the_developers_guide_apply_and_what_they_add_works() {
    // A build on all cores would hold up what others wait for.
    let _alone = no_stack().await;
    let copy = copy_of_checkout().await;
    let guide = fs::read_to_string(copy.join("docs/development.md")).expect("the guide");
    apply(&copy, &diffs(&guide)).await;
    let said = run_tests(&copy).await;
    for test in TESTS {
        assert!(said.contains(&format!("test {test} ... ok")), "{said}");
    }
}

/// Every block of the guide that is marked as a diff.
fn diffs(guide: &str) -> String {
    let blocks = guide.split("\n```diff\n").skip(1);
    let diff = |block: &str| block.split("\n```").next().map(|diff| format!("{diff}\n"));
    blocks.filter_map(diff).collect()
}

/// The sources, as they are now, where a build can share what was built for this test.
async fn copy_of_checkout() -> PathBuf {
    let (from, to) = (checkout(), scratch_dir().join("development"));
    let mut git = Command::new("git");
    git.args([
        "ls-files",
        "-z",
        "--cached",
        "--others",
        "--exclude-standard",
    ]);
    let listed = git.current_dir(&from).output().await.expect("git runs");
    assert!(listed.status.success(), "the sources are no git checkout");
    let _ = fs::remove_dir_all(&to);
    let names = String::from_utf8(listed.stdout).expect("names are UTF-8");
    let names = names.split_terminator('\0').map(Path::new);
    for name in names.filter(|name| from.join(name).is_file()) {
        let target = to.join(name);
        fs::create_dir_all(target.parent().expect("a folder")).expect("it can be made");
        fs::copy(from.join(name), target).expect("it can be copied");
    }
    to
}

async fn apply(copy: &Path, diffs: &str) {
    let mut git = Command::new("git");
    git.arg("apply").current_dir(copy);
    // The copy is no part of the checkout it lies in.
    git.env("GIT_CEILING_DIRECTORIES", scratch_dir());
    git.stdin(Stdio::piped()).stderr(Stdio::piped());
    let mut git = git.spawn().expect("git runs");
    let mut input = git.stdin.take().expect("it is piped");
    input.write_all(diffs.as_bytes()).await.expect("it reads");
    drop(input);
    let applied = git.wait_with_output().await.expect("it ends");
    let said = String::from_utf8_lossy(&applied.stderr);
    assert!(
        applied.status.success(),
        "bring docs/development.md up to date: {said}"
    );
}

async fn run_tests(copy: &Path) -> String {
    let target = scratch_dir().join("..");
    let mut cargo = Command::from(cargo());
    cargo.args(["test", "--locked", "--test", "it", "--no-fail-fast"]);
    for package in ["dossier-common", "dossier-worker", "dossier-api"] {
        cargo.args(["--package", package]);
    }
    if Profile::own() == Profile::Release {
        cargo.arg("--release");
    }
    cargo.args(["--", "--exact"]).args(TESTS).current_dir(copy);
    cargo.env("CARGO_TARGET_DIR", target);
    cargo.env("MONGODB_URI", mongodb_uri().await.expect("a server"));
    cargo.stdin(Stdio::null()).kill_on_drop(true);
    let ended = timeout(LIMIT, cargo.output()).await;
    let output = ended.expect("it ends in time").expect("cargo runs");
    let said = [output.stdout, output.stderr].concat();
    String::from_utf8_lossy(&said).into_owned()
}
