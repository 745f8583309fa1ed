//! Since when documents are new to a visitor: since their previous visit.

use std::time::Duration;

use axum::http::{HeaderMap, HeaderValue};
use dossier_common::clock::rfc3339;
use mongodb::bson::DateTime;

use crate::console::cookie;
use crate::state::AppState;

/// The cookie: when the previous visit ended, and when a list was last looked at, in milliseconds.
const SEEN: &str = "seen";

/// Whoever looks again after this time has come again.
const VISIT: Duration = Duration::from_secs(30 * 60);

/// How long a browser remembers it.
const KEPT: Duration = Duration::from_secs(400 * 24 * 60 * 60);

/// The end of the year 9999, in milliseconds: no instant of a cookie is later.
const LAST: i64 = 253_402_300_799_999;

/// The visits of a browser.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Seen {
    since: DateTime,
    now: DateTime,
}

impl Seen {
    /// As the cookie tells. To somebody who was not here before, nothing is new.
    pub(super) fn of(state: &AppState, headers: &HeaderMap) -> Self {
        let now = state.clock.now();
        let told = cookie::sent(state, headers, SEEN).and_then(read);
        let since = match told {
            Some((_, last)) if now.saturating_duration_since(last) > VISIT => last,
            Some((since, _)) => since,
            None => now,
        };
        Self { since, now }
    }

    /// When the previous visit ended.
    pub(super) fn since(self) -> String {
        rfc3339(self.since)
    }

    /// The header that has the browser remember this visit.
    pub(super) fn cookie(self, state: &AppState) -> HeaderValue {
        let (since, now) = (self.since.timestamp_millis(), self.now.timestamp_millis());
        cookie::kept(state, SEEN, &format!("{since}.{now}"), KEPT)
    }
}

fn read(text: &str) -> Option<(DateTime, DateTime)> {
    let (since, last) = text.split_once('.')?;
    let instant = |text: &str| {
        let milliseconds = text.parse().ok();
        milliseconds
            .filter(|it| (0..=LAST).contains(it))
            .map(DateTime::from_millis)
    };
    Some((instant(since)?, instant(last)?))
}
