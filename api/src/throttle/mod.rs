//! Who has asked for too much: in the memory of this process first, then for all processes together.
//!
//! The memory of the process alone refuses a network that floods it: such a request asks the database
//! nothing. What passes is counted in the database, where all processes count (`store::rate_windows`,
//! `store::log_in_failures`). Without a database nothing passes: what is limited needs it anyway.

mod log_in;

pub use log_in::LogInAttempt;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use dossier_common::clock::Clock;
use dossier_common::email::EmailAddress;
use dossier_common::network::Network;
use dossier_common::store::Store;
use dossier_common::throttle::{
    LOG_INS_OF_NETWORK, MAILS_OF_NETWORK, MAILS_OF_SERVICE, MAILS_TO_DOMAIN, MAILS_TO_MAILBOX,
    Quota,
};
use dossier_common::token::Pseudonyms;
use metrics::counter;

use crate::buckets::Buckets;
use crate::problem::{Code, Problem};
use crate::rate_limit::RateLimit;

/// The limits of this service; cheap to clone.
#[derive(Clone, Debug)]
pub struct Throttle {
    store: Store,
    clock: Clock,
    pseudonyms: Pseudonyms,
    percent: u32,
    /// By the name of the quota.
    front: Arc<HashMap<&'static str, Buckets>>,
}

impl Throttle {
    /// The limits at `percent` of their usual numbers. The pseudonyms of addresses are what they are
    /// counted by.
    pub fn new(store: Store, clock: Clock, pseudonyms: Pseudonyms, percent: u32) -> Self {
        let front = [LOG_INS_OF_NETWORK, MAILS_OF_NETWORK].map(|quota| {
            let quota = quota.scaled(percent);
            let buckets = Buckets::new(quota.limit, quota.window, &clock);
            (quota.name, buckets)
        });
        Self {
            store,
            clock,
            pseudonyms,
            percent,
            front: Arc::new(HashMap::from(front)),
        }
    }

    /// Takes a request of `network`; what is left of `quota`.
    ///
    /// # Errors
    ///
    /// [`Problem`] when nothing is.
    pub async fn network(&self, quota: Quota, network: Network) -> Result<RateLimit, Problem> {
        let quota = quota.scaled(self.percent);
        let front = self.front.get(quota.name);
        if let Some(Err(wait)) = front.map(|buckets| buckets.take(network)) {
            return Err(refused(quota, wait, "memory"));
        }
        self.take(quota, &network.to_string()).await
    }

    /// Takes a request of the site of `network`, if it belongs to one.
    ///
    /// # Errors
    ///
    /// [`Problem`] when nothing is left of `quota`.
    pub async fn site(&self, quota: Quota, network: Network) -> Result<(), Problem> {
        if let Some(site) = network.site() {
            self.take(quota.scaled(self.percent), &site).await?;
        }
        Ok(())
    }

    /// Takes a request for a mail to `email`: of its mailbox, of its domain, and of all.
    ///
    /// # Errors
    ///
    /// [`Problem`] when one of them is spent; whether anybody knows the address makes no difference.
    pub async fn mail_to(&self, email: &EmailAddress) -> Result<(), Problem> {
        let mailbox = self.pseudonyms.of("mailbox", &email.mailbox_key());
        self.take(MAILS_TO_MAILBOX.scaled(self.percent), &mailbox)
            .await?;
        self.reset_mail_to(email).await
    }

    /// Takes a request for a mail with which the owner of `email` gets in again: of its domain, and of
    /// all. The mailbox has no limit here: one such mail is under way to it at a time, and whoever asks
    /// for many must not keep its owner from theirs.
    ///
    /// # Errors
    ///
    /// [`Problem`] when one of them is spent; whether anybody knows the address makes no difference.
    pub async fn reset_mail_to(&self, email: &EmailAddress) -> Result<(), Problem> {
        let domain = self.pseudonyms.of("domain", &email.domain_key());
        self.take(MAILS_TO_DOMAIN.scaled(self.percent), &domain)
            .await?;
        self.take(MAILS_OF_SERVICE.scaled(self.percent), "").await?;
        Ok(())
    }

    async fn take(&self, quota: Quota, key: &str) -> Result<RateLimit, Problem> {
        let taken = self.store.take(&quota, key, self.clock.now()).await?;
        if !taken.is_allowed {
            return Err(refused(quota, taken.resets_in, "database"));
        }
        Ok(RateLimit {
            name: quota.name,
            limit: quota.limit,
            window: quota.window,
            remaining: taken.remaining,
            resets_in: taken.resets_in,
        })
    }
}

fn refused(quota: Quota, resets_in: Duration, by: &'static str) -> Problem {
    let detail = match quota.name {
        "log-in" => "Too many passwords were tried from your network. Please try again later.",
        "mail" | "site" => {
            "Too many mails were asked for from your network. Please try again later."
        }
        "mailbox" => "Too many mails were asked for to this address. Please try again later.",
        "domain" => "Too many mails were asked for to this domain. Please try again later.",
        _ => "Too many mails were asked for right now. Please try again later.",
    };
    let limit = RateLimit {
        name: quota.name,
        limit: quota.limit,
        window: quota.window,
        remaining: 0,
        resets_in,
    };
    refusal(limit, detail, by)
}

fn refusal(limit: RateLimit, detail: &'static str, by: &'static str) -> Problem {
    let labels = [("limit", limit.name), ("by", by)];
    counter!("dossier_rate_limit_refusals_total", &labels).increment(1);
    Problem::new(Code::RateLimited, detail).with_rate_limit(limit)
}
