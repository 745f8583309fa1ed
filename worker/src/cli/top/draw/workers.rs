//! The workers and what they run.

use dossier_common::overview::{WorkerOverview, WorkerState};
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
use crate::cli::workers::process;

const COLUMNS: [Column; 8] = [
    Column::always("process").breaking(16),
    Column::always("worker of"),
    Column::ranked("state", 1),
    Column::ranked("runs", 2),
    Column::ranked("longest", 3),
    Column::ranked("job", 5),
    Column::ranked("buffered", 6),
    Column::ranked("heartbeat", 4),
];

pub(super) fn workers(state: &State, look: Look, area: Rect) -> Paragraph<'static> {
    let rows: Vec<(Vec<String>, Style)> = match &state.overview {
        Some(overview) => {
            let mut workers: Vec<&WorkerOverview> = overview.workers.iter().collect();
            // What is wrong and what works hard first.
            workers.sort_by_key(|worker| (rank(worker), std::cmp::Reverse(worker.running.len())));
            let row =
                |worker: &&WorkerOverview| (row(worker, overview.at), style(worker.state, look));
            workers.iter().map(row).collect()
        }
        None => Vec::new(),
    };
    list(&COLUMNS, &rows, look, area)
}

fn rank(worker: &WorkerOverview) -> u8 {
    match worker.state {
        WorkerState::Dead => 0,
        WorkerState::Draining => 1,
        _ => 2,
    }
}

fn style(state: WorkerState, look: Look) -> Style {
    match state {
        WorkerState::Dead => look.wrong(),
        WorkerState::Draining => look.notable(),
        _ => look.usual(),
    }
}

fn row(worker: &WorkerOverview, now: DateTime) -> Vec<String> {
    let longest = worker.running.first();
    let job = longest.map(|job| visible(job.id.as_bytes()));
    let since = longest.map(|job| age_at(job.since, now));
    vec![
        process(worker),
        visible(worker.queue.as_bytes()),
        worker.state.to_string(),
        worker.running.len().to_string(),
        since.unwrap_or_default(),
        job.unwrap_or_default(),
        worker.buffered.to_string(),
        format!("{} ago", age_at(worker.last_heartbeat, now)),
    ]
}
