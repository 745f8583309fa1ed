//! The names of the queues.

use std::fmt;
use std::str::FromStr;

use super::Job;

/// The name of a queue, which is that of the jobs in it; frozen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct QueueName(&'static str);

impl QueueName {
    /// The queue of `J`.
    pub const fn of<J: Job>() -> Self {
        Self(J::QUEUE)
    }

    /// The name as stored.
    pub fn as_str(self) -> &'static str {
        self.0
    }

    /// The variable in which an operator may set the time limit of the jobs in this queue.
    pub fn timeout_variable(self) -> String {
        let name = self.0.to_uppercase().replace('-', "_");
        format!("{name}_TIMEOUT_SECONDS")
    }
}

impl fmt::Display for QueueName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.0)
    }
}

/// Why a text names no queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ParseQueueNameError;

impl std::error::Error for ParseQueueNameError {}

impl fmt::Display for ParseQueueNameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = QueueName::ALL.iter().map(|name| name.0).collect();
        match names.split_last() {
            Some((last, others)) => write!(f, "must be {} or {last}", others.join(", ")),
            None => f.write_str("there is no queue"),
        }
    }
}

impl FromStr for QueueName {
    type Err = ParseQueueNameError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL.iter().find(|name| name.0 == text);
        found.copied().ok_or(ParseQueueNameError)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_operators_type_is_frozen() {
        for (name, variable) in [
            ("send-email", "SEND_EMAIL_TIMEOUT_SECONDS"),
            ("validate-upload", "VALIDATE_UPLOAD_TIMEOUT_SECONDS"),
            ("revalidate-upload", "REVALIDATE_UPLOAD_TIMEOUT_SECONDS"),
            ("erase-blobs", "ERASE_BLOBS_TIMEOUT_SECONDS"),
            ("mint-download-token", "MINT_DOWNLOAD_TOKEN_TIMEOUT_SECONDS"),
        ] {
            let queue: QueueName = name.parse().unwrap();
            assert_eq!(queue.to_string(), name);
            assert_eq!(queue.timeout_variable(), variable);
        }
    }

    #[test]
    fn another_text_is_refused_with_the_names() {
        let refused = "send-mail".parse::<QueueName>().unwrap_err().to_string();
        assert!(refused.starts_with("must be send-email, validate-upload"));
        assert!(refused.contains(" or "), "{refused}");
    }
}
