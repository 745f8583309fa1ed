//! Dead jobs, grouped by what killed them.

use mongodb::bson::DateTime;
use serde::{Serialize, Serializer};

use super::OperationError;
use crate::clock::rfc3339;
use crate::digest::Sha256;
use crate::queue::backend::JobFilter;
use crate::queue::backend::operator::FailureCohort;
use crate::store::Store;

/// How many characters name a cohort.
const ID_CHARS: usize = 8;

/// Dead jobs of one queue that failed alike.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Cohort {
    /// What names it; the same for the same queue and error, today and tomorrow.
    pub id: String,
    /// The queue.
    pub queue: String,
    /// The first words of the error, with `#` for each that differs from job to job.
    pub error: String,
    /// The code in it, if there is one: an SMTP status with its enhanced status, such as `550 5.1.1`.
    pub status: Option<String>,
    /// How many jobs.
    pub count: u64,
    /// When the first of them died.
    #[serde(serialize_with = "instant")]
    pub first_at: Option<DateTime>,
    /// When the last of them died.
    #[serde(serialize_with = "instant")]
    pub last_at: Option<DateTime>,
    /// One of them, to look at.
    pub sample_id: String,
    #[serde(skip)]
    filter: JobFilter,
}

impl Cohort {
    /// Which jobs are of it: exactly these.
    pub fn filter(&self) -> JobFilter {
        self.filter.clone()
    }

    fn new(found: FailureCohort) -> Self {
        let filter = found.filter();
        // No name of a queue has a line break in it.
        let named = format!("{}\n{}", found.queue, found.error);
        let digest = Sha256::of(named.as_bytes()).to_string();
        Self {
            id: digest.chars().take(ID_CHARS).collect(),
            status: status(&found.error),
            queue: found.queue,
            error: found.error,
            count: found.count,
            first_at: found.first_at,
            last_at: found.last_at,
            sample_id: found.sample_id,
            filter,
        }
    }
}

/// The cohorts of dead jobs of every queue, or of the one asked for; the largest first.
///
/// # Errors
///
/// [`OperationError::Store`] when the database fails.
pub async fn cohorts(store: &Store, queue: Option<&str>) -> Result<Vec<Cohort>, OperationError> {
    let found = store.queue_operator().failure_cohorts(queue).await;
    let found = found.map_err(OperationError::queue("group dead jobs"))?;
    Ok(found.into_iter().map(Cohort::new).collect())
}

/// The cohort that `id` names.
///
/// # Errors
///
/// [`OperationError::NoCohort`] when there is none, and [`OperationError::Store`] when the database fails.
pub async fn find_cohort(store: &Store, id: &str) -> Result<Cohort, OperationError> {
    let cohorts = cohorts(store, None).await?;
    let found = cohorts.into_iter().find(|cohort| cohort.id == id);
    found.ok_or_else(|| OperationError::NoCohort(id.to_owned()))
}

/// The first code of three digits in the words of an error, and the first enhanced one.
fn status(error: &str) -> Option<String> {
    let is_mark = |c: char| !c.is_ascii_digit();
    let words = error.split(' ').map(|word| word.trim_matches(is_mark));
    let words: Vec<&str> = words.collect();
    let is_code = |word: &&&str| word.len() == 3 && word.bytes().all(|b| b.is_ascii_digit());
    let is_enhanced = |word: &&&str| word.split('.').count() == 3;
    let code = words.iter().find(is_code).copied();
    let enhanced = words.iter().find(is_enhanced).copied();
    let parts: Vec<&str> = [code, enhanced].into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join(" "))
}

fn instant<S: Serializer>(at: &Option<DateTime>, serializer: S) -> Result<S::Ok, S::Error> {
    at.map(rfc3339).serialize(serializer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_status_of_a_mail_server_is_found_in_an_error() {
        let refused = "permanent error (550): 5.1.1 no such user #";
        assert_eq!(status(refused).as_deref(), Some("550 5.1.1"));
        assert_eq!(
            status("transient error (451): later").as_deref(),
            Some("451")
        );
        assert_eq!(status("the mail server cannot be reached"), None);
    }
}
