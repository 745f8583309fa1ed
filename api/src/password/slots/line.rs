//! Who waits for a slot, and whose turn it is.

use std::collections::{BTreeMap, HashMap, VecDeque};

use dossier_common::network::Network;
use tokio::sync::oneshot;

use super::{Busy, Limits, Slot};

/// Tells those apart who wait; later ones are greater.
pub(super) type Ticket = u64;

/// When a network's turn is: after so many slots were given away, and in the order of arrival.
///
/// A network that was just given a slot comes after those that arrive before the next is given
/// away: a newcomer waits for no second one of a flood. After that newcomers come behind it, so
/// that they cannot keep it waiting either.
type Turn = (u64, Ticket);

/// The free slots, and those who wait for one.
#[derive(Debug)]
pub(super) struct Line<T> {
    free: Vec<T>,
    networks: HashMap<Network, Share<T>>,
    /// The networks that wait, in the order of their turns.
    turns: BTreeMap<Turn, Network>,
    /// How many slots were given away.
    granted: u64,
    tickets: Ticket,
    places: usize,
}

/// What one network has of the line.
#[derive(Debug)]
struct Share<T> {
    places: usize,
    waiting: VecDeque<(Ticket, oneshot::Sender<Slot<T>>)>,
    turn: Option<Turn>,
    /// After how many slots it may have another one.
    not_before: u64,
}

impl<T> Default for Share<T> {
    fn default() -> Self {
        Self {
            places: 0,
            waiting: VecDeque::new(),
            turn: None,
            not_before: 0,
        }
    }
}

impl<T> Line<T> {
    pub(super) fn new(slots: Vec<T>) -> Self {
        Self {
            free: slots,
            networks: HashMap::new(),
            turns: BTreeMap::new(),
            granted: 0,
            tickets: 0,
            places: 0,
        }
    }

    pub(super) fn take_place(&mut self, network: Network, limits: &Limits) -> Result<(), Busy> {
        let taken = self.networks.get(&network).map_or(0, |share| share.places);
        if taken >= limits.places_per_network {
            return Err(Busy::Network);
        }
        if self.places >= limits.places && !self.push_out(taken) {
            return Err(Busy::Everybody);
        }
        self.networks.entry(network).or_default().places += 1;
        self.places += 1;
        Ok(())
    }

    pub(super) fn give_back_place(&mut self, network: Network) {
        self.places -= 1;
        if let Some(share) = self.networks.get_mut(&network) {
            share.places -= 1;
            if share.places == 0 {
                self.networks.remove(&network);
            }
        }
    }

    /// Waits in the line, with a place.
    pub(super) fn wait(&mut self, network: Network, waiting: oneshot::Sender<Slot<T>>) -> Ticket {
        self.tickets += 1;
        let ticket = self.tickets;
        let share = self.networks.entry(network).or_default();
        share.waiting.push_back((ticket, waiting));
        self.set_turn(network);
        ticket
    }

    /// Waits no more, if it still did.
    pub(super) fn leave(&mut self, network: Network, ticket: Ticket) {
        if let Some(share) = self.networks.get_mut(&network) {
            share.waiting.retain(|(other, _)| *other != ticket);
            self.set_turn(network);
        }
    }

    pub(super) fn free(&mut self, slot: Option<T>) {
        self.free.extend(slot);
    }

    /// A free slot, and who gets it.
    pub(super) fn grant_next(&mut self) -> Option<(oneshot::Sender<Slot<T>>, T)> {
        if self.free.is_empty() {
            return None;
        }
        let (&turn, &network) = self.turns.first_key_value()?;
        let share = self.networks.get_mut(&network)?;
        let (_, waiting) = share.waiting.pop_front()?;
        let slot = self.free.pop()?;
        self.turns.remove(&turn);
        self.granted += 1;
        (share.turn, share.not_before) = (None, self.granted + 1);
        self.set_turn(network);
        Some((waiting, slot))
    }

    /// Ends the wait of who came last of the network with the longest line, if that is longer than
    /// one with another place than the `taken` ones would be.
    fn push_out(&mut self, taken: usize) -> bool {
        let shares = self.networks.iter();
        let longest = shares.max_by_key(|(_, share)| share.waiting.len());
        let longest = longest.filter(|(_, share)| share.waiting.len() > taken + 1);
        let Some(network) = longest.map(|(network, _)| *network) else {
            return false;
        };
        if let Some(share) = self.networks.get_mut(&network) {
            share.waiting.pop_back();
        }
        true
    }

    /// Gives a network a turn if it waits and has none, and takes it if it does not wait any more.
    fn set_turn(&mut self, network: Network) {
        let Some(share) = self.networks.get_mut(&network) else {
            return;
        };
        match share.turn {
            None if !share.waiting.is_empty() => {
                self.tickets += 1;
                let turn = (self.granted.max(share.not_before), self.tickets);
                share.turn = Some(turn);
                self.turns.insert(turn, network);
            }
            Some(turn) if share.waiting.is_empty() => {
                share.turn = None;
                self.turns.remove(&turn);
            }
            _ => {}
        }
    }
}
