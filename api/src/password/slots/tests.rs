use std::net::Ipv4Addr;
use std::pin::Pin;

use futures_util::{FutureExt, poll};

use super::*;

const LIMITS: Limits = Limits {
    places: 6,
    places_per_network: 4,
    wait: Duration::from_secs(60),
};

type Granted = Result<(Slot<()>, Place<()>), Busy>;
type Wait = Pin<Box<dyn Future<Output = Granted>>>;

fn network(number: u8) -> Network {
    Network::of(Ipv4Addr::new(192, 0, 2, number).into())
}

fn one_slot() -> Slots<()> {
    Slots::new(LIMITS, vec![()])
}

/// Somebody of a network who has taken a place and waits; the place is kept with the slot.
async fn waits(slots: &Slots<()>, number: u8) -> Result<Wait, Busy> {
    let place = slots.place(network(number))?;
    let mut wait: Wait = Box::pin(async move {
        let slot = place.slot().await?;
        Ok((slot, place))
    });
    assert!(poll!(&mut wait).is_pending(), "there is a free slot");
    Ok(wait)
}

async fn several(slots: &Slots<()>, number: u8, count: usize) -> Vec<Wait> {
    let mut waiting = Vec::new();
    for _ in 0..count {
        waiting.push(waits(slots, number).await.expect("a place"));
    }
    waiting
}

/// The slot, taken by a network of its own.
async fn taken(slots: &Slots<()>) -> (Slot<()>, Place<()>) {
    let place = slots.place(network(0)).expect("a place");
    (place.slot().await.expect("a slot"), place)
}

/// In which order those who wait get the slot: the numbers of their networks, and their places in
/// them. The work of each ends before the next gets it.
fn order(mut waiting: Vec<(u8, Vec<Wait>)>) -> Vec<(u8, usize)> {
    let total: usize = waiting.iter().map(|(_, waits)| waits.len()).sum();
    let mut order = Vec::new();
    let mut kept = Vec::new();
    while order.len() < total {
        let before = order.len();
        for (number, waits) in &mut waiting {
            for (index, wait) in waits.iter_mut().enumerate() {
                if order.contains(&(*number, index)) {
                    continue;
                }
                if let Some(granted) = wait.now_or_never() {
                    let (slot, place) = granted.expect("a slot");
                    order.push((*number, index));
                    kept.push(place);
                    drop(slot);
                }
            }
        }
        assert!(order.len() > before, "nobody gets the slot: {order:?}");
    }
    order
}

#[tokio::test]
async fn a_network_has_its_places_and_gets_them_back() {
    let slots = one_slot();
    let mut places: Vec<_> = (0..4).map(|_| slots.place(network(1))).collect();
    assert_eq!(slots.place(network(1)).err(), Some(Busy::Network));
    assert!(slots.place(network(2)).is_ok());
    places.pop();
    assert!(slots.place(network(1)).is_ok());
}

#[tokio::test]
async fn slots_go_to_the_networks_in_turn() {
    let slots = one_slot();
    let running = taken(&slots).await;
    let (first, second) = (several(&slots, 1, 3).await, several(&slots, 2, 2).await);
    drop(running);
    let order = order(vec![(1, first), (2, second)]);
    assert_eq!(order, [(1, 0), (2, 0), (1, 1), (2, 1), (1, 2)]);
}

#[tokio::test]
async fn a_newcomer_waits_for_nobody_of_a_network_that_has_the_slot() {
    let slots = one_slot();
    let place = slots.place(network(1)).expect("a place");
    let running = place.slot().await.expect("a slot");
    let flood = several(&slots, 1, 3).await;
    let newcomer = waits(&slots, 2).await.expect("a place");
    drop(running);
    let order = order(vec![(1, flood), (2, vec![newcomer])]);
    assert_eq!(order, [(2, 0), (1, 0), (1, 1), (1, 2)]);
}

#[tokio::test]
async fn newcomers_do_not_keep_a_network_waiting() {
    let slots = one_slot();
    let place = slots.place(network(1)).expect("a place");
    let running = place.slot().await.expect("a slot");
    let mut waiting = waits(&slots, 1).await.expect("a place");
    let first = waits(&slots, 2).await.expect("a place");
    drop(running);
    let (first, _place) = first.await.expect("a slot");
    let mut second = waits(&slots, 3).await.expect("a place");
    drop(first);
    assert!((&mut second).now_or_never().is_none());
    assert!((&mut waiting).now_or_never().is_some());
}

#[tokio::test]
async fn where_all_places_are_taken_the_longest_line_gives_one_up() {
    let slots = one_slot();
    let _running = taken(&slots).await;
    let mut flood = several(&slots, 1, 4).await;
    let _other = several(&slots, 2, 1).await;
    let newcomer = waits(&slots, 3).await;
    assert!(newcomer.is_ok());
    let last = flood.pop().expect("it is there").await;
    assert_eq!(last.err(), Some(Busy::Everybody));
    assert!(flood.iter_mut().all(|wait| wait.now_or_never().is_none()));
}

#[tokio::test]
async fn no_network_gives_a_place_up_for_one_that_would_have_as_many() {
    let slots = one_slot();
    let _running = taken(&slots).await;
    let mut waiting = several(&slots, 1, 2).await;
    waiting.append(&mut several(&slots, 2, 3).await);
    let refused = waits(&slots, 1).await;
    assert_eq!(refused.err(), Some(Busy::Everybody));
    assert!(waiting.iter_mut().all(|wait| wait.now_or_never().is_none()));
}

#[tokio::test]
async fn who_gives_up_leaves_line_and_slot_to_others() {
    let slots = one_slot();
    let running = taken(&slots).await;
    let mut flood = several(&slots, 1, 2).await;
    let other = waits(&slots, 2).await.expect("a place");
    drop(flood.remove(0));
    drop(running);
    // The second of the flood has been given the slot, and goes without having taken it.
    drop(flood);
    assert_eq!(order(vec![(2, vec![other])]), [(2, 0)]);
    assert!(
        slots
            .place(network(1))
            .expect("a place")
            .slot()
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn who_waits_too_long_is_told() {
    let wait = Duration::from_millis(1);
    let slots = Slots::new(Limits { wait, ..LIMITS }, vec![()]);
    let _running = taken(&slots).await;
    let place = slots.place(network(1)).expect("a place");
    assert_eq!(place.slot().await.err(), Some(Busy::Everybody));
}

#[tokio::test]
async fn every_slot_is_used() {
    let slots = Slots::new(LIMITS, vec![1, 2]);
    let places = [1, 1, 2].map(|number| slots.place(network(number)).expect("a place"));
    let first = places[0].slot().await.expect("a slot");
    let second = places[1].slot().await.expect("a slot");
    assert_ne!(*first, *second);
    let mut third = Box::pin(places[2].slot());
    assert!(poll!(&mut third).is_pending());
    drop(first);
    assert!(third.await.is_ok());
}
