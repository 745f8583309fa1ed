//! agenda, which node runs: `bench/peers/agenda`, installed in the user's cache.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, bail};
use dossier_devstack::environment::cache_dir;
use mongodb::bson::{Bson, Document, doc};
use mongodb::{Client, Database};

use super::Store;
use super::program::is_installed;
use super::queue::Promise;

const PACKAGE: &str = include_str!("../../../../peers/agenda/package.json");
const PROGRAM: &str = include_str!("../../../../peers/agenda/agenda.mjs");

/// Installs it unless this very version is there.
pub(super) fn install() -> anyhow::Result<()> {
    if !is_installed("node") || !is_installed("npm") {
        bail!("it needs `node` and `npm` on PATH");
    }
    let folder = folder();
    fs::create_dir_all(&folder).with_context(|| format!("create {}", folder.display()))?;
    fs::write(folder.join("agenda.mjs"), PROGRAM)?;
    let installed = folder.join("installed.json");
    if fs::read_to_string(&installed).is_ok_and(|package| package == PACKAGE) {
        return Ok(());
    }
    fs::write(folder.join("package.json"), PACKAGE)?;
    anstream::eprintln!("installing agenda with npm …");
    let output = Command::new("npm")
        .args([
            "install",
            "--omit=dev",
            "--no-audit",
            "--no-fund",
            "--no-package-lock",
        ])
        .current_dir(&folder)
        .output()
        .context("run npm")?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        bail!(
            "npm install failed: {}",
            said.lines().next().unwrap_or_default()
        );
    }
    Ok(fs::write(installed, PACKAGE)?)
}

/// Node with the program; its order is to follow.
pub(super) fn command() -> Command {
    let mut node = Command::new("node");
    node.arg("agenda.mjs").current_dir(folder());
    node
}

fn folder() -> PathBuf {
    cache_dir().join("bench").join("agenda")
}

/// agenda's collection, seen from here.
pub(super) struct Agenda {
    database: Database,
}

impl Agenda {
    pub(super) async fn open(uri: &str) -> anyhow::Result<Self> {
        let client = Client::with_uri_str(uri).await?;
        let database = client.default_database();
        Ok(Self {
            database: database.context("the address names no database")?,
        })
    }
}

impl Store for Agenda {
    fn reset(&self) -> Promise<'_, ()> {
        Box::pin(async { Ok(self.database.drop().await?) })
    }

    fn unfinished(&self, jobs: u64) -> Promise<'_, u64> {
        Box::pin(async move {
            let jobs_of_agenda = self.database.collection::<Document>("agendaJobs");
            let finished = doc! { "lastFinishedAt": { "$ne": Bson::Null }, "lockedAt": Bson::Null };
            let finished = jobs_of_agenda.count_documents(finished).await?;
            Ok(jobs.saturating_sub(finished))
        })
    }
}
