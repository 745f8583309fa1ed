//! What is measured.

use anyhow::ensure;
use dossier_bench::{cpu_seconds_of_trees, peak_memory_kib_of};
use reqwest::Response;

use crate::document::Document;
use crate::fastapi::FastApi;
use crate::ours::Ours;
use crate::static_files::StaticFiles;

/// A service that takes documents and gives them out.
pub(crate) enum Subject {
    Ours(Box<Ours>),
    StaticFiles(StaticFiles),
    FastApi(FastApi),
}

impl Subject {
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Ours(ours) => ours.name(),
            Self::StaticFiles(_) => "nginx",
            Self::FastApi(_) => "FastAPI",
        }
    }

    /// What has to be new in each round.
    pub(crate) async fn begin_round(&mut self) -> anyhow::Result<()> {
        match self {
            Self::Ours(ours) => ours.log_in().await,
            Self::StaticFiles(_) => Ok(()),
            Self::FastApi(peer) => peer.log_in().await,
        }
    }

    /// Sends a document; how to name it afterwards.
    pub(crate) async fn upload(&self, document: &Document) -> anyhow::Result<String> {
        match self {
            Self::Ours(ours) => ours.upload(document).await,
            Self::StaticFiles(nginx) => nginx.upload(document).await,
            Self::FastApi(peer) => peer.upload(document).await,
        }
    }

    /// Makes the document one that can be fetched; the address.
    pub(crate) async fn publish(&self, id: &str) -> anyhow::Result<String> {
        match self {
            Self::Ours(ours) => ours.publish(id).await,
            Self::StaticFiles(nginx) => Ok(nginx.address_of(id)),
            Self::FastApi(peer) => peer.publish(id).await,
        }
    }

    /// Has what was sent written to the disk, so that no download pays for an upload.
    pub(crate) async fn settle(&self, ids: &[String]) -> anyhow::Result<()> {
        match self {
            Self::Ours(ours) => ours.settle().await,
            Self::StaticFiles(nginx) => nginx.settle(ids),
            // Where it keeps documents is not known here.
            Self::FastApi(_) => Ok(()),
        }
    }

    /// Fetches a document and forgets it, piece by piece; how many bytes came.
    pub(crate) async fn download(&self, address: &str) -> anyhow::Result<u64> {
        let request = match self {
            Self::Ours(ours) => ours.request(address),
            Self::StaticFiles(nginx) => nginx.request(address),
            Self::FastApi(peer) => peer.request(address),
        };
        let mut response: Response = request.send().await?;
        let status = response.status();
        ensure!(status.is_success(), "{address}: {status}");
        let mut bytes = 0;
        while let Some(piece) = response.chunk().await? {
            bytes += piece.len() as u64;
        }
        Ok(bytes)
    }

    /// Removes a document.
    pub(crate) async fn remove(&self, id: &str) -> anyhow::Result<()> {
        match self {
            Self::Ours(ours) => ours.remove(id).await,
            Self::StaticFiles(nginx) => nginx.remove(id),
            // It has no way to do that.
            Self::FastApi(_) => Ok(()),
        }
    }

    /// Processor seconds so far: of the service itself, and with its database.
    pub(crate) fn cpu_seconds(&self) -> [f64; 2] {
        let all = match self {
            Self::Ours(ours) => ours.pids(),
            Self::StaticFiles(nginx) => vec![nginx.pid()],
            Self::FastApi(peer) => vec![peer.pid()],
        };
        [cpu_seconds_of_trees(&all[..1]), cpu_seconds_of_trees(&all)]
    }

    /// The most memory that the service itself had, in KiB.
    pub(crate) fn peak_memory_kib(&self) -> Option<u64> {
        match self {
            Self::Ours(ours) => peak_memory_kib_of(ours.pids()[0]),
            Self::StaticFiles(nginx) => peak_memory_kib_of(nginx.pid()),
            Self::FastApi(peer) => peak_memory_kib_of(peer.pid()),
        }
    }

    pub(crate) async fn stop(self) -> anyhow::Result<()> {
        match self {
            Self::Ours(ours) => ours.stop().await,
            Self::StaticFiles(nginx) => nginx.stop().await,
            Self::FastApi(_) => Ok(()),
        }
    }
}
