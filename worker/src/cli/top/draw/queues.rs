//! The queues: how deep, how old, how fast.

use dossier_common::overview::{QueueOverview, QueueState};
use dossier_service::table::Column;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::widgets::Paragraph;

use super::Look;
use super::list::list;
use crate::cli::age::age;
use crate::cli::queues::limits_in_words;
use crate::cli::top::state::State;
use crate::cli::visible::visible;

const COLUMNS: [Column; 12] = [
    Column::always("queue"),
    Column::always("state"),
    Column::ranked("ready", 1),
    Column::ranked("running", 4),
    Column::ranked("oldest", 3),
    Column::ranked("dead", 2),
    Column::ranked("done/min", 5),
    Column::ranked("rate", 6),
    Column::ranked("failed/min", 7),
    Column::ranked("retrying", 9),
    Column::ranked("scheduled", 10),
    Column::ranked("limits", 8),
];

/// From nothing to the most that there was.
const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// So many of the newest rates are in a curve.
const CURVE: usize = 16;

pub(super) fn queues(state: &State, look: Look, area: Rect) -> Paragraph<'static> {
    let rows = state.queues().iter().enumerate();
    let rows: Vec<(Vec<String>, Style)> = rows
        .map(|(place, queue)| {
            let style = style(queue, look);
            let style = match place == state.selected {
                true => style.patch(look.chosen()),
                false => style,
            };
            (row(state, queue), style)
        })
        .collect();
    list(&COLUMNS, &rows, look, area)
}

fn style(queue: &QueueOverview, look: Look) -> Style {
    match queue.state {
        QueueState::Runs => look.usual(),
        QueueState::Paused => look.notable(),
        QueueState::Parked => look.wrong(),
    }
}

fn row(state: &State, queue: &QueueOverview) -> Vec<String> {
    let (counts, rates) = (&queue.counts, &queue.rates);
    vec![
        visible(queue.name.as_bytes()),
        queue.state.as_str().to_owned(),
        counts.ready.to_string(),
        counts.running.to_string(),
        queue.oldest_unfinished.map(age).unwrap_or_default(),
        counts.dead.to_string(),
        rates.done.to_string(),
        curve(state.rates(&queue.name)),
        rates.failed.to_string(),
        queue.retrying.to_string(),
        counts.scheduled.to_string(),
        limits_in_words(&queue.limits),
    ]
}

/// The newest of `rates` as bars.
fn curve(rates: impl Iterator<Item = u64>) -> String {
    let mut rates: Vec<u64> = rates.collect();
    rates.drain(..rates.len().saturating_sub(CURVE));
    let most = rates.iter().copied().max().unwrap_or(0).max(1);
    let bar = |rate: u64| {
        let last = BARS.len() - 1;
        let level = (u128::from(rate) * last as u128).div_ceil(u128::from(most));
        BARS[usize::try_from(level).unwrap_or(last).min(last)]
    };
    rates.into_iter().map(bar).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_curve_goes_from_nothing_to_the_most_that_there_was() {
        assert_eq!(curve([0, 1, 50, 100].into_iter()), "▁▂▅█");
        assert_eq!(curve([0, 0].into_iter()), "▁▁");
        assert_eq!(curve(0..100).chars().count(), CURVE);
        assert_eq!(curve([u64::MAX].into_iter()), "█");
    }
}
