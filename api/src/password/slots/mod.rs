//! Slots for work that takes a core for a while, shared fairly among networks.
//!
//! Whoever wants a slot takes a [`Place`] first. How many places there are is limited, for one
//! network and for all together; where there are no more, the network with the longest line gives
//! one up for a network that has fewer. Slots go to the networks in turn, and within a network to
//! who came first: a network's first waits for one piece of work of each other network at most.

mod line;

use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use dossier_common::network::Network;
use tokio::sync::oneshot;
use tokio::time::timeout;

use line::{Line, Ticket};

/// How many may wait, and how long.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// The places of all networks together.
    pub(super) places: usize,
    /// The places of one network.
    pub(super) places_per_network: usize,
    /// How long one may wait for a slot.
    pub(super) wait: Duration,
}

/// Why there is no slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Busy {
    /// The network has all the places it may have.
    Network,
    /// There are no places any more, or not in time.
    Everybody,
}

/// The slots, each with what it takes to work in it.
#[derive(Debug)]
pub(super) struct Slots<T> {
    limits: Limits,
    line: Arc<Mutex<Line<T>>>,
}

impl<T> Clone for Slots<T> {
    fn clone(&self) -> Self {
        Self {
            limits: self.limits,
            line: self.line.clone(),
        }
    }
}

impl<T> Slots<T> {
    pub(super) fn new(limits: Limits, slots: Vec<T>) -> Self {
        let line = Arc::new(Mutex::new(Line::new(slots)));
        Self { limits, line }
    }

    /// A place for somebody in `network`.
    pub(super) fn place(&self, network: Network) -> Result<Place<T>, Busy> {
        self.lock().take_place(network, &self.limits)?;
        Ok(Place {
            slots: self.clone(),
            network,
        })
    }

    /// Gives free slots to those whose turn it is.
    fn grant(&self) {
        loop {
            let next = self.lock().grant_next();
            let Some((waiting, content)) = next else {
                return;
            };
            // Who has given up drops the slot, which then goes to the next.
            let _ = waiting.send(Slot {
                slots: self.clone(),
                content: Some(content),
            });
        }
    }

    fn lock(&self) -> MutexGuard<'_, Line<T>> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A place of a network, given back when it is dropped.
#[derive(Debug)]
pub(super) struct Place<T> {
    slots: Slots<T>,
    network: Network,
}

impl<T> Place<T> {
    /// A slot, when it is this one's turn.
    pub(super) async fn slot(&self) -> Result<Slot<T>, Busy> {
        let (sender, slot) = oneshot::channel();
        let ticket = self.slots.lock().wait(self.network, sender);
        let _waiting = Waiting {
            place: self,
            ticket,
        };
        self.slots.grant();
        match timeout(self.slots.limits.wait, slot).await {
            Ok(Ok(slot)) => Ok(slot),
            // In vain until now, or pushed out by a network with fewer places.
            Err(_) | Ok(Err(_)) => Err(Busy::Everybody),
        }
    }
}

impl<T> Drop for Place<T> {
    fn drop(&mut self) {
        self.slots.lock().give_back_place(self.network);
    }
}

/// Leaves the line when it is dropped.
struct Waiting<'a, T> {
    place: &'a Place<T>,
    ticket: Ticket,
}

impl<T> Drop for Waiting<'_, T> {
    fn drop(&mut self) {
        let mut line = self.place.slots.lock();
        line.leave(self.place.network, self.ticket);
    }
}

/// A slot, free again when it is dropped.
#[derive(Debug)]
pub(super) struct Slot<T> {
    slots: Slots<T>,
    content: Option<T>,
}

impl<T> Deref for Slot<T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.content.as_ref().expect("it is there until the drop")
    }
}

impl<T> DerefMut for Slot<T> {
    fn deref_mut(&mut self) -> &mut T {
        self.content.as_mut().expect("it is there until the drop")
    }
}

impl<T> Drop for Slot<T> {
    fn drop(&mut self) {
        self.slots.lock().free(self.content.take());
        self.slots.grant();
    }
}

#[cfg(test)]
mod tests;
