//! Telling somebody of the overview, for as long as they may know it.

use std::convert::Infallible;
use std::time::Duration;

use axum::response::sse::Event;
use futures_util::stream::{self, Stream};
use serde_json::json;
use tokio::sync::mpsc;
use tokio::time::{MissedTickBehavior, interval, timeout};

use crate::extract::Caller;
use crate::overview_feed::{OverviewListener, OverviewUpdate, ReadOverview};
use crate::problem::{Code, Fails, Problem};
use crate::state::AppState;

/// The JSON of the overview that somebody is told; none when it could not be written.
pub type Told = fn(&ReadOverview) -> Option<&str>;

/// How often it is asked whether the caller still may.
const CHECKED_EVERY: Duration = Duration::from_secs(2);

/// When a client shall connect again after the end.
const RETRY: Duration = Duration::from_secs(5);

/// When a client may ask again for a place.
const COME_AGAIN: Duration = Duration::from_secs(10);

/// How long the last event waits for a client that takes nothing.
const LAST_EVENT: Duration = Duration::from_secs(1);

/// A place among those who listen.
///
/// # Errors
///
/// [`Problem`] when there is none.
pub fn listen(state: &AppState) -> Result<OverviewListener, Problem> {
    state.overview.listen().ok_or_else(|| {
        Problem::rate_limited(
            COME_AGAIN,
            "Too many listen to this server already. Please ask GET /v1/admin/overview now and then instead.",
        )
    })
}

/// The events for `caller`: `overview` whenever it was read, in the JSON that `told` gives, `unavailable` when it
/// could not be, and `end`, the last one, when the session has ended or the process stops.
pub fn overview_events(
    state: AppState,
    caller: Caller,
    listener: OverviewListener,
    told: Told,
) -> impl Stream<Item = Result<Event, Infallible>> + Send + 'static {
    let (sender, receiver) = mpsc::channel(1);
    let subscriber = Subscriber {
        caller,
        listener,
        told,
    };
    // In a task of its own: a client that goes away must not end a database call half-way.
    tokio::spawn(tell(state, subscriber, sender));
    stream::unfold(receiver, |mut receiver| async move {
        let event = receiver.recv().await?;
        Some((Ok(event), receiver))
    })
}

/// Who is told, and in which JSON.
struct Subscriber {
    caller: Caller,
    listener: OverviewListener,
    told: Told,
}

async fn tell(state: AppState, mut subscriber: Subscriber, sender: mpsc::Sender<Event>) {
    let mut check = interval(CHECKED_EVERY);
    check.set_missed_tick_behavior(MissedTickBehavior::Delay);
    // The newest update alone waits for a slow client.
    let mut waiting: Option<OverviewUpdate> = None;
    let mut may_listen = true;
    let reason = loop {
        tokio::select! {
            biased;
            () = sender.closed() => return,
            () = state.draining.stopping() => break "stopping",
            _ = check.tick() => match subscriber.caller.still_has_role(&state).await {
                Ok(true) => may_listen = true,
                Ok(false) => break "session_ended",
                Err(error) => {
                    tracing::warn!(%error, "whether somebody still may listen is not known; nothing is told meanwhile");
                    (may_listen, waiting) = (false, Some(OverviewUpdate::Unavailable));
                }
            },
            update = subscriber.listener.next() => match update {
                Some(update) if may_listen => waiting = Some(update),
                Some(_) => {}
                None => break "stopping",
            },
            room = sender.reserve(), if waiting.is_some() => {
                if let (Ok(room), Some(update)) = (room, waiting.take()) {
                    room.send(event(&update, subscriber.told));
                }
            }
        }
    };
    let end = json!({ "reason": reason }).to_string();
    let end = Event::default().event("end").retry(RETRY).data(end);
    // A client that takes nothing is told nothing.
    let _ = timeout(LAST_EVENT, sender.send(end)).await;
}

fn event(update: &OverviewUpdate, told: Told) -> Event {
    let json = match update {
        OverviewUpdate::Read(overview) => told(overview),
        OverviewUpdate::Unavailable => None,
    };
    match json {
        Some(json) => Event::default().event("overview").data(json),
        None => {
            let detail = "The overview cannot be read right now. It is tried again.";
            let said = json!({ "detail": detail }).to_string();
            Event::default().event("unavailable").data(said)
        }
    }
}

/// What [`listen`] can fail in.
#[derive(Clone, Copy, Debug)]
pub struct Listen;

impl Fails for Listen {
    fn codes() -> Vec<Code> {
        vec![Code::RateLimited]
    }
}
