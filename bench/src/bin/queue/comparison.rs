//! Everything in order: servers, candidates, measurements, report.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use anyhow::Context;
use dossier_bench::Report;
use dossier_devstack::environment::scratch_dir;
use tempfile::TempDir;

use crate::arguments::Arguments;
use crate::candidate::{Candidate, Peer};
use crate::measure::{Bench, claim_history, enqueue, idle, latency, memory, throughput};
use crate::server::{ServerKind, Servers};
use crate::{filesystem, report};

pub(crate) async fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let folder = new_folder()?;
    let mut servers = Servers::default();
    let mut report = Report::new("queues");
    servers.start(ServerKind::Mongod, folder.path()).await?;
    let mut candidates = vec![Candidate::ApalisMongodb, Candidate::ApalisMongodbDelete];
    for peer in &arguments.peers {
        match find(*peer, &mut servers, folder.path()).await {
            Ok(()) => candidates.extend(peer.candidates()),
            Err(error) => {
                let sentence = format!("Left out: {}: {error:#}", peer.name());
                anstream::eprintln!("{sentence}");
                report.note(sentence);
            }
        }
    }
    let kind = filesystem::kind_of(folder.path());
    report.note(format!(
        "All servers kept their data on one {kind} file system."
    ));
    let measured = measure(arguments, candidates, &servers, folder.path(), &mut report).await;
    servers.stop().await;
    measured?;
    report.print(arguments.json.as_deref())
}

async fn measure(
    arguments: &Arguments,
    candidates: Vec<Candidate>,
    servers: &Servers,
    folder: &Path,
    report: &mut Report,
) -> anyhow::Result<()> {
    let mut bench = Bench::open(arguments, candidates, servers, folder).await?;
    enqueue::measure(&mut bench).await;
    throughput::measure(&mut bench).await;
    memory::measure(&mut bench).await;
    latency::measure(&mut bench).await;
    idle::measure(&mut bench).await;
    claim_history::measure(&mut bench).await;
    report::write(&bench, report);
    Ok(())
}

/// Makes sure that a peer and its server are here.
async fn find(peer: Peer, servers: &mut Servers, folder: &Path) -> anyhow::Result<()> {
    tokio::task::spawn_blocking(move || peer.obtain()).await??;
    for candidate in peer.candidates() {
        servers.start(candidate.server(), folder).await?;
    }
    Ok(())
}

/// A folder for all data, gone with its handle. Others may look in: PostgreSQL runs as another
/// user if root starts it.
fn new_folder() -> anyhow::Result<TempDir> {
    let scratch = scratch_dir();
    std::fs::create_dir_all(&scratch)?;
    let folder = tempfile::Builder::new()
        .prefix("queue-bench-")
        .tempdir_in(scratch);
    let folder = folder.context("create a folder for the servers")?;
    std::fs::set_permissions(folder.path(), Permissions::from_mode(0o755))?;
    Ok(folder)
}
