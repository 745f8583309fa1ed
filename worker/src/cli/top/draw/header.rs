//! The database, the time, the mail server, and the sums.

use dossier_common::overview::{MailState, Overview, QueueOverview, WorkerState};
use mongodb::bson::DateTime;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use super::Look;
use crate::cli::age::age_at;
use crate::cli::instant::instant;
use crate::cli::top::state::State;
use crate::cli::visible::visible;

/// Three lines.
pub(super) fn header(state: &State, look: Look) -> Paragraph<'_> {
    let mut first = vec![Span::raw(format!(" {} UTC  ", time(state.now)))];
    if let Some(trouble) = &state.trouble {
        let (at, now) = (state.answered_at, state.now);
        let told = format!("no answer since {} ({})", time(at), age_at(at, now));
        first.push(Span::styled(told, look.wrong()));
        first.push(Span::raw(format!("  {trouble}")));
    }
    let Some(overview) = &state.overview else {
        let waits = Line::raw(" waiting for the database");
        return Paragraph::new(vec![Line::from(first), waits]);
    };
    let database = visible(overview.database.as_bytes());
    first.insert(0, Span::styled(format!(" {database}"), look.title()));
    if state.trouble.is_none() {
        let (told, style) = mail(overview, look);
        first.push(Span::styled(told, style));
    }
    let (jobs, workers) = (jobs(overview), workers(overview));
    Paragraph::new(vec![Line::from(first), Line::raw(jobs), Line::raw(workers)])
}

/// The time of day.
fn time(at: DateTime) -> String {
    let at = instant(at);
    let time = at.split_once(' ').map(|(_, time)| time.to_owned());
    time.unwrap_or(at)
}

/// How the way to the mail server is.
fn mail(overview: &Overview, look: Look) -> (String, Style) {
    let (mail, now) = (&overview.mail, overview.at);
    let word = mail.state.as_str();
    match mail.state {
        MailState::Works => (format!("mail {word}"), look.usual()),
        MailState::Fails => {
            let told = format!("mail {word}, {} in a row", mail.failures);
            (told, look.notable())
        }
        MailState::Parked => {
            let since = mail.parked_since.map(|at| age_at(at, now));
            let reason = mail.reason.as_deref().unwrap_or_default();
            let (since, reason) = (since.unwrap_or_default(), visible(reason.as_bytes()));
            (format!("mail {word} {since}: {reason}"), look.wrong())
        }
    }
}

/// How many jobs there are.
fn jobs(overview: &Overview) -> String {
    let all = |of: fn(&QueueOverview) -> u64| -> u64 { overview.queues.iter().map(of).sum() };
    format!(
        " jobs: {} ready, {} running, {} dead",
        all(|queue| queue.counts.ready),
        all(|queue| queue.counts.running),
        all(|queue| queue.counts.dead),
    )
}

/// How many workers there are.
fn workers(overview: &Overview) -> String {
    let all = |state: WorkerState| {
        let workers = overview.workers.iter();
        workers.filter(|worker| worker.state == state).count()
    };
    format!(
        " workers: {} alive, {} draining, {} dead",
        all(WorkerState::Alive),
        all(WorkerState::Draining),
        all(WorkerState::Dead),
    )
}
