//! The newest failures.

use dossier_common::overview::FailureOverview;
use dossier_common::queue::JobState;
use dossier_service::table::Column;
use mongodb::bson::DateTime;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::widgets::Paragraph;

use super::Look;
use super::list::list;
use crate::cli::age::age_at;
use crate::cli::top::state::State;
use crate::cli::visible::visible;

const COLUMNS: [Column; 6] = [
    Column::always("failed"),
    Column::ranked("queue", 2),
    Column::ranked("state", 1),
    Column::ranked("attempt", 4),
    Column::ranked("job", 3),
    Column::always("error").breaking(20),
];

pub(super) fn failures(state: &State, look: Look, area: Rect) -> Paragraph<'static> {
    let rows: Vec<(Vec<String>, Style)> = match &state.overview {
        Some(overview) => {
            let row =
                |failure: &FailureOverview| (row(failure, overview.at), style(failure.state, look));
            overview.failures.iter().map(row).collect()
        }
        None => Vec::new(),
    };
    list(&COLUMNS, &rows, look, area)
}

fn style(state: JobState, look: Look) -> Style {
    match state {
        JobState::Dead => look.wrong(),
        _ => look.usual(),
    }
}

fn row(failure: &FailureOverview, now: DateTime) -> Vec<String> {
    let state = match failure.state {
        JobState::Dead => "dead",
        _ => "waits",
    };
    vec![
        format!("{} ago", age_at(failure.at, now)),
        visible(failure.queue.as_bytes()),
        state.to_owned(),
        format!("{}/{}", failure.attempts, failure.max_attempts),
        visible(failure.id.as_bytes()),
        visible(failure.error.as_bytes()),
    ]
}
