//! Whether the mail server takes mails at all: what has failed since the last mail that it took, across
//! all workers. While too much has, the queue of mails is parked.
//!
//! A domain whose mails fail while those to others are taken is no reason to park the others, nor is a worker that does
//! not reach the server: these are *excluded*, and their failures do not count for a while, except where nothing else
//! succeeds meanwhile.

use std::collections::BTreeMap;
use std::time::Duration;

use mongodb::bson::{DateTime, Document, doc};
use mongodb::options::ReturnDocument;
use serde::{Deserialize, Serialize};

use super::{OPERATION_LIMIT, Store, StoreError};

/// There is one mail server.
const ID: &str = "smtp";

/// So much has to fail until mails are parked.
const MAX_FAILURES: usize = 5;

/// Who has so many of these failures is excluded when another mail is taken.
const MANY_OF_ONE: usize = 2;

/// So long after its last failure something is excluded.
const EXCLUDED_FOR: Duration = Duration::from_secs(10 * 60);

/// No more are excluded, the newest.
const MAX_EXCLUDED: usize = 100;

/// So much of what is excluded has to fail, with no mail taken in between, until mails are parked all the same.
const MAX_FAILURES_EXCLUDED: usize = 20;

/// What has failed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct MailCircuit {
    #[serde(rename = "_id")]
    id: String,
    /// At most [`MAX_FAILURES`] of them.
    failures: Vec<String>,
    #[serde(default)]
    failed_at: Option<DateTime>,
    /// At most [`MAX_FAILURES_EXCLUDED`] of those that are excluded.
    #[serde(default)]
    failures_excluded: Vec<String>,
    #[serde(default)]
    excluded: Vec<Excluded>,
}

/// What fails while other mails are taken.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Excluded {
    of: String,
    until: DateTime,
}

/// A failure to send a mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailFailure {
    /// Which: the same counts once.
    pub key: String,
    /// Whose it may be: the domain of the recipient, as it is compared, or the worker where it took no mail of anybody.
    pub of: String,
}

impl MailFailure {
    fn stored(&self) -> String {
        format!("{} {}", self.of, self.key)
    }
}

impl MailCircuit {
    fn is_open(&self) -> bool {
        self.failures.len() >= MAX_FAILURES || self.failures_excluded.len() >= MAX_FAILURES_EXCLUDED
    }

    fn has_failures(&self) -> bool {
        !self.failures.is_empty() || !self.failures_excluded.is_empty()
    }

    fn excludes(&self, of: &str, now: DateTime) -> bool {
        let mut excluded = self.excluded.iter();
        excluded.any(|it| it.of == of && it.until > now)
    }

    /// What has many of the failures.
    fn failing(&self) -> impl Iterator<Item = &str> {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for (of, _) in self.failures.iter().filter_map(|it| it.split_once(' ')) {
            *counts.entry(of).or_default() += 1;
        }
        let many = |(of, count)| (count >= MANY_OF_ONE).then_some(of);
        counts.into_iter().filter_map(many)
    }

    /// What is excluded once a mail was taken that is of `these`.
    fn excluded_without(&self, these: [&str; 2], now: DateTime) -> Vec<Excluded> {
        let until = now.saturating_add_duration(EXCLUDED_FOR);
        let failing = self.failing().map(|of| Excluded {
            of: of.to_owned(),
            until,
        });
        let known = self.excluded.iter().filter(|it| it.until > now).cloned();
        let all = failing.chain(known);
        let all = all.filter(|it| !these.contains(&&*it.of));
        all.take(MAX_EXCLUDED).collect()
    }
}

/// What a failure that was counted says of mails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CountedFailure {
    /// Too much has failed: mails are to be parked.
    pub is_open: bool,
    /// It is of what fails while other mails are taken.
    pub is_excluded: bool,
}

/// What was known against a mail that was taken.
#[derive(Debug)]
pub struct MailNews(MailCircuit);

/// How much has failed since the last mail that the mail server took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MailFailures {
    /// So much, up to what parks the mails.
    pub count: usize,
    /// The last time.
    pub failed_at: Option<DateTime>,
}

impl Store {
    /// Counts a failure to send a mail.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn count_mail_failure(
        &self,
        failure: &MailFailure,
        now: DateTime,
    ) -> Result<CountedFailure, StoreError> {
        let counted = self
            .collections
            .mail_circuits
            .find_one_and_update(doc! { "_id": ID }, vec![counting(failure, now)])
            .upsert(true)
            .return_document(ReturnDocument::After)
            .max_time(OPERATION_LIMIT)
            .await
            .map_err(StoreError::database("count a failure of mail"))?;
        let excludes = |circuit: &MailCircuit| circuit.excludes(&failure.of, now);
        Ok(CountedFailure {
            is_open: counted.as_ref().is_some_and(MailCircuit::is_open),
            is_excluded: counted.as_ref().is_some_and(excludes),
        })
    }

    /// What is known against a mail of `these`, its domain and its worker, that was taken: nothing unless anything has
    /// failed since the last one, or one of them is excluded.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn news_of_mail(&self, these: [&str; 2]) -> Result<Option<MailNews>, StoreError> {
        let found = self.find_mail_circuit().await?;
        let is_news = |circuit: &MailCircuit| {
            let mut excluded = circuit.excluded.iter();
            circuit.has_failures() || excluded.any(|it| these.contains(&&*it.of))
        };
        Ok(found.filter(is_news).map(MailNews))
    }

    /// Whether anything has failed since the last mail that was sent.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn has_mail_failures(&self) -> Result<bool, StoreError> {
        let found = self.find_mail_circuit().await?;
        Ok(found.is_some_and(|circuit| circuit.has_failures()))
    }

    /// How much has failed since the last mail that was sent.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn mail_failures(&self) -> Result<MailFailures, StoreError> {
        let found = self.find_mail_circuit().await?;
        let failures = |circuit: MailCircuit| MailFailures {
            count: circuit.failures.len(),
            failed_at: circuit.failed_at,
        };
        Ok(found.map(failures).unwrap_or_default())
    }

    /// Forgets what has failed, for a mail of `these` was taken, its domain and its worker, which was `news`. What had
    /// much of it is excluded for a while, except for these.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn forget_mail_failures(
        &self,
        MailNews(circuit): MailNews,
        these: [&str; 2],
        now: DateTime,
    ) -> Result<(), StoreError> {
        const OPERATION: &str = "forget the failures of mail";
        let excluded = circuit.excluded_without(these, now);
        let circuits = &self.collections.mail_circuits;
        let filter = doc! { "_id": ID };
        let forgotten = if excluded.is_empty() {
            circuits.delete_one(filter).await.map(drop)
        } else {
            let kept = MailCircuit {
                id: ID.to_owned(),
                failures: Vec::new(),
                failures_excluded: Vec::new(),
                failed_at: circuit.failed_at,
                excluded,
            };
            circuits.replace_one(filter, kept).await.map(drop)
        };
        forgotten.map_err(StoreError::database(OPERATION))
    }

    async fn find_mail_circuit(&self) -> Result<Option<MailCircuit>, StoreError> {
        self.collections
            .mail_circuits
            .find_one(doc! { "_id": ID })
            .max_time(OPERATION_LIMIT)
            .await
            .map_err(StoreError::database("read the failures of mail"))
    }
}

/// The stage that counts `failure`. What is excluded stays so as long as it goes on failing.
fn counting(failure: &MailFailure, now: DateTime) -> Document {
    let list = |name: &str| doc! { "$ifNull": [format!("${name}"), []] };
    let is_this = doc! { "$and": [
        { "$eq": ["$$this.of", { "$literal": &failure.of }] },
        { "$gt": ["$$this.until", now] },
    ] };
    let is_excluded = doc! { "$anyElementTrue": { "$map": { "input": list("excluded"), "in": is_this.clone() } } };
    let counted = |name: &str, most: usize| {
        let all = doc! { "$setUnion": [list(name), [{ "$literal": failure.stored() }]] };
        doc! { "$slice": [all, i32::try_from(most).unwrap_or(i32::MAX)] }
    };
    let until = now.saturating_add_duration(EXCLUDED_FOR);
    let longer = doc! { "$mergeObjects": ["$$this", { "until": until }] };
    let lasting = doc! { "$cond": [is_this, longer, "$$this"] };
    let (some, excluded) = (
        counted("failures", MAX_FAILURES),
        counted("failures_excluded", MAX_FAILURES_EXCLUDED),
    );
    doc! { "$set": {
        "failures": { "$cond": [is_excluded.clone(), list("failures"), some] },
        "failures_excluded": { "$cond": [is_excluded, excluded, list("failures_excluded")] },
        "excluded": { "$map": { "input": list("excluded"), "in": lasting } },
        "failed_at": now,
    } }
}
