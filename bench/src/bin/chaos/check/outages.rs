//! When the server was down, or the machine paused.

use crate::history::History;
use crate::record::Occurrence;

/// The times in which the server was down or the machine paused, one after the other.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Outages(Vec<(i64, i64)>);

impl Outages {
    /// From each time the server was killed until it was back, and the pauses.
    pub(super) fn of(history: &History) -> Self {
        let mut outages = Vec::new();
        let mut down = None;
        for event in &history.events {
            match event.what {
                Occurrence::ServerKilled => down = Some(event.at),
                Occurrence::ServerBack => outages.extend(down.take().map(|from| (from, event.at))),
                Occurrence::MachinePaused { millis } => {
                    outages.push((event.at.saturating_sub(millis), event.at));
                }
                _ => {}
            }
        }
        outages.extend(down.map(|from| (from, history.ended_at)));
        Self(united(outages))
    }

    /// How many milliseconds of the time between these instants they were.
    pub(super) fn within(&self, from: i64, to: i64) -> i64 {
        let parts = self.0.iter();
        let parts = parts.map(|(down, back)| (*back).min(to) - (*down).max(from));
        parts.map(|part| part.max(0)).sum()
    }
}

/// The same times, each once.
fn united(mut times: Vec<(i64, i64)>) -> Vec<(i64, i64)> {
    times.sort_unstable();
    let mut apart: Vec<(i64, i64)> = Vec::new();
    for (from, to) in times {
        match apart.last_mut() {
            Some((_, until)) if from <= *until => *until = to.max(*until),
            _ => apart.push((from, to)),
        }
    }
    apart
}

#[cfg(test)]
mod tests {
    use super::super::sample::{event, run_of};
    use super::*;

    #[test]
    fn a_pause_while_the_server_was_down_counts_once() {
        let mut history = run_of(&[]);
        history.events = vec![
            event(1000, Occurrence::ServerKilled),
            event(3000, Occurrence::MachinePaused { millis: 1000 }),
            event(3500, Occurrence::ServerBack),
            event(5000, Occurrence::MachinePaused { millis: 500 }),
        ];
        let outages = Outages::of(&history);
        assert_eq!(outages.within(0, 6000), 2500 + 500);
        assert_eq!(outages.within(2500, 4600), 1000 + 100);
    }
}
