//! Whether the mail server takes mails at all: what has failed since the last mail that it took, across
//! all workers. While too much has, the queue of mails is parked.
//!
//! A domain whose mails fail while those to others are taken is no reason to park the others, nor is a worker that does
//! not reach the server: these are *apart*, and their failures do not count for a while, except where nothing else
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

/// What has so many of these failures is apart when another mail is taken.
const MANY_OF_ONE: usize = 2;

/// So long after its last failure something is apart.
const APART_FOR: Duration = Duration::from_secs(10 * 60);

/// No more are apart, the newest.
const MAX_APART: usize = 100;

/// So much of what is apart has to fail, with no mail taken in between, until mails are parked all the same.
const MAX_FAILURES_APART: usize = 20;

/// What has failed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct MailCircuit {
    #[serde(rename = "_id")]
    id: String,
    /// At most [`MAX_FAILURES`] of them.
    failures: Vec<String>,
    #[serde(default)]
    failed_at: Option<DateTime>,
    /// At most [`MAX_FAILURES_APART`] of those that are apart.
    #[serde(default)]
    failures_apart: Vec<String>,
    #[serde(default)]
    apart: Vec<Apart>,
}

/// What fails while other mails are taken.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Apart {
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
        self.failures.len() >= MAX_FAILURES || self.failures_apart.len() >= MAX_FAILURES_APART
    }

    fn has_failures(&self) -> bool {
        !self.failures.is_empty() || !self.failures_apart.is_empty()
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

    /// What is apart once a mail was taken that is of `these`.
    fn apart_without(&self, these: [&str; 2], now: DateTime) -> Vec<Apart> {
        let until = now.saturating_add_duration(APART_FOR);
        let failing = self.failing().map(|of| Apart {
            of: of.to_owned(),
            until,
        });
        let known = self.apart.iter().filter(|it| it.until > now).cloned();
        let all = failing.chain(known);
        let all = all.filter(|it| !these.contains(&&*it.of));
        all.take(MAX_APART).collect()
    }
}

/// How much has failed since the last mail that the mail server took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MailFailures {
    /// So much, up to what parks the mails.
    pub count: usize,
    /// The last time.
    pub failed_at: Option<DateTime>,
}

impl Store {
    /// Counts a failure to send a mail. Whether too much has failed.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn count_mail_failure(
        &self,
        failure: &MailFailure,
        now: DateTime,
    ) -> Result<bool, StoreError> {
        let counted = self
            .collections
            .mail_circuits
            .find_one_and_update(doc! { "_id": ID }, vec![counting(failure, now)])
            .upsert(true)
            .return_document(ReturnDocument::After)
            .max_time(OPERATION_LIMIT)
            .await
            .map_err(StoreError::database("count a failure of mail"))?;
        Ok(counted.is_some_and(|circuit| circuit.is_open()))
    }

    /// Whether it says anything new that a mail of `these` was taken, its domain and its worker: whether anything has
    /// failed since the last one, or one of them is apart.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn is_news_of_mail(&self, these: [&str; 2]) -> Result<bool, StoreError> {
        let found = self.find_mail_circuit().await?;
        Ok(found.is_some_and(|circuit| {
            let mut apart = circuit.apart.iter();
            circuit.has_failures() || apart.any(|it| these.contains(&&*it.of))
        }))
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

    /// Forgets what has failed, for a mail of `these` was taken, its domain and its worker. What had much of it is apart
    /// for a while, except for these.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn forget_mail_failures(
        &self,
        these: [&str; 2],
        now: DateTime,
    ) -> Result<(), StoreError> {
        const OPERATION: &str = "forget the failures of mail";
        let Some(circuit) = self.find_mail_circuit().await? else {
            return Ok(());
        };
        let apart = circuit.apart_without(these, now);
        let circuits = &self.collections.mail_circuits;
        let filter = doc! { "_id": ID };
        let forgotten = if apart.is_empty() {
            circuits.delete_one(filter).await.map(drop)
        } else {
            let kept = MailCircuit {
                id: ID.to_owned(),
                failures: Vec::new(),
                failures_apart: Vec::new(),
                failed_at: circuit.failed_at,
                apart,
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

/// The stage that counts `failure`. What is apart stays so as long as it goes on failing.
fn counting(failure: &MailFailure, now: DateTime) -> Document {
    let list = |name: &str| doc! { "$ifNull": [format!("${name}"), []] };
    let is_this = doc! { "$and": [
        { "$eq": ["$$this.of", { "$literal": &failure.of }] },
        { "$gt": ["$$this.until", now] },
    ] };
    let is_apart =
        doc! { "$anyElementTrue": { "$map": { "input": list("apart"), "in": is_this.clone() } } };
    let counted = |name: &str, most: usize| {
        let all = doc! { "$setUnion": [list(name), [{ "$literal": failure.stored() }]] };
        doc! { "$slice": [all, i32::try_from(most).unwrap_or(i32::MAX)] }
    };
    let until = now.saturating_add_duration(APART_FOR);
    let longer = doc! { "$mergeObjects": ["$$this", { "until": until }] };
    let lasting = doc! { "$cond": [is_this, longer, "$$this"] };
    let (some, apart) = (
        counted("failures", MAX_FAILURES),
        counted("failures_apart", MAX_FAILURES_APART),
    );
    doc! { "$set": {
        "failures": { "$cond": [is_apart.clone(), list("failures"), some] },
        "failures_apart": { "$cond": [is_apart, apart, list("failures_apart")] },
        "apart": { "$map": { "input": list("apart"), "in": lasting } },
        "failed_at": now,
    } }
}
