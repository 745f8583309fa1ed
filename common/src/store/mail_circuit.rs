//! Whether the mail server takes mails at all: what has failed since the last mail that it took, across
//! all workers. While too much has, the queue of mails is parked.
//!
//! A domain whose mails fail while others are taken is no reason to park the others: its failures do not count for a
//! while.

use std::collections::BTreeMap;
use std::time::Duration;

use mongodb::bson::{Bson, DateTime, Document, doc};
use mongodb::options::ReturnDocument;
use serde::{Deserialize, Serialize};

use super::{OPERATION_LIMIT, Store, StoreError};

/// There is one mail server.
const ID: &str = "smtp";

/// So much has to fail until mails are parked.
const MAX_FAILURES: usize = 5;

/// A domain with so many of these failures is apart when a mail to another one is taken.
const MANY_OF_A_DOMAIN: usize = 2;

/// So long the failures of a domain that is apart do not count.
const APART_FOR: Duration = Duration::from_secs(10 * 60);

/// No more domains are apart, the newest.
const MAX_APART: usize = 100;

/// What has failed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct MailCircuit {
    #[serde(rename = "_id")]
    id: String,
    /// At most [`MAX_FAILURES`] of them.
    failures: Vec<String>,
    #[serde(default)]
    failed_at: Option<DateTime>,
    /// Domains whose mails fail while others are taken.
    #[serde(default)]
    apart: Vec<Apart>,
}

/// A domain whose mails fail while others are taken.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Apart {
    domain: String,
    until: DateTime,
}

/// A failure to send a mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailFailure {
    /// Which: the same counts once.
    pub key: String,
    /// The domain of the recipient, as it is compared, where it may be why; nothing where the server took no mail of
    /// anybody.
    pub domain: Option<String>,
}

/// Stands for a domain where there is none.
const NO_DOMAIN: &str = "*";

impl MailFailure {
    fn stored(&self) -> String {
        let domain = self.domain.as_deref().unwrap_or(NO_DOMAIN);
        format!("{domain} {}", self.key)
    }
}

impl MailCircuit {
    fn is_open(&self) -> bool {
        self.failures.len() >= MAX_FAILURES
    }

    /// The domains that have many of the failures.
    fn failing_domains(&self) -> impl Iterator<Item = &str> {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        let domains = self.failures.iter().filter_map(|it| it.split_once(' '));
        for (domain, _) in domains.filter(|(domain, _)| *domain != NO_DOMAIN) {
            *counts.entry(domain).or_default() += 1;
        }
        let many = |(domain, count)| (count >= MANY_OF_A_DOMAIN).then_some(domain);
        counts.into_iter().filter_map(many)
    }

    /// The domains that are apart once a mail to `domain` was taken.
    fn apart_without(&self, domain: &str, now: DateTime) -> Vec<Apart> {
        let until = now.saturating_add_duration(APART_FOR);
        let failing = self.failing_domains().map(|failing| Apart {
            domain: failing.to_owned(),
            until,
        });
        let known = self.apart.iter().filter(|it| it.until > now).cloned();
        let all = failing.chain(known).filter(|it| it.domain != domain);
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
    /// Counts a failure to send a mail, unless its domain is known to fail while others do not. Whether too much
    /// has failed.
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

    /// Whether it says anything new that a mail to `domain` was taken: whether anything has failed since the last one,
    /// or the domain is one whose mails are known to fail.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn is_news_of_mail(&self, domain: &str) -> Result<bool, StoreError> {
        let found = self.find_mail_circuit().await?;
        Ok(found.is_some_and(|circuit| {
            !circuit.failures.is_empty() || circuit.apart.iter().any(|it| it.domain == domain)
        }))
    }

    /// Whether anything has failed since the last mail that was sent.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn has_mail_failures(&self) -> Result<bool, StoreError> {
        Ok(self.mail_failures().await?.count > 0)
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

    /// Forgets what has failed, for a mail to `domain` was taken. Domains that had much of it are apart for a while,
    /// except for this one.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn forget_mail_failures(
        &self,
        domain: &str,
        now: DateTime,
    ) -> Result<(), StoreError> {
        const OPERATION: &str = "forget the failures of mail";
        let Some(circuit) = self.find_mail_circuit().await? else {
            return Ok(());
        };
        let apart = circuit.apart_without(domain, now);
        let circuits = &self.collections.mail_circuits;
        let filter = doc! { "_id": ID };
        let forgotten = if apart.is_empty() {
            circuits.delete_one(filter).await.map(drop)
        } else {
            let kept = MailCircuit {
                id: ID.to_owned(),
                failures: Vec::new(),
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

/// The stage that counts `failure`. That a domain is apart lasts as long as its mails go on failing.
fn counting(failure: &MailFailure, now: DateTime) -> Document {
    let known = doc! { "$ifNull": ["$failures", []] };
    let apart = doc! { "$ifNull": ["$apart", []] };
    let domain = failure.domain.as_deref().map_or(Bson::Null, Bson::from);
    let is_this = doc! { "$and": [
        { "$eq": ["$$this.domain", { "$literal": domain }] },
        { "$gt": ["$$this.until", now] },
    ] };
    let is_apart =
        doc! { "$anyElementTrue": { "$map": { "input": apart.clone(), "in": is_this.clone() } } };
    let counted = doc! { "$setUnion": [known.clone(), [{ "$literal": failure.stored() }]] };
    let most = i32::try_from(MAX_FAILURES).unwrap_or(i32::MAX);
    let until = now.saturating_add_duration(APART_FOR);
    let longer = doc! { "$mergeObjects": ["$$this", { "until": until }] };
    let lasting = doc! { "$cond": [is_this, longer, "$$this"] };
    doc! { "$set": {
        "failures": { "$cond": [is_apart, known, { "$slice": [counted, most] }] },
        "apart": { "$map": { "input": apart, "in": lasting } },
        "failed_at": now,
    } }
}
