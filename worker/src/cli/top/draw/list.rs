//! A list: the names of its columns, a rule, and a line for each row.

use dossier_service::table::{Column, fitted_in_lines};
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Line;
use ratatui::widgets::Paragraph;

use super::Look;

/// The names of the columns and the rule.
const ABOVE: usize = 2;

/// How many lines a list of so many rows has, with an empty one below it.
pub(super) fn height(rows: usize) -> u16 {
    u16::try_from(ABOVE + rows + 1).unwrap_or(u16::MAX)
}

/// The list of `rows`, each with its style, as far as `area` goes. Where there is room for more than
/// one, the last line says how many there are besides; one line stays empty.
pub(super) fn list(
    columns: &[Column],
    rows: &[(Vec<String>, Style)],
    look: Look,
    area: Rect,
) -> Paragraph<'static> {
    let cells: Vec<Vec<String>> = rows.iter().map(|(cells, _)| cells.clone()).collect();
    let text = fitted_in_lines(columns, &cells, area.width.max(1)).to_string();
    let styles = rows.iter().map(|(_, style)| *style);
    let styles = [look.title(), look.usual()].into_iter().chain(styles);
    let lines = text.lines().zip(styles);
    let mut lines: Vec<Line<'static>> = lines
        .map(|(line, style)| Line::styled(line.to_owned(), style))
        .collect();
    let room = usize::from(area.height).saturating_sub(1);
    let (shown, hidden) = (room.saturating_sub(1), lines.len().saturating_sub(room));
    lines.truncate(room);
    if hidden > 0 && shown > ABOVE {
        lines.truncate(shown);
        let hidden = hidden + 1;
        lines.push(Line::styled(format!(" … and {hidden} more"), look.usual()));
    }
    Paragraph::new(lines)
}
