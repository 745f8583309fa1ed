//! The programs of another version of the project.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, ensure};
use dossier_devstack::environment;
use dossier_devstack::process::{Profile, Workspace};
use dossier_devstack::stack::Prepared;

/// Where checkouts of other versions and what is built of them lie, below the checkout of this one.
const PLACE: &str = "target/versions";

/// So much of a commit's id names its folder.
const NAME_CHARS: usize = 12;

/// The same server with the programs of another version: those in a folder, or, where `folder_or_revision`
/// names none, of that revision of this repository, which is checked out with `git worktree` and built
/// below `target/versions`. Blocks, for as long as a build takes.
///
/// # Errors
///
/// When there is no such version, or it cannot be built.
pub fn other_version(prepared: &Prepared, folder_or_revision: &str) -> anyhow::Result<Prepared> {
    let folder = Path::new(folder_or_revision);
    if folder.is_dir() {
        return in_folder(prepared, &folder.canonicalize()?);
    }
    let workspace = check_out(folder_or_revision)?;
    anstream::eprintln!("building {folder_or_revision} in {PLACE} …");
    let built = prepared.with_programs_of(&workspace, Profile::own());
    built.with_context(|| format!("build {folder_or_revision}"))
}

fn in_folder(prepared: &Prepared, folder: &Path) -> anyhow::Result<Prepared> {
    let program = |name: &str| {
        let path = folder.join(name);
        ensure!(path.is_file(), "there is no {name} in {}", folder.display());
        anyhow::Ok(path)
    };
    Ok(Prepared {
        mongod: prepared.mongod.clone(),
        api: program("dossier-api")?,
        worker: program("dossier-worker")?,
        migrate: program("dossier-migrate")?,
    })
}

/// Checks the revision out, unless that was done before.
fn check_out(revision: &str) -> anyhow::Result<Workspace> {
    let checkout = environment::checkout();
    let named = format!("{revision}^{{commit}}");
    let commit = git(
        &checkout,
        &["rev-parse", "--verify", "--end-of-options", &named],
    )?;
    let name: String = commit.chars().take(NAME_CHARS).collect();
    let place: PathBuf = checkout.join(PLACE).join(name);
    let folder = place.join("source");
    let shown = folder.display().to_string();
    if folder.is_dir() {
        let there = git(&folder, &["rev-parse", "HEAD"])?;
        ensure!(
            there == commit,
            "{shown} is not a checkout of {revision}: delete it, and start again"
        );
    } else {
        git(
            &checkout,
            &["worktree", "add", "--force", "--detach", &shown, &commit],
        )?;
    }
    let target = Some(place.join("target"));
    Ok(Workspace { folder, target })
}

/// What git says.
fn git(folder: &Path, arguments: &[&str]) -> anyhow::Result<String> {
    let mut command = Command::new("git");
    let output = command.arg("-C").arg(folder).args(arguments).output();
    let output = output.context("run git")?;
    ensure!(
        output.status.success(),
        "git {}: {}",
        arguments.join(" "),
        String::from_utf8_lossy(&output.stderr).trim()
    );
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
