//! Telling somebody of a document, for as long as they may see it.

use axum::response::sse::Event;
use dossier_common::digest::Sha256;
use dossier_common::file::File;
use dossier_common::id::FileId;
use dossier_common::store::StoreError;

use super::event_stream::{End, Events, Halt, Interrupt, Listener, events_for, gone};
use super::file_view::file_views;
use crate::event_places::EventPlace;
use crate::extract::{Caller, LastEventId, Until};
use crate::file_watch::FileWaiter;
use crate::problem::Problem;
use crate::state::AppState;
use crate::wire::{FileResponse, FileStateName, ReplacementStateName};

/// How many digits of the digest of what was told are the id of an event.
const ID_DIGITS: usize = 32;

/// The events of the document `id` for `caller`: `file` with what is seen of it, at once and after every change;
/// `gone` when nothing is any more; and `end`, the last one. Nothing, when `last` was the last one already.
///
/// # Errors
///
/// [`Problem`] when the caller may not see the document.
pub async fn file_events(
    state: AppState,
    caller: Caller,
    place: EventPlace,
    (id, until, last): (FileId, Until, LastEventId),
) -> Result<Option<Events>, Problem> {
    let scope = caller.file_scope(&state).await?;
    let file = state.store.find_file(id, &scope).await?;
    let file = file.ok_or_else(Problem::not_found)?;
    let seen = Seen::of(&state, &caller, file).await?;
    if seen.ends(until) && last.0.as_ref() == Some(&seen.event_id) {
        return Ok(None);
    }
    // It is looked at again after this, so that no change comes between.
    let waiter = state.file_watch.wait_for(id);
    let events = events_for(state, caller, place, |listener| {
        let told = Told {
            listener,
            waiter,
            id,
            until,
            last: last.0,
        };
        told.follow()
    });
    Ok(Some(events))
}

/// What somebody was told of a document.
struct Told {
    listener: Listener,
    waiter: FileWaiter,
    id: FileId,
    until: Until,
    /// The id of the last event.
    last: Option<String>,
}

/// What somebody sees of a document.
struct Seen {
    json: String,
    /// Equal for what looks alike, in every process.
    event_id: String,
    /// Whether a worker is still to come to a verdict, on the document or on new bytes of it.
    is_undecided: bool,
}

impl Told {
    async fn follow(mut self) -> (Listener, End) {
        let mut is_due = true;
        loop {
            if is_due {
                match self.look().await {
                    Ok(()) => is_due = false,
                    Err(Halt::End(end)) => return (self.listener, end),
                    // Again after the next check.
                    Err(Halt::Unavailable) => {}
                }
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
                () = self.waiter.changed() => is_due = true,
            }
        }
    }

    /// Tells how the document is, unless that was told already.
    async fn look(&mut self) -> Result<(), Halt> {
        let room = self.listener.room().await?;
        self.listener.check().await?;
        let (state, caller) = (&self.listener.state, &self.listener.caller);
        let scope = caller.file_scope(state).await?;
        let Some(file) = state.store.find_file(self.id, &scope).await? else {
            room.send(gone(self.id));
            return Err(Halt::End(End::Gone));
        };
        let seen = Seen::of(state, caller, file).await?;
        let ends = seen.ends(self.until);
        if self.last.as_ref() != Some(&seen.event_id) {
            let event = Event::default().event("file").id(&seen.event_id);
            room.send(event.data(&seen.json));
            self.last = Some(seen.event_id);
        }
        match ends {
            true => Err(Halt::End(End::Final)),
            false => Ok(()),
        }
    }
}

impl Seen {
    async fn of(state: &AppState, caller: &Caller, file: File) -> Result<Self, StoreError> {
        let views = file_views(state, caller, vec![file]).await?;
        let view = views.first();
        let json = view.map(json_of).unwrap_or_default();
        let mut event_id = Sha256::of(json.as_bytes()).to_string();
        event_id.truncate(ID_DIGITS);
        Ok(Self {
            json,
            event_id,
            is_undecided: view.is_none_or(is_undecided),
        })
    }

    /// Whether events end with it.
    fn ends(&self, until: Until) -> bool {
        until == Until::Final && !self.is_undecided
    }
}

fn is_undecided(view: &FileResponse) -> bool {
    let replacement = view.replacement.as_ref().map(|it| it.state);
    let has_new_bytes = replacement == Some(ReplacementStateName::Received);
    let is_withdrawn = view.state == FileStateName::Withdrawn;
    view.state == FileStateName::Received || has_new_bytes && !is_withdrawn
}

/// What is told of a document.
pub(super) fn json_of(view: &FileResponse) -> String {
    // Texts and numbers are JSON.
    serde_json::to_string(view).unwrap_or_default()
}
