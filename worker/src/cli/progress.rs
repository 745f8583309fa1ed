//! How far it is: a bar on a terminal, a line now and then elsewhere.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

/// The least time between two lines.
const LINE_EVERY: Duration = Duration::from_secs(5);

/// How far it is, on standard error.
pub(super) struct Progress {
    bar: ProgressBar,
    noun: &'static str,
    total: u64,
    done: Option<u64>,
    printed: Option<Instant>,
    is_quiet: bool,
}

impl Progress {
    /// Nothing of `total` things is done; `noun` is what they are.
    pub(super) fn new(total: u64, noun: &'static str) -> Self {
        let bar = ProgressBar::new(total);
        let template = format!("{{bar:30}} {{pos}}/{{len}} {noun}, {{eta}} left {{msg}}");
        Self {
            bar: match ProgressStyle::with_template(&template) {
                Ok(style) => bar.with_style(style),
                Err(_) => bar,
            },
            noun,
            total,
            done: None,
            printed: None,
            is_quiet: false,
        }
    }

    /// Without lines about what is over in a moment.
    pub(super) fn quiet(mut self) -> Self {
        self.printed = Some(Instant::now());
        self.is_quiet = true;
        self
    }

    /// So many are done.
    pub(super) fn set(&mut self, done: u64) {
        let done = done.min(self.total);
        self.bar.set_position(done);
        if !self.bar.is_hidden() || self.done == Some(done) {
            return;
        }
        let is_early = self.printed.is_some_and(|at| at.elapsed() < LINE_EVERY);
        if is_early && (self.is_quiet || done < self.total) {
            return;
        }
        anstream::eprintln!("{done} of {} {}", self.total, self.noun);
        self.done = Some(done);
        self.printed = Some(Instant::now());
    }

    /// Says something besides.
    pub(super) fn say(&self, text: &str) {
        self.bar.suspend(|| anstream::eprintln!("{text}"));
    }

    /// Says this beside the bar.
    pub(super) fn annotate(&self, text: String) {
        self.bar.set_message(text);
    }

    /// It is over.
    pub(super) fn finish(self) {
        self.bar.finish_and_clear();
    }
}
