//! What every measurement needs.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::Context;

use crate::arguments::{Arguments, Settings};
use crate::candidate::{Candidate, Store};
use crate::child::Child;
use crate::child_task::{ChildReport, ChildTask, EnqueueMode, Task};
use crate::figures::Figures;
use crate::gate::Gate;
use crate::server::{Server, Servers};

/// The candidates on their servers, and what was measured so far.
pub(crate) struct Bench<'a> {
    pub(crate) arguments: &'a Arguments,
    pub(crate) candidates: Vec<Candidate>,
    pub(crate) figures: Figures,
    pub(crate) servers: &'a Servers,
    /// How many drains were made again because others took the machine.
    pub(crate) repeated: usize,
    /// How many counted though others took it.
    pub(crate) disturbed: usize,
    stores: BTreeMap<Candidate, Box<dyn Store>>,
    folder: PathBuf,
}

impl<'a> Bench<'a> {
    /// `folder` is for what children say.
    pub(crate) async fn open(
        arguments: &'a Arguments,
        candidates: Vec<Candidate>,
        servers: &'a Servers,
        folder: &Path,
    ) -> anyhow::Result<Self> {
        let mut stores = BTreeMap::new();
        for candidate in &candidates {
            let uri = servers.of(candidate.server()).uri(candidate.database());
            let store = candidate.store(&uri, &arguments.settings).await;
            let store = store.with_context(|| format!("open {}", candidate.name()))?;
            stores.insert(*candidate, store);
        }
        Ok(Self {
            arguments,
            candidates,
            figures: Figures::default(),
            servers,
            repeated: 0,
            disturbed: 0,
            stores,
            folder: folder.to_path_buf(),
        })
    }

    pub(crate) fn server(&self, candidate: Candidate) -> &Server {
        self.servers.of(candidate.server())
    }

    pub(crate) fn store(&self, candidate: Candidate) -> &dyn Store {
        &*self.stores[&candidate]
    }

    /// Starts a child of `candidate` on its own database.
    pub(crate) fn child(
        &self,
        candidate: Candidate,
        settings: &Settings,
        task: Task,
    ) -> anyhow::Result<Child> {
        let uri = self.server(candidate).uri(candidate.database());
        self.child_at(candidate, &uri, settings, task)
    }

    /// Starts a child of `candidate` on the database at `uri`.
    pub(crate) fn child_at(
        &self,
        candidate: Candidate,
        uri: &str,
        settings: &Settings,
        task: Task,
    ) -> anyhow::Result<Child> {
        let order = ChildTask {
            candidate,
            uri: uri.to_owned(),
            settings: settings.clone(),
            task,
        };
        Child::start(&order, &self.folder)
    }

    pub(crate) fn gate(&self) -> anyhow::Result<Gate> {
        Ok(Gate::closed(self.folder.join("gate"))?)
    }

    /// Enqueues `jobs` in a child; returns the seconds it took.
    pub(crate) async fn push(
        &self,
        candidate: Candidate,
        how: EnqueueMode,
        jobs: u32,
    ) -> anyhow::Result<f64> {
        let uri = self.server(candidate).uri(candidate.database());
        self.push_at(candidate, &uri, how, jobs).await
    }

    /// As [`Bench::push`], on the database at `uri`.
    pub(crate) async fn push_at(
        &self,
        candidate: Candidate,
        uri: &str,
        how: EnqueueMode,
        jobs: u32,
    ) -> anyhow::Result<f64> {
        let task = Task::Push {
            how,
            jobs,
            producers: self.arguments.producers,
        };
        let mut child = self.child_at(candidate, uri, &self.arguments.settings, task)?;
        let took = |said| match said {
            ChildReport::Took { seconds } => Some(seconds),
            _ => None,
        };
        let seconds = child.receive(self.arguments.patience(), took).await?;
        child.end().await;
        Ok(seconds)
    }
}
