//! How far the process is on its way out.

use tokio::sync::watch;

/// How far the process is on its way out, in this order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Phase {
    /// Not at all.
    #[default]
    Serving,
    /// Others are to take its place; it goes on serving.
    NotReady,
    /// It takes nothing new and ends what it has.
    Stopping,
    /// It gives up what has not ended.
    GivingUp,
}

/// How far the process is on its way out; clones know it together.
#[derive(Clone, Debug, Default)]
pub struct Draining(watch::Sender<Phase>);

impl Draining {
    /// From now on the process is not ready.
    pub fn begin(&self) {
        self.advance(Phase::NotReady);
    }

    /// Whether the process is on its way out.
    pub fn has_begun(&self) -> bool {
        *self.0.borrow() >= Phase::NotReady
    }

    /// From now on work takes nothing new and ends what it has.
    pub fn stop(&self) {
        self.advance(Phase::Stopping);
    }

    /// Waits until work has to take nothing new and to end what it has.
    pub async fn stopping(&self) {
        self.reached(Phase::Stopping).await;
    }

    /// From now on requests that have not ended are given up.
    pub fn give_up(&self) {
        self.advance(Phase::GivingUp);
    }

    /// Waits until requests that have not ended are given up.
    pub async fn giving_up(&self) {
        self.reached(Phase::GivingUp).await;
    }

    fn advance(&self, phase: Phase) {
        self.0.send_modify(|now| *now = phase.max(*now));
    }

    async fn reached(&self, phase: Phase) {
        // There is no error while `self` holds the sender.
        let _ = self.0.subscribe().wait_for(|now| *now >= phase).await;
    }
}
