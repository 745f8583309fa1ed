//! Draws a state: the same state always gives the same picture.

mod dialog;
mod failures;
mod header;
mod list;
mod look;
mod queues;
mod workers;

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout};
use ratatui::widgets::Paragraph;

use super::state::State;
pub(super) use look::Look;

/// What stands above the queues.
const HEADER: u16 = 3;
/// Failures get no more lines than this where there are workers to show.
const FAILURES: u16 = 14;

/// Draws `state` on the whole of `frame`.
pub(super) fn draw(frame: &mut Frame<'_>, state: &State, look: Look) {
    let area = frame.area();
    let queues = list::height(state.queues().len());
    let below = area
        .height
        .saturating_sub(queues.saturating_add(HEADER + 1));
    let failures = (below / 3).clamp(below.min(4), FAILURES);
    let [head, queues, workers, failed, foot] = Layout::vertical([
        Constraint::Length(HEADER),
        Constraint::Length(queues),
        Constraint::Min(0),
        Constraint::Length(failures),
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

/// What became of the last change, or the keys.
fn foot_line(state: &State) -> Paragraph<'_> {
    let keys = "q quit  ↑↓ queue  p pause/resume  r refresh  ? help";
    Paragraph::new(state.message.as_deref().unwrap_or(keys))
}
