//! How many mails may be sent in a time, by all workers together.

use std::str::FromStr;
use std::time::Duration;

use dossier_common::config::Environment;
use dossier_common::queue::backend::{Error, LimitsChange, Rate};
use dossier_common::queue::{Job, SendEmail};
use dossier_common::store::Store;

const RULE: &str =
    "must be a number of mails in a second, minute or hour, such as 10/s, 300/m or 5000/h, or off";

/// What `MAIL_RATE` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailRate {
    /// No limit.
    Off,
    /// So many mails.
    Limited(Rate),
}

impl FromStr for MailRate {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        if text == "off" {
            return Ok(Self::Off);
        }
        let (starts, unit) = text.split_once('/').ok_or(())?;
        let seconds = match unit {
            "s" => 1,
            "m" => 60,
            "h" => 60 * 60,
            _ => return Err(()),
        };
        let rate = Rate {
            starts: starts.parse().map_err(drop)?,
            per: Duration::from_secs(seconds),
        };
        rate.validate().map_err(drop)?;
        Ok(Self::Limited(rate))
    }
}

impl MailRate {
    /// Reads `MAIL_RATE`; nothing when it is not set.
    pub fn read(env: &mut Environment) -> Option<Self> {
        let rate = env.text("MAIL_RATE")?.parse::<Self>();
        rate.map_err(|_| env.problem("MAIL_RATE", RULE)).ok()
    }

    /// Makes it the rate of the queue, for all workers. Where it is so already, nothing changes, so that a
    /// worker that starts adds no mails to the rate.
    ///
    /// # Errors
    ///
    /// [`Error`] of the database.
    pub async fn apply(self, store: &Store) -> Result<(), Error> {
        let operator = store.queue_operator();
        let queues = operator.list_queues().await?;
        let stored = queues.into_iter().find(|it| it.name == SendEmail::QUEUE);
        let stored = stored.map(|queue| queue.limits).unwrap_or_default();
        if stored.rate == self.rate() {
            return Ok(());
        }
        let change = LimitsChange {
            rate: Some(self.rate()),
            ..LimitsChange::default()
        };
        let changed = operator.change_queue_limits(SendEmail::QUEUE, change).await;
        changed.map(drop)
    }

    /// The rate of the queue that it makes.
    pub fn rate(self) -> Option<Rate> {
        match self {
            Self::Off => None,
            Self::Limited(rate) => Some(rate),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_a_number_in_a_second_minute_or_hour() {
        for (text, starts, seconds) in [("10/s", 10, 1), ("300/m", 300, 60), ("5000/h", 5000, 3600)]
        {
            let per = Duration::from_secs(seconds);
            let expected = MailRate::Limited(Rate { starts, per });
            assert_eq!(text.parse::<MailRate>().ok(), Some(expected), "{text}");
        }
        assert_eq!("off".parse::<MailRate>().ok(), Some(MailRate::Off));
        for text in ["10", "0/s", "-1/s", "10/d", "ten/s", "10 / s", ""] {
            assert!(text.parse::<MailRate>().is_err(), "{text}");
        }
    }
}
