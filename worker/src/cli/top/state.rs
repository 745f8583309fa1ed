//! What is known, and what the operator has chosen.

use std::collections::{BTreeMap, VecDeque};

use dossier_common::overview::{Overview, QueueOverview, QueueState};
use dossier_common::queue::QueueName;
use mongodb::bson::DateTime;

use super::gather::News;
use super::keys::Key;

/// So many rates of each queue are kept for its curve.
const KEPT_RATES: usize = 60;

/// So long it is told what became of a change.
const TOLD_MILLIS: i64 = 10_000;

/// What is asked or told over the figures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Dialog {
    #[default]
    None,
    /// Which keys there are.
    Help,
    /// Whether this queue is to be paused, or else resumed.
    Confirm { queue: QueueName, pauses: bool },
}

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    /// End.
    Quit,
    /// Ask the store at once.
    Refresh,
    /// Pause this queue, or resume it.
    Change { queue: QueueName, pauses: bool },
}

/// What is told in place of the keys.
#[derive(Debug)]
struct Message {
    text: String,
    /// When it goes by itself, if it does.
    until: Option<DateTime>,
}

#[derive(Debug)]
pub(super) struct State {
    /// By our own clock.
    pub(super) now: DateTime,
    /// How things were at the last answer.
    pub(super) overview: Option<Box<Overview>>,
    /// When the last answer came, or else the first question was asked.
    pub(super) answered_at: DateTime,
    /// Why there was no answer to the last question.
    pub(super) trouble: Option<String>,
    /// The queue that is chosen, by its place.
    pub(super) selected: usize,
    pub(super) dialog: Dialog,
    message: Option<Message>,
    rates: BTreeMap<String, VecDeque<u64>>,
}

impl State {
    /// Nothing is known yet.
    pub(super) fn new(now: DateTime) -> Self {
        Self {
            now,
            overview: None,
            answered_at: now,
            trouble: None,
            selected: 0,
            dialog: Dialog::None,
            message: None,
            rates: BTreeMap::new(),
        }
    }

    /// The queues, as they were at the last answer.
    pub(super) fn queues(&self) -> &[QueueOverview] {
        let overview = self.overview.as_ref();
        overview
            .map(|overview| overview.queues.as_slice())
            .unwrap_or_default()
    }

    /// How many jobs of `queue` were done in a minute, at each answer, the oldest first.
    pub(super) fn rates(&self, queue: &str) -> impl Iterator<Item = u64> {
        self.rates.get(queue).into_iter().flatten().copied()
    }

    /// Something came from the store.
    pub(super) fn take(&mut self, news: News) {
        match news {
            News::Overview(Ok(overview)) => {
                for queue in &overview.queues {
                    let rates = self.rates.entry(queue.name.clone()).or_default();
                    rates.push_back(queue.rates.done);
                    if rates.len() > KEPT_RATES {
                        rates.pop_front();
                    }
                }
                let last = overview.queues.len().saturating_sub(1);
                self.selected = self.selected.min(last);
                self.overview = Some(overview);
                self.answered_at = self.now;
                self.trouble = None;
            }
            // What was known last stays.
            News::Overview(Err(trouble)) => self.trouble = Some(trouble),
            News::Changed(outcome) => self.tell(outcome),
        }
    }

    /// What became of the last change, or is waited for.
    pub(super) fn message(&self) -> Option<&str> {
        let message = self.message.as_ref()?;
        let is_over = message.until.is_some_and(|until| until <= self.now);
        (!is_over).then_some(message.text.as_str())
    }

    /// Says `text` until an outcome is told.
    pub(super) fn tell_meanwhile(&mut self, text: String) {
        self.message = Some(Message { text, until: None });
    }

    /// Says `text` for a while.
    fn tell(&mut self, text: String) {
        let until = Some(self.now.saturating_add_millis(TOLD_MILLIS));
        self.message = Some(Message { text, until });
    }

    /// A key was pressed.
    pub(super) fn press(&mut self, key: Key) -> Option<Action> {
        if key == Key::Interrupt {
            return Some(Action::Quit);
        }
        match (self.dialog, key) {
            (Dialog::Confirm { queue, pauses }, Key::Yes) => {
                self.dialog = Dialog::None;
                return Some(Action::Change { queue, pauses });
            }
            (Dialog::Confirm { .. }, Key::No | Key::Quit) | (Dialog::Help, _) => {
                self.dialog = Dialog::None;
            }
            (Dialog::Confirm { .. }, _) => {}
            (Dialog::None, Key::Quit) => return Some(Action::Quit),
            (Dialog::None, Key::Refresh) => return Some(Action::Refresh),
            (Dialog::None, Key::Help) => self.dialog = Dialog::Help,
            (Dialog::None, Key::Up) => self.selected = self.selected.saturating_sub(1),
            (Dialog::None, Key::Down) => {
                let last = self.queues().len().saturating_sub(1);
                self.selected = (self.selected + 1).min(last);
            }
            (Dialog::None, Key::Pause) => self.ask(),
            (Dialog::None, _) => self.message = None,
        }
        None
    }

    /// Asks whether the queue that is chosen is to be paused or resumed.
    fn ask(&mut self) {
        let Some(chosen) = self.queues().get(self.selected) else {
            return;
        };
        let pauses = chosen.state != QueueState::Paused;
        match chosen.name.parse::<QueueName>() {
            Ok(queue) => self.dialog = Dialog::Confirm { queue, pauses },
            Err(_) => {
                let told = format!("{} is no queue of this version", chosen.name);
                self.tell(told);
            }
        }
    }
}
