//! nginx over a folder: what a transfer costs at least.

use std::path::{Path, PathBuf};

use anyhow::ensure;
use dossier_bench::server::{PrivateServer, nginx};
use reqwest::{Client, RequestBuilder};

use crate::document::Document;

pub(crate) struct StaticFiles {
    server: PrivateServer,
    client: Client,
    folder: PathBuf,
}

impl StaticFiles {
    pub(crate) async fn start(folder: &Path) -> anyhow::Result<Self> {
        Ok(Self {
            server: nginx::start(folder).await?,
            client: Client::new(),
            folder: folder.join("nginx/files"),
        })
    }

    /// Sends a document under a new name.
    pub(crate) async fn upload(&self, document: &Document) -> anyhow::Result<String> {
        let name = format!("{}-{:016x}", document.name, rand::random::<u64>());
        let put = self.client.put(self.address_of(&name));
        let status = put.body(document.bytes.clone()).send().await?.status();
        ensure!(status.is_success(), "nginx answered {status}");
        Ok(name)
    }

    pub(crate) fn address_of(&self, name: &str) -> String {
        self.server.uri(name)
    }

    pub(crate) fn request(&self, address: &str) -> RequestBuilder {
        self.client.get(address)
    }

    /// Has files written to the disk.
    pub(crate) fn settle(&self, names: &[String]) -> anyhow::Result<()> {
        for name in names {
            std::fs::File::open(self.folder.join(name))?.sync_all()?;
        }
        Ok(())
    }

    pub(crate) fn remove(&self, name: &str) -> anyhow::Result<()> {
        Ok(std::fs::remove_file(self.folder.join(name))?)
    }

    pub(crate) fn pid(&self) -> u32 {
        self.server.pid()
    }

    pub(crate) async fn stop(self) -> anyhow::Result<()> {
        self.server.stop().await;
        Ok(())
    }
}
