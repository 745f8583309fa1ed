//! Who gets a connection.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use dossier_common::network::Network;

use super::Limits;
use crate::files;

/// The connections there are, by network.
#[derive(Clone, Debug)]
pub(super) struct Admission {
    most: usize,
    most_per_network: usize,
    counts: Arc<Mutex<Counts>>,
}

#[derive(Debug, Default)]
struct Counts {
    all: usize,
    by_network: HashMap<Network, usize>,
}

impl Admission {
    pub(super) fn new(limits: &Limits) -> Self {
        let most = files::most_connections(limits.connections);
        Self {
            most,
            most_per_network: limits.connections_per_network.min(most),
            counts: Arc::default(),
        }
    }

    /// A place for a connection from `address`, unless there are too many.
    pub(super) fn admit(&self, address: IpAddr) -> Option<Place> {
        let network = Network::of(address);
        let mut counts = self.lock();
        let from_network = counts.by_network.get(&network).copied().unwrap_or(0);
        if counts.all >= self.most || from_network >= self.most_per_network {
            return None;
        }
        counts.all += 1;
        counts.by_network.insert(network, from_network + 1);
        Some(Place {
            admission: self.clone(),
            network,
        })
    }

    fn lock(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The place of one connection, given back when it is dropped.
#[derive(Debug)]
pub(super) struct Place {
    admission: Admission,
    network: Network,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut counts = self.admission.lock();
        counts.all -= 1;
        if let Some(count) = counts.by_network.get_mut(&self.network) {
            *count -= 1;
            if *count == 0 {
                counts.by_network.remove(&self.network);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn admission(connections: usize, connections_per_network: usize) -> Admission {
        Admission::new(&Limits {
            connections,
            connections_per_network,
            ..Limits::default()
        })
    }

    fn address(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn a_network_has_its_share_and_gets_it_back() {
        let admission = admission(10, 2);
        let first = admission.admit(address("192.0.2.1"));
        let _second = admission
            .admit(address("::ffff:192.0.2.1"))
            .expect("a place");
        assert!(admission.admit(address("192.0.2.1")).is_none());
        assert!(admission.admit(address("192.0.2.2")).is_some());
        drop(first);
        assert!(admission.admit(address("192.0.2.1")).is_some());
    }

    #[test]
    fn addresses_of_one_ipv6_network_share() {
        let admission = admission(10, 1);
        let _place = admission
            .admit(address("2001:db8:0:1::1"))
            .expect("a place");
        assert!(admission.admit(address("2001:db8:0:1:ffff::2")).is_none());
        assert!(admission.admit(address("2001:db8:0:2::1")).is_some());
    }

    #[test]
    fn all_networks_together_have_a_limit() {
        let admission = admission(2, 2);
        let _places =
            ["192.0.2.1", "192.0.2.2"].map(|it| admission.admit(address(it)).expect("a place"));
        assert!(admission.admit(address("192.0.2.3")).is_none());
    }
}
