//! What streams of events of documents have in common: who may listen, for how long, and how slowly.

use std::convert::Infallible;
use std::time::Duration;

use axum::response::sse::Event;
use dossier_common::store::StoreError;
use futures_util::stream::{self, BoxStream};
use serde_json::json;
use tokio::sync::mpsc;
use tokio::time::{Interval, MissedTickBehavior, interval, timeout};

use crate::event_places::{EventPlace, NoPlace};
use crate::extract::Caller;
use crate::problem::{Code, Fails, Problem};
use crate::state::AppState;

/// How often it is asked whether the caller still may listen.
const CHECKED_EVERY: Duration = Duration::from_secs(2);

/// When a client shall connect again after the end.
const RETRY: Duration = Duration::from_secs(2);

/// When a client may ask again for a place.
const COME_AGAIN: Duration = Duration::from_secs(10);

/// How long an event waits for a client that takes none; then the connection is closed.
const SLOWEST: Duration = Duration::from_secs(30);

/// How long the last event waits for a client that takes nothing.
const LAST_EVENT: Duration = Duration::from_secs(1);

/// Events on their way to a client.
pub type Events = BoxStream<'static, Result<Event, Infallible>>;

/// A place for one more stream of `caller`.
///
/// # Errors
///
/// [`Problem`] when there is none: `rate_limited` when the caller has too many, `unavailable` when all have.
pub fn take_place(state: &AppState, caller: &Caller) -> Result<EventPlace, Problem> {
    let place = state.event_places.take(caller.user_id);
    place.map_err(|error| match error {
        NoPlace::OfPerson => Problem::rate_limited(
            COME_AGAIN,
            "You listen to too many streams of events already. Please end one, or ask GET /v1/files now and then.",
        ),
        NoPlace::OfProcess => Problem::unavailable(
            "Too many listen to this server already. Please try again later, or ask GET /v1/files now and then.",
        ),
    })
}

/// What [`take_place`] can fail in.
#[derive(Clone, Copy, Debug)]
pub struct TakePlace;

impl Fails for TakePlace {
    fn codes() -> Vec<Code> {
        vec![Code::RateLimited]
    }
}

/// Somebody who listens.
pub(super) struct Listener {
    pub(super) state: AppState,
    pub(super) caller: Caller,
    sender: mpsc::Sender<Event>,
    check: Interval,
    _place: EventPlace,
}

/// Why events end, on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// The state that was told will last.
    Final,
    /// The document is not the caller's to see any more.
    Gone,
    /// The session has ended, or lost its role.
    SessionEnded,
    /// The access token has expired.
    TokenExpired,
    /// The process stops.
    Stopping,
    /// Nobody takes the events any more.
    Left,
}

/// Why nothing can be told.
#[derive(Debug)]
pub(super) enum Halt {
    /// There is nothing more to tell.
    End(End),
    /// The database does not answer; it is asked again.
    Unavailable,
}

/// What comes between two events.
pub(super) enum Interrupt {
    /// It is over.
    End(End),
    /// It is time to ask whether the caller still may listen.
    Check,
}

impl From<StoreError> for Halt {
    fn from(error: StoreError) -> Self {
        // Every request that comes meanwhile is told in the log.
        tracing::debug!(%error, "somebody who listens to documents cannot be told of them right now; trying again");
        Self::Unavailable
    }
}

impl End {
    fn reason(self) -> &'static str {
        match self {
            Self::Final => "final",
            Self::Gone => "gone",
            Self::SessionEnded => "session_ended",
            Self::TokenExpired => "token_expired",
            Self::Stopping => "stopping",
            Self::Left => "too_slow",
        }
    }
}

/// The events that `tell` has for somebody who listens, and the last one, `end`.
pub(super) fn events_for<T, F>(
    state: AppState,
    caller: Caller,
    place: EventPlace,
    tell: T,
) -> Events
where
    T: FnOnce(Listener) -> F,
    F: Future<Output = (Listener, End)> + Send + 'static,
{
    let (sender, receiver) = mpsc::channel(1);
    let mut check = interval(CHECKED_EVERY);
    check.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let telling = tell(Listener {
        state,
        caller,
        sender,
        check,
        _place: place,
    });
    // In a task of its own: a client that goes away must not end a database call half-way.
    tokio::spawn(async move {
        let (listener, end) = telling.await;
        let said = json!({ "reason": end.reason() }).to_string();
        let last = Event::default().event("end").retry(RETRY).data(said);
        // A client that takes nothing is told nothing.
        let _ = timeout(LAST_EVENT, listener.sender.send(last)).await;
    });
    let events = stream::unfold(receiver, |mut receiver| async move {
        let event = receiver.recv().await?;
        Some((Ok(event), receiver))
    });
    Box::pin(events)
}

impl Listener {
    /// Waits for what comes between events. A call may be given up and made again.
    pub(super) async fn interrupted(&mut self) -> Interrupt {
        tokio::select! {
            biased;
            () = self.sender.closed() => Interrupt::End(End::Left),
            () = self.state.draining.stopping() => Interrupt::End(End::Stopping),
            _ = self.check.tick() => Interrupt::Check,
        }
    }

    /// Whether the caller may listen at this moment.
    pub(super) async fn check(&self) -> Result<(), Halt> {
        if self.caller.expires_at <= self.state.clock.now() {
            return Err(Halt::End(End::TokenExpired));
        }
        match self.caller.still_has_role(&self.state).await? {
            true => Ok(()),
            false => Err(Halt::End(End::SessionEnded)),
        }
    }

    /// Waits until the client has taken what was told before.
    pub(super) async fn room(&self) -> Result<mpsc::Permit<'_, Event>, Halt> {
        tokio::select! {
            biased;
            () = self.state.draining.stopping() => Err(Halt::End(End::Stopping)),
            room = timeout(SLOWEST, self.sender.reserve()) => match room {
                Ok(Ok(room)) => Ok(room),
                Ok(Err(_)) | Err(_) => Err(Halt::End(End::Left)),
            },
        }
    }
}

/// The event that the document `id` is not the client's to see any more.
pub(super) fn gone(id: impl ToString) -> Event {
    let said = json!({ "id": id.to_string() }).to_string();
    Event::default().event("gone").data(said)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_end_says_its_reason() {
        let all = [
            End::Final,
            End::Gone,
            End::SessionEnded,
            End::TokenExpired,
            End::Stopping,
            End::Left,
        ];
        let reasons: std::collections::BTreeSet<_> = all.map(End::reason).into();
        assert_eq!(reasons.len(), all.len());
    }
}
