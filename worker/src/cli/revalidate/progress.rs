//! How far it is: a bar on a terminal, a line now and then elsewhere.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

/// The least time between two lines.
const LINE_EVERY: Duration = Duration::from_secs(5);

/// How far it is, on standard error.
pub(super) struct Progress {
    bar: ProgressBar,
    total: u64,
    done: Option<u64>,
    printed: Option<Instant>,
}

impl Progress {
    /// Nothing of `total` documents is done.
    pub(super) fn new(total: u64) -> Self {
        let bar = ProgressBar::new(total);
        let style = ProgressStyle::with_template("{bar:30} {pos}/{len} documents, {eta} left");
        Self {
            bar: match style {
                Ok(style) => bar.with_style(style),
                Err(_) => bar,
            },
            total,
            done: None,
            printed: None,
        }
    }

    /// So many are done.
    pub(super) fn set(&mut self, done: u64) {
        let done = done.min(self.total);
        self.bar.set_position(done);
        if !self.bar.is_hidden() || self.done == Some(done) {
            return;
        }
        if self.printed.is_some_and(|at| at.elapsed() < LINE_EVERY) && done < self.total {
            return;
        }
        anstream::eprintln!("{done} of {} documents", self.total);
        self.done = Some(done);
        self.printed = Some(Instant::now());
    }

    /// Says something besides.
    pub(super) fn say(&self, text: &str) {
        self.bar.suspend(|| anstream::eprintln!("{text}"));
    }

    /// It is over.
    pub(super) fn finish(self) {
        self.bar.finish_and_clear();
    }
}
