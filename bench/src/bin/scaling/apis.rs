//! The APIs that clients are sent to, in turns.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use dossier_devstack::story::Client;

/// The APIs that clients are sent to; clones share them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Apis(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    clients: Mutex<Vec<(String, Client)>>,
    turn: AtomicUsize,
}

impl Apis {
    /// From now on clients are sent to this one as well.
    pub(crate) fn add(&self, url: &str) {
        let client = Client::new(url);
        self.change(|clients| clients.push((url.to_owned(), client)));
    }

    /// From now on clients are not sent to this one.
    pub(crate) fn remove(&self, url: &str) {
        self.change(|clients| clients.retain(|(known, _)| known != url));
    }

    /// The one whose turn it is.
    pub(crate) fn next(&self) -> Client {
        let turn = self.0.turn.fetch_add(1, Ordering::Relaxed);
        self.change(|clients| clients[turn % clients.len()].1.clone())
    }

    fn change<T>(&self, change: impl FnOnce(&mut Vec<(String, Client)>) -> T) -> T {
        let clients = self.0.clients.lock();
        let mut clients = clients.unwrap_or_else(PoisonError::into_inner);
        change(&mut clients)
    }
}
