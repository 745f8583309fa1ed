//! Telling somebody of all documents that they may see.

use std::collections::HashMap;
use std::time::Duration;

use axum::response::sse::Event;
use dossier_common::digest::Sha256;
use dossier_common::id::FileId;
use dossier_common::store::StoreError;
use dossier_common::store::file_stream::Position;
use serde_json::json;
use tokio::time::Instant;

use super::event_stream::{End, Events, Halt, Interrupt, Listener, events_for, gone};
use super::file_events::json_of;
use super::file_view::file_views;
use crate::event_places::EventPlace;
use crate::extract::{Caller, LastEventId};
use crate::file_feed::{Changed, FeedChange, FeedListener};
use crate::problem::Problem;
use crate::state::AppState;

/// How often a client that was told nothing is told how far that holds, so that it can go on from there.
const PLACE_EVERY: Duration = Duration::from_secs(15);

/// How many documents are known at first that the caller sees.
const KNOWN_AT_FIRST: i64 = 1000;

/// How many documents are known at most that the caller sees.
const MOST_KNOWN: usize = 4_000;

/// The events for `caller`: `ready` when changes are told from now on; `file` with what is seen of a document that was
/// changed; `gone` when nothing is any more; `reset` when changes were missed; and `end`, the last one. Whoever has
/// had the event `last` is told what comes after it.
///
/// # Errors
///
/// [`Problem`] when the database does not answer.
pub async fn all_events(
    state: AppState,
    caller: Caller,
    place: EventPlace,
    last: LastEventId,
) -> Result<Events, Problem> {
    let feed = state.file_feed.listen();
    let now = state.store.present_position().await?;
    let known = known(&state, &caller).await?;
    // A text that is no place may be one of a version that is gone: it is as good as forgotten.
    let (after, first) = match last.0 {
        None => (now, First::Ready),
        Some(id) => match id.parse() {
            Ok(place) => (place, First::Nothing),
            Err(_) => (now, First::Reset),
        },
    };
    let events = events_for(state, caller, place, |listener| {
        let told = Told {
            listener,
            feed,
            after,
            known,
            told_at: Instant::now(),
        };
        told.follow(first)
    });
    Ok(events)
}

/// What comes before all changes.
enum First {
    Nothing,
    Ready,
    Reset,
}

/// How far somebody was told.
struct Told {
    listener: Listener,
    feed: FeedListener,
    after: Position,
    /// What the client may know, with the digest of what it was told.
    known: HashMap<FileId, Option<Sha256>>,
    told_at: Instant,
}

impl Told {
    async fn follow(mut self, first: First) -> (Listener, End) {
        let mut first = Some(first);
        loop {
            match self.go_on(&mut first).await {
                // The database is asked again after the next check.
                Ok(()) | Err(Halt::Unavailable) => {}
                Err(Halt::End(end)) => return (self.listener, end),
            }
            tokio::select! {
                biased;
                interrupt = self.listener.interrupted() => match interrupt {
                    Interrupt::End(end) => return (self.listener, end),
                    Interrupt::Check => {
                        if let Err(Halt::End(end)) = self.listener.check().await {
                            return (self.listener, end);
                        }
                    }
                },
                () = self.feed.more() => {}
            }
        }
    }

    /// Tells everything that was read since.
    async fn go_on(&mut self, first: &mut Option<First>) -> Result<(), Halt> {
        match first {
            Some(First::Ready) => {
                let place = self.after.clone();
                let detail = "Changes are told from now on.";
                self.say("ready", detail, &place).await?;
            }
            Some(First::Reset) => self.reset(self.after.clone()).await?,
            Some(First::Nothing) | None => {}
        }
        *first = None;
        loop {
            let changes = match self.feed.changed_after(&self.after) {
                Changed::Forgotten => {
                    let now = self.listener.state.store.present_position().await?;
                    self.reset(now).await?;
                    continue;
                }
                Changed::Files(changes) => changes,
            };
            if changes.is_empty() {
                return self.tell_place().await;
            }
            for (number, change) in changes.iter().enumerate() {
                let mut later = changes[number + 1..].iter();
                let comes_again = later.any(|later| later.file_id == change.file_id);
                if !comes_again && self.may_be_told(change) {
                    self.tell(change.file_id, &change.place).await?;
                }
                self.after = change.place.clone();
            }
        }
    }

    /// Whether the client may see the document or know of it; no question to the database for all others.
    fn may_be_told(&self, change: &FeedChange) -> bool {
        let Caller {
            user_id,
            role,
            email_key,
            ..
        } = &self.listener.caller;
        let audience = change.audience.as_ref();
        audience.is_some_and(|it| it.may_concern(*user_id, *role, email_key))
            || self.known.contains_key(&change.file_id)
    }

    /// Tells how the document `id` is since the change `at`.
    async fn tell(&mut self, id: FileId, at: &Position) -> Result<(), Halt> {
        let room = self.listener.room().await?;
        self.listener.check().await?;
        let (state, caller) = (&self.listener.state, &self.listener.caller);
        let scope = caller.file_scope(state).await?;
        let event = match state.store.find_file(id, &scope).await? {
            Some(file) => {
                let views = file_views(state, caller, vec![file]).await?;
                let json = views.first().map(json_of).unwrap_or_default();
                let digest = Some(Sha256::of(json.as_bytes()));
                if self.known.len() >= MOST_KNOWN {
                    self.known.clear();
                }
                let is_new = self.known.insert(id, digest) != Some(digest);
                // Without data it is no event, and the client goes on from here all the same.
                Some(match is_new {
                    true => Event::default().event("file").data(json),
                    false => Event::default(),
                })
            }
            None => {
                let was_seen = self.known.remove(&id).is_some()
                    || state.store.was_withdrawn_from(id, &scope).await?;
                was_seen.then(|| gone(id))
            }
        };
        if let Some(event) = event {
            room.send(event.id(at.to_string()));
            self.told_at = Instant::now();
        }
        Ok(())
    }

    /// Tells that changes were missed up to `now`.
    async fn reset(&mut self, now: Position) -> Result<(), Halt> {
        let known = known(&self.listener.state, &self.listener.caller).await?;
        let detail =
            "Changes before now are not known any more. Please list the documents: GET /v1/files.";
        self.say("reset", detail, &now).await?;
        (self.known, self.after) = (known, now);
        Ok(())
    }

    async fn say(&mut self, name: &str, detail: &str, place: &Position) -> Result<(), Halt> {
        let room = self.listener.room().await?;
        self.listener.check().await?;
        let said = json!({ "detail": detail }).to_string();
        let event = Event::default().event(name).data(said);
        room.send(event.id(place.to_string()));
        self.told_at = Instant::now();
        Ok(())
    }

    /// Tells a client that was told nothing for a while up to where that holds: an id without data, which is no event
    /// for a client, but the id of the last one.
    async fn tell_place(&mut self) -> Result<(), Halt> {
        let head = self.feed.head().filter(|head| *head > self.after);
        if let Some(head) = head
            && self.told_at.elapsed() >= PLACE_EVERY
        {
            // Whatever was read up to there was told.
            if self.feed.changed_after(&self.after) == Changed::Files(Vec::new()) {
                let room = self.listener.room().await?;
                room.send(Event::default().id(head.to_string()));
                self.after = head;
                self.told_at = Instant::now();
            }
        }
        Ok(())
    }
}

/// The newest documents that `caller` sees.
async fn known(
    state: &AppState,
    caller: &Caller,
) -> Result<HashMap<FileId, Option<Sha256>>, StoreError> {
    let scope = caller.file_scope(state).await?;
    let ids = state.store.list_file_ids(&scope, KNOWN_AT_FIRST).await?;
    Ok(ids.into_iter().map(|id| (id, None)).collect())
}
