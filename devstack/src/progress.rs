//! Progress a person can watch: a moving line on a terminal, plain lines elsewhere.

use std::io::{IsTerminal, Write};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// Where progress is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// One line that moves.
    Terminal,
    /// A line when a step begins to take time and one when it is done.
    Lines,
    /// Nothing.
    Silent,
}

impl Progress {
    /// A moving line if standard error is a terminal, plain lines otherwise.
    #[must_use]
    pub fn detect() -> Self {
        if std::io::stderr().is_terminal() {
            Self::Terminal
        } else {
            Self::Lines
        }
    }

    /// Begins a step.
    #[must_use]
    pub fn begin(self, text: impl Into<String>) -> Step {
        let text = text.into();
        let bar = match self {
            Self::Terminal => spinner(&text),
            Self::Lines | Self::Silent => ProgressBar::hidden(),
        };
        if self == Self::Lines {
            say(&format!("{text} …"));
        }
        Step {
            shown_on: self,
            bar,
        }
    }
}

/// A step under way; dropping it clears its line.
#[derive(Debug)]
pub struct Step {
    shown_on: Progress,
    bar: ProgressBar,
}

impl Step {
    /// Replaces the step's text.
    pub fn update(&self, text: impl Into<String>) {
        self.bar.set_message(text.into());
    }

    /// Tells how many of how many bytes have arrived.
    pub fn bytes(&self, arrived: u64, expected: u64) {
        self.bar.set_style(bytes_style());
        self.bar.set_length(expected.max(arrived));
        self.bar.set_position(arrived);
    }

    /// Ends the step with a line that stays.
    pub fn done(self, text: &str) {
        self.bar.finish_and_clear();
        if self.shown_on != Progress::Silent {
            say(text);
        }
    }
}

impl Drop for Step {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

fn say(line: &str) {
    // Nobody is left to tell when standard error is closed.
    let _ = writeln!(std::io::stderr(), "{line}");
}

fn spinner(text: &str) -> ProgressBar {
    let style = ProgressStyle::with_template("{spinner} {wide_msg} {elapsed:>4}")
        .expect("the template is constant");
    let bar = ProgressBar::new_spinner()
        .with_style(style)
        .with_message(text.to_owned());
    bar.enable_steady_tick(Duration::from_millis(100));
    bar
}

fn bytes_style() -> ProgressStyle {
    ProgressStyle::with_template("{spinner} {msg} {wide_bar} {bytes}/{total_bytes}")
        .expect("the template is constant")
}
