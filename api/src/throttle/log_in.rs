//! Log-ins of one account: a pause after some failures, that grows.

use std::time::Duration;

use dossier_common::email::EmailAddress;
use dossier_common::id::DeviceId;

use super::{Throttle, refusal};
use crate::problem::Problem;
use crate::rate_limit::RateLimit;

/// A log-in under way. It counts as failed unless it is told otherwise.
#[derive(Debug)]
pub struct LogInAttempt<'t> {
    throttle: &'t Throttle,
    key: String,
}

impl Throttle {
    /// Begins a log-in with `email`, whether or not anybody knows it. Failures with a device that is
    /// proven to be its owner's count against the device: nobody else can take it from the owner.
    ///
    /// # Errors
    ///
    /// [`Problem`] when it is too early after failures.
    pub async fn begin_log_in(
        &self,
        email: &EmailAddress,
        device: Option<DeviceId>,
    ) -> Result<LogInAttempt<'_>, Problem> {
        let key = match device {
            Some(device) => format!("device:{device}"),
            None => self.account_key(email),
        };
        let beginning = self
            .store
            .begin_log_in(&key, self.percent, self.clock.now());
        match beginning.await? {
            Some(wait) => Err(too_early(wait)),
            None => Ok(LogInAttempt {
                throttle: self,
                key,
            }),
        }
    }

    /// Forgets the failures of an account whose owner has proved to be who they are: by a token from
    /// a mail, for example.
    ///
    /// # Errors
    ///
    /// [`Problem`] when the database cannot be asked.
    pub async fn forget_failures(&self, email: &EmailAddress) -> Result<(), Problem> {
        let forgetting = self.store.forget_failures(&self.account_key(email)).await;
        Ok(forgetting?)
    }

    fn account_key(&self, email: &EmailAddress) -> String {
        format!("account:{}", self.pseudonyms.of("account", &email.key()))
    }
}

impl LogInAttempt<'_> {
    /// The password was the right one: earlier failures are forgotten.
    ///
    /// # Errors
    ///
    /// [`Problem`] when the database cannot be asked.
    pub async fn succeeded(self) -> Result<(), Problem> {
        Ok(self.throttle.store.forget_failures(&self.key).await?)
    }

    /// No password was looked at: the attempt does not count.
    ///
    /// # Errors
    ///
    /// [`Problem`] when the database cannot be asked.
    pub async fn give_back(self) -> Result<(), Problem> {
        Ok(self.throttle.store.give_log_in_back(&self.key).await?)
    }
}

fn too_early(wait: Duration) -> Problem {
    let limit = RateLimit {
        name: "account",
        limit: 1,
        window: wait,
        remaining: 0,
        resets_in: wait,
    };
    let detail = "Too many log-ins with this address have failed. Please try again later, or from a device that you have logged in with before.";
    refusal(limit, detail, "database")
}
