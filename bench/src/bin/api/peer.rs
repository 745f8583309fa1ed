//! FastAPI with PyMongo, which uvicorn runs: `bench/peers/fastapi`, in a virtual environment below `target`.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, ensure};
use dossier_devstack::environment::scratch_dir;
use dossier_devstack::port::free_port;
use dossier_devstack::process::{Process, ProcessSpec, Signal, wait_until_ready};
use tokio::process::Command;

use crate::candidate::{Candidate, FASTAPI};
use crate::route::Route;

const APP: &str = include_str!("../../../peers/fastapi/app.py");
const REQUIREMENTS: &str = include_str!("../../../peers/fastapi/requirements.txt");

/// Downloads of packages included.
const INSTALL_PATIENCE: Duration = Duration::from_secs(300);
const START_PATIENCE: Duration = Duration::from_secs(60);
const STOP_GRACE: Duration = Duration::from_secs(10);

/// The program and what it needs, on disk.
pub(crate) struct Installed(PathBuf);

/// The running program; dropping it kills it.
pub(crate) struct Peer {
    process: Process,
    port: u16,
}

/// What it is told.
pub(crate) struct Settings<'a> {
    /// The address of its database.
    pub(crate) mongodb_uri: String,
    /// The key of access tokens, in base64.
    pub(crate) jwt_key: &'a str,
    /// Who makes them.
    pub(crate) jwt_issuer: String,
    pub(crate) workers: u16,
    pub(crate) log: PathBuf,
}

/// Makes the virtual environment, unless it has these very packages.
///
/// # Errors
///
/// When Python or PyPI is missing; says what to do.
pub(crate) async fn install(python: &Path) -> anyhow::Result<Installed> {
    let folder = scratch_dir().join("bench-fastapi");
    fs::create_dir_all(&folder).with_context(|| format!("create {}", folder.display()))?;
    fs::write(folder.join("app.py"), APP)?;
    let marker = folder.join("installed.txt");
    if fs::read_to_string(&marker).is_ok_and(|installed| installed == REQUIREMENTS) {
        return Ok(Installed(folder));
    }
    anstream::eprintln!("installing FastAPI with pip below {} …", folder.display());
    let requirements = folder.join("requirements.txt");
    fs::write(&requirements, REQUIREMENTS)?;
    let mut venv = Command::new(python);
    venv.args(["-m", "venv", "--clear"])
        .arg(folder.join("venv"));
    let advice = "it needs Python 3.11 or newer with venv (--python names another)";
    run(venv).await.context(advice)?;
    let mut pip = Command::new(folder.join("venv/bin/python"));
    pip.args(["-m", "pip", "install", "--quiet"])
        .arg("--disable-pip-version-check")
        .arg("--requirement")
        .arg(&requirements);
    let advice = "its packages could not be installed; pip has to reach PyPI or a mirror";
    run(pip).await.context(advice)?;
    fs::write(marker, REQUIREMENTS)?;
    Ok(Installed(folder))
}

async fn run(mut command: Command) -> anyhow::Result<()> {
    let output = command.kill_on_drop(true).output();
    let output = tokio::time::timeout(INSTALL_PATIENCE, output).await;
    let output = output.with_context(|| format!("not done within {INSTALL_PATIENCE:?}"))??;
    let said = String::from_utf8_lossy(&output.stderr);
    let last = said.lines().rfind(|line| !line.trim().is_empty());
    ensure!(
        output.status.success(),
        "{}",
        last.unwrap_or("it failed without a word")
    );
    Ok(())
}

impl Peer {
    /// Starts it and waits until it answers.
    pub(crate) async fn start(
        Installed(folder): &Installed,
        settings: Settings<'_>,
    ) -> anyhow::Result<Self> {
        let port = free_port()?;
        let mut command = std::process::Command::new(folder.join("venv/bin/python"));
        command
            .args(["-m", "uvicorn", "app:app", "--host", "127.0.0.1"])
            .args(["--port", &port.to_string()])
            .args(["--workers", &settings.workers.to_string()])
            .args(["--loop", "uvloop", "--http", "httptools"])
            .args(["--no-access-log", "--log-level", "warning"])
            .current_dir(folder)
            .env("MONGODB_URI", settings.mongodb_uri)
            .env("JWT_KEY", settings.jwt_key)
            .env("JWT_ISSUER", settings.jwt_issuer);
        let process = Process::spawn(ProcessSpec {
            name: "uvicorn".to_owned(),
            command,
            log: settings.log,
            death_signal: Signal::TERM,
        })?;
        let peer = Self { process, port };
        let url = format!("http://127.0.0.1:{port}/readyz");
        wait_until_ready(&peer.process, &url, START_PATIENCE).await?;
        Ok(peer)
    }

    pub(crate) fn candidate(&self) -> Candidate {
        Candidate {
            name: FASTAPI,
            port: self.port,
            pid: self.process.pid(),
            routes: &[Route::Me, Route::Files, Route::SignUp],
        }
    }

    pub(crate) async fn stop(&self) {
        self.process.stop(STOP_GRACE).await;
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.process.signal(Signal::KILL);
    }
}

/// What is compared, such as `fastapi 0.165.0`, with what it runs on.
pub(crate) fn versions() -> String {
    let named = REQUIREMENTS.split("\n\n").next().unwrap_or_default();
    let packages = named.lines().filter_map(|line| line.split_once("=="));
    let packages: Vec<_> = packages
        .map(|(name, version)| format!("{name} {version}"))
        .collect();
    packages.join(", ")
}
