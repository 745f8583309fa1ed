//! Draws a state: the same state always gives the same picture.

mod dialog;
mod failures;
mod header;
mod list;
mod look;
mod queues;
mod workers;

use dossier_common::overview::Overview;
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout};
use ratatui::widgets::Paragraph;

use super::state::State;
pub(super) use look::Look;

/// What stands above the queues.
const HEADER: u16 = 3;
/// Draws `state` on the whole of `frame`.
pub(super) fn draw(frame: &mut Frame<'_>, state: &State, look: Look) {
    let area = frame.area();
    let queues = list::height(state.queues().len());
    let below = area
        .height
        .saturating_sub(queues.saturating_add(HEADER + 1));
    let workers = workers_of(state, below);
    let [head, queues, workers, failed, foot] = Layout::vertical([
        Constraint::Length(HEADER),
        Constraint::Length(queues),
        Constraint::Length(workers),
        Constraint::Min(0),
        Constraint::Length(1),
    ])
    .areas(area);
    frame.render_widget(header::header(state, look), head);
    frame.render_widget(queues::queues(state, look, queues), queues);
    frame.render_widget(workers::workers(state, look, workers), workers);
    frame.render_widget(failures::failures(state, look, failed), failed);
    frame.render_widget(foot_line(state), foot);
    dialog::dialog(frame, state, look);
}

/// How many of the lines below the queues are for workers: as many as there are, but half of them stay for
/// failures, if there are so many.
fn workers_of(state: &State, below: u16) -> u16 {
    let overview = state.overview.as_deref();
    let rows = |of: fn(&Overview) -> usize| list::height(overview.map_or(0, of));
    let workers = rows(|overview| overview.workers.len());
    let failures = rows(|overview| overview.failures.len());
    workers.min(below.saturating_sub(failures.min(below / 2)))
}

/// What became of the last change, or the keys.
fn foot_line(state: &State) -> Paragraph<'_> {
    let keys = "q quit  ↑↓ queue  p pause/resume  r refresh  ? help";
    Paragraph::new(state.message().unwrap_or(keys))
}
