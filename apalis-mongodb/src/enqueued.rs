//! What came of enqueuing a job.

use std::fmt;

use apalis_core::task::task_id::TaskId;

/// What came of enqueuing a job: its id and whether it is new, or the id of the job that already
/// held its unique or idempotency key.
///
/// It is written as the id ([`Display`](fmt::Display)).
///
/// ```no_run
/// # use apalis_mongodb::{Error, MongoStorage, NewJob};
/// # async fn remind(reminders: &MongoStorage<String>) -> Result<(), Error> {
/// let job = NewJob::new("usr_1".to_owned()).idempotency_key("reminder 2026-01-31 usr_1");
/// let enqueued = reminders.enqueue(job).await?;
/// if enqueued.is_new() {
///     println!("job {enqueued} reminds usr_1");
/// } else {
///     println!("job {enqueued} did so before, or is about to");
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enqueued {
    id: TaskId,
    is_new: bool,
}

impl Enqueued {
    /// A job that this call wrote.
    pub(crate) fn new(id: String) -> Self {
        Self {
            id: TaskId::from_string(id),
            is_new: true,
        }
    }

    /// The job that held the key.
    pub(crate) fn existing(id: String) -> Self {
        Self {
            id: TaskId::from_string(id),
            is_new: false,
        }
    }

    /// The job's id: of the new job, or of the one that held the key.
    #[must_use]
    pub fn id(&self) -> &TaskId {
        &self.id
    }

    /// [`Enqueued::id`], taken out.
    #[must_use]
    pub fn into_id(self) -> TaskId {
        self.id
    }

    /// Whether this call wrote the job. It did, too, where the driver had to send the write again
    /// because the first reply was lost.
    ///
    /// A call that returned an error may have written its job all the same. If it is made once more,
    /// with the same key, the job it finds may be that one, and is not new.
    #[must_use]
    pub fn is_new(&self) -> bool {
        self.is_new
    }
}

impl fmt::Display for Enqueued {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.id.fmt(f)
    }
}
