//! PostgreSQL with its own defaults, which are durable.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, bail};
use dossier_devstack::port::free_port;

use super::{PrivateServer, program};

/// Where Debian keeps the programs of each version, off the PATH.
const DEBIAN: &str = "/usr/lib/postgresql";

/// Whom the server runs as when root starts it, which it refuses to run as.
const USER: &str = "postgres";

/// Starts it with its data below `folder`, which another user may then enter if we are root.
///
/// # Errors
///
/// When there is no such server, or it does not start.
pub async fn start(folder: &Path) -> anyhow::Result<PrivateServer> {
    let programs = programs()?;
    let said = program::version(&programs.join("postgres"))?;
    let number = said.split_whitespace().nth(2).unwrap_or_default();
    let version = format!("PostgreSQL {number}");
    let (data, port) = (folder.join("postgres"), free_port()?);
    fs::create_dir(&data)?;
    let as_another = fs::metadata(&data)?.uid() == 0;
    if as_another {
        let (user, group) = ids_of(USER)?;
        chown(&data, Some(user), Some(group))?;
        fs::set_permissions(folder, fs::Permissions::from_mode(0o711))?;
    }
    let run = |program: &str| command(&programs.join(program), as_another);
    let mut initdb = run("initdb");
    initdb
        .args([
            "--username",
            USER,
            "--auth",
            "trust",
            "--no-sync",
            "--pgdata",
        ])
        .arg(&data);
    let made = initdb.output().context("run initdb")?;
    if !made.status.success() {
        let said = String::from_utf8_lossy(&made.stderr);
        bail!("initdb failed: {}", said.trim());
    }
    let mut postgres = run("postgres");
    postgres
        .args(["-c", "listen_addresses=127.0.0.1"])
        .args(["-c", "unix_socket_directories="])
        .args(["-p", &port.to_string(), "-D"])
        .arg(&data);
    let address = format!("postgres://{USER}@127.0.0.1:{port}/");
    let log = folder.join("postgres.log");
    program::start(postgres, &log, version, port, address).await
}

/// The folder of `postgres` and `initdb`.
fn programs() -> anyhow::Result<PathBuf> {
    if program::version(Path::new("postgres")).is_ok() {
        return Ok(PathBuf::new());
    }
    let versions = fs::read_dir(DEBIAN).into_iter().flatten().flatten();
    let newest = versions.max_by_key(|version| {
        let name = version.file_name();
        name.to_string_lossy().parse::<u32>().unwrap_or_default()
    });
    let newest = newest.context("no postgres on PATH")?;
    Ok(newest.path().join("bin"))
}

/// Runs `program`, as [`USER`] if we are root. The signal that ends it when we die is kept, which
/// a change of user would lose otherwise.
fn command(program: &Path, as_another: bool) -> Command {
    if !as_another {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command
        .args(["--reuid", USER, "--regid", USER, "--init-groups"])
        .args(["--pdeathsig", "keep"])
        .arg(program)
        .env("LC_ALL", "C.UTF-8");
    command
}

fn ids_of(user: &str) -> anyhow::Result<(u32, u32)> {
    let users = fs::read_to_string("/etc/passwd")?;
    let mut lines = users
        .lines()
        .map(|line| line.split(':').collect::<Vec<_>>());
    let found = lines.find(|fields| fields.first() == Some(&user) && fields.len() > 3);
    let fields = found.with_context(|| format!("root needs a user {user} to run it as"))?;
    Ok((fields[2].parse()?, fields[3].parse()?))
}
