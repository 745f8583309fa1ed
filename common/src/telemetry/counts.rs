//! What the workers count of their own jobs.

use metrics::counter;

/// What came of an attempt at a mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailOutcome {
    /// The mail server took it.
    Sent,
    /// It had become pointless: what it would say is no longer true.
    Skipped,
    /// It was not sent, and is tried again.
    Failed,
    /// It was not sent, and is not tried again by itself.
    Dead,
}

impl MailOutcome {
    /// The value of the label.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Skipped => "skipped",
            Self::Failed => "failed",
            Self::Dead => "dead",
        }
    }
}

/// Counts one attempt at a mail when it is dropped: also one that is ended in the middle, by its time
/// limit or a panic.
#[derive(Debug)]
pub struct MailCount {
    outcome: MailOutcome,
}

impl MailCount {
    /// An attempt begins, which fails unless something else is said of it. `is_last`: no other one
    /// follows.
    pub fn begin(is_last: bool) -> Self {
        let outcome = match is_last {
            true => MailOutcome::Dead,
            false => MailOutcome::Failed,
        };
        Self { outcome }
    }

    /// This came of it.
    pub fn set(&mut self, outcome: MailOutcome) {
        self.outcome = outcome;
    }
}

impl Drop for MailCount {
    fn drop(&mut self) {
        counter!("dossier_mails_total", "outcome" => self.outcome.as_str()).increment(1);
    }
}

/// Counts a verdict on a document: its kind, or the code of the reason.
pub fn count_verdict(code: &str) {
    counter!("dossier_verdicts_total", "code" => code.to_owned()).increment(1);
}
