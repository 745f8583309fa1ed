//! What is asked or told over the figures.

use ratatui::Frame;
use ratatui::layout::{Constraint, Rect};
use ratatui::text::Line;
use ratatui::widgets::{Block, Clear, Paragraph};

use super::Look;
use crate::cli::top::state::{Dialog, State};

const HELP: [&str; 9] = [
    "↑ ↓   choose a queue",
    "p     pause it, or resume it",
    "r     ask the database now",
    "?     this help",
    "q     quit, as Esc and Ctrl-C do",
    "",
    "parked: what the jobs need is not",
    "there; one is tried now and then",
    "oldest: due and not finished",
];

/// Draws the dialog, if there is one.
pub(super) fn dialog(frame: &mut Frame<'_>, state: &State, look: Look) {
    let (title, lines) = match state.dialog {
        Dialog::None => return,
        Dialog::Help => (" keys ", HELP.map(Line::raw).to_vec()),
        Dialog::Confirm { queue, pauses } => {
            let question = match pauses {
                true => format!("pause {queue}?"),
                false => format!("resume {queue}?"),
            };
            let lines = [question, "y yes   n no".to_owned()];
            (" are you sure? ", lines.map(Line::raw).to_vec())
        }
    };
    let width = lines.iter().map(Line::width).max().unwrap_or(0) + 4;
    let height = lines.len() + 2;
    let area = centred(frame.area(), width.max(title.len() + 2), height);
    let block = Block::bordered().title(title).border_style(look.title());
    frame.render_widget(Clear, area);
    frame.render_widget(Paragraph::new(lines).block(block), area);
}

fn centred(area: Rect, width: usize, height: usize) -> Rect {
    let length = |length: usize| Constraint::Length(u16::try_from(length).unwrap_or(u16::MAX));
    area.centered(length(width), length(height))
}
