//! What every measurement needs.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::Context;

use crate::arguments::{Arguments, Settings};
use crate::child::Child;
use crate::contender::{Contender, Store};
use crate::figures::Figures;
use crate::gate::Gate;
use crate::order::{Duty, How, Order, Said};
use crate::server::{Server, Servers};

/// The contenders on their servers, and what was measured so far.
pub(crate) struct Bench<'a> {
    pub(crate) arguments: &'a Arguments,
    pub(crate) contenders: Vec<Contender>,
    pub(crate) figures: Figures,
    pub(crate) servers: &'a Servers,
    /// How many drains were made again because others took the machine.
    pub(crate) repeated: usize,
    /// How many counted though others took it.
    pub(crate) disturbed: usize,
    stores: BTreeMap<Contender, Box<dyn Store>>,
    folder: PathBuf,
}

impl<'a> Bench<'a> {
    /// `folder` is for what children say.
    pub(crate) async fn open(
        arguments: &'a Arguments,
        contenders: Vec<Contender>,
        servers: &'a Servers,
        folder: &Path,
    ) -> anyhow::Result<Self> {
        let mut stores = BTreeMap::new();
        for contender in &contenders {
            let uri = servers.of(contender.server()).uri(contender.database());
            let store = contender.store(&uri, &arguments.settings).await;
            let store = store.with_context(|| format!("open {}", contender.name()))?;
            stores.insert(*contender, store);
        }
        Ok(Self {
            arguments,
            contenders,
            figures: Figures::default(),
            servers,
            repeated: 0,
            disturbed: 0,
            stores,
            folder: folder.to_path_buf(),
        })
    }

    pub(crate) fn server(&self, contender: Contender) -> &Server {
        self.servers.of(contender.server())
    }

    pub(crate) fn store(&self, contender: Contender) -> &dyn Store {
        &*self.stores[&contender]
    }

    /// Starts a child of `contender` on its own database.
    pub(crate) fn child(
        &self,
        contender: Contender,
        settings: &Settings,
        duty: Duty,
    ) -> anyhow::Result<Child> {
        let uri = self.server(contender).uri(contender.database());
        self.child_at(contender, &uri, settings, duty)
    }

    /// Starts a child of `contender` on the database at `uri`.
    pub(crate) fn child_at(
        &self,
        contender: Contender,
        uri: &str,
        settings: &Settings,
        duty: Duty,
    ) -> anyhow::Result<Child> {
        let order = Order {
            contender,
            uri: uri.to_owned(),
            settings: settings.clone(),
            duty,
        };
        Child::start(&order, &self.folder)
    }

    pub(crate) fn gate(&self) -> anyhow::Result<Gate> {
        Ok(Gate::closed(self.folder.join("gate"))?)
    }

    /// Enqueues `jobs` in a child; returns the seconds it took.
    pub(crate) async fn push(
        &self,
        contender: Contender,
        how: How,
        jobs: u32,
    ) -> anyhow::Result<f64> {
        let uri = self.server(contender).uri(contender.database());
        self.push_at(contender, &uri, how, jobs).await
    }

    /// As [`Bench::push`], on the database at `uri`.
    pub(crate) async fn push_at(
        &self,
        contender: Contender,
        uri: &str,
        how: How,
        jobs: u32,
    ) -> anyhow::Result<f64> {
        let duty = Duty::Push {
            how,
            jobs,
            producers: self.arguments.producers,
        };
        let mut child = self.child_at(contender, uri, &self.arguments.settings, duty)?;
        let took = |said| match said {
            Said::Took { seconds } => Some(seconds),
            _ => None,
        };
        let seconds = child.receive(self.arguments.patience(), took).await?;
        child.end().await;
        Ok(seconds)
    }
}
