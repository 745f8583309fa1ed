//! When the server was down.

use crate::history::History;
use crate::record::Occurrence;

/// The times in which the server was down.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Outages(Vec<(i64, i64)>);

impl Outages {
    /// From each time it was killed until it was back.
    pub(super) fn of(history: &History) -> Self {
        let mut outages = Vec::new();
        let mut down = None;
        for event in &history.events {
            match event.what {
                Occurrence::ServerKilled => down = Some(event.at),
                Occurrence::ServerBack => outages.extend(down.take().map(|from| (from, event.at))),
                _ => {}
            }
        }
        outages.extend(down.map(|from| (from, history.ended_at)));
        Self(outages)
    }

    /// For how many milliseconds it was down between these instants.
    pub(super) fn within(&self, from: i64, to: i64) -> i64 {
        let parts = self.0.iter();
        let parts = parts.map(|(down, back)| (*back).min(to) - (*down).max(from));
        parts.map(|part| part.max(0)).sum()
    }
}
