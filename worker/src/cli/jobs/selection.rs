//! Which jobs are meant.

use anyhow::ensure;
use clap::Args;
use dossier_common::email::EmailAddress;
use dossier_common::id::{FileId, LinkId, UserId};
use dossier_common::queue::about;
use dossier_common::queue::backend::{JobFilter, JobState, Outcome};
use dossier_common::store::Store;
use dossier_common::store::addressees::facts_of_user;
use mongodb::bson::DateTime;

use crate::cli::instant::{instant, parse_instant, parse_until};
use crate::cli::values;

/// How long a text in an error is at most.
const MAX_CHARS: usize = 100;

/// Which jobs are meant: those for which everything holds that is given.
#[derive(Debug, Args)]
pub(super) struct JobSelection {
    /// Only jobs of this queue
    #[arg(long, value_name = "QUEUE", value_parser = values::any_queue())]
    queue: Option<String>,
    /// Only jobs in this state: scheduled, ready, running, done, dead, cancelled
    /// or malformed, which are documents that are no jobs; repeat for more
    #[arg(long = "state", value_name = "STATE", value_parser = values::job_state())]
    states: Vec<JobState>,
    /// Only mails of this kind, such as sign-up or password-changed: the payload's `template`
    #[arg(long, value_name = "KIND")]
    kind: Option<String>,
    /// Only jobs about this person, or enqueued by their requests
    #[arg(long, value_name = "USER")]
    user: Option<UserId>,
    /// Only mails to this address: to its account, or about a sign-up, an invitation or a reset that waits
    #[arg(long, value_name = "ADDRESS", conflicts_with = "user", value_parser = EmailAddress::parse_idna)]
    email: Option<EmailAddress>,
    /// Only jobs about this document
    #[arg(long, value_name = "FILE")]
    file: Option<FileId>,
    /// Only jobs about this link
    #[arg(long, value_name = "LINK")]
    link: Option<LinkId>,
    /// Only jobs whose last error has this text in it, such as 550
    #[arg(long, value_name = "TEXT", value_parser = parse_text)]
    error: Option<String>,
    /// Only jobs whose last attempt ended so: failed, retry_after, aborted, panicked, timed_out,
    /// lease_expired, undecodable, …; repeat for more
    #[arg(long = "ended", value_name = "OUTCOME", value_parser = parse_outcome)]
    outcomes: Vec<Outcome>,
    /// Only jobs enqueued since this time (2026-11-26T08:00:00Z), the beginning of this date (in UTC),
    /// or so long ago (10m, 7d)
    #[arg(long, value_name = "TIME", value_parser = parse_instant)]
    since: Option<DateTime>,
    /// Only jobs enqueued until this time, the end of this date (in UTC), or so long ago: `--until 1h` are those
    /// older than an hour
    #[arg(long, value_name = "TIME", value_parser = parse_until)]
    until: Option<DateTime>,
}

impl JobSelection {
    /// What the queue is asked for. An address is looked up first.
    pub(super) async fn filter(&self, store: &Store) -> anyhow::Result<JobFilter> {
        self.check_times()?;
        values::check_queue(store, self.queue.as_deref()).await?;
        let mut filter = JobFilter {
            queue: self.queue.clone(),
            states: self.states.clone(),
            error_contains: self.error.clone(),
            outcomes: self.outcomes.clone(),
            created_after: self.since,
            created_before: self.until,
            ..JobFilter::default()
        };
        let kind = self
            .kind
            .iter()
            .map(|kind| about("template", [kind.clone()]));
        let file = self
            .file
            .iter()
            .map(|id| about("file_id", [id.to_string()]));
        let link = self
            .link
            .iter()
            .map(|id| about("link_id", [id.to_string()]));
        filter.all_of = kind.chain(file).chain(link).collect();
        if let Some(user) = self.user {
            filter.any_of = facts_of_user(user);
        }
        if let Some(email) = &self.email {
            filter.any_of = store.find_addressee(&email.key()).await?.facts();
        }
        Ok(filter)
    }

    /// Refuses times between which nothing can be: whoever gives them has meant them the other way round.
    fn check_times(&self) -> anyhow::Result<()> {
        if let (Some(since), Some(until)) = (self.since, self.until) {
            let (from, to) = (instant(since), instant(until));
            ensure!(
                since <= until,
                "no job was enqueued since {from} and until {to}: --since is the earlier time"
            );
        }
        Ok(())
    }

    /// Whether nothing says which jobs are meant.
    pub(super) fn is_empty(&self) -> bool {
        self.in_words().is_empty()
    }

    /// The same in words, for the audit, which has no address of a mailbox in it.
    pub(super) fn in_words(&self) -> String {
        let states: Vec<_> = self.states.iter().map(|state| state.as_str()).collect();
        let outcomes: Vec<_> = self.outcomes.iter().map(Outcome::as_str).collect();
        let text = |name: &str, value: Option<String>| value.map(|value| format!("{name} {value}"));
        let listed = |name: &str, values: &[&str]| {
            (!values.is_empty()).then(|| format!("{name}{}", values.join(" or ")))
        };
        let parts = [
            text("queue", self.queue.clone()),
            listed("", &states),
            text("kind", self.kind.clone()),
            text("user", self.user.map(|id| id.to_string())),
            text("to", self.email.as_ref().map(EmailAddress::masked)),
            text("file", self.file.map(|id| id.to_string())),
            text("link", self.link.map(|id| id.to_string())),
            text("error", self.error.clone()),
            listed("ended ", &outcomes),
            text("since", self.since.map(instant)),
            text("until", self.until.map(instant)),
        ];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        parts.join(", ")
    }
}

/// A text in an error, as long as the API takes one: the database looks for no longer ones than 32 kB.
fn parse_text(text: &str) -> Result<String, String> {
    match text.chars().count() {
        1..=MAX_CHARS => Ok(text.to_owned()),
        _ => Err(format!("must be 1 to {MAX_CHARS} characters")),
    }
}

fn parse_outcome(name: &str) -> Result<Outcome, String> {
    Outcome::find(name).ok_or_else(|| {
        let names: Vec<&str> = Outcome::known().iter().map(Outcome::as_str).collect();
        format!("must be one of {}", names.join(", "))
    })
}
