//! What a handler says of its job, for the line that is logged of the attempt.

use super::JobHandle;

/// What a handler says of its job.
#[derive(Debug, Clone, Default)]
pub(super) struct Said {
    /// What it is about.
    pub(super) subject: Option<String>,
    pub(super) kind: Option<String>,
    pub(super) trace_id: Option<String>,
}

impl JobHandle {
    /// Says what the job is about, for the line that is logged of this attempt: so that it tells more
    /// than an id. It is not stored. Nothing secret belongs into it.
    ///
    /// ```
    /// # fn handler(job: &apalis_mongodb::JobHandle) {
    /// job.describe("to a***@example.com");
    /// # }
    /// ```
    pub fn describe(&self, subject: impl Into<String>) {
        self.said().subject = Some(subject.into());
    }

    /// Says what kind of job it is, where a queue has more than one: for the line that is logged of this
    /// attempt.
    pub fn set_kind(&self, kind: impl Into<String>) {
        self.said().kind = Some(kind.into());
    }

    /// Says which trace this attempt belongs to, for the line that is logged of it. Without that the line
    /// names the trace of the job's [`TRACEPARENT`](crate::TRACEPARENT), if it has one.
    pub fn set_trace_id(&self, trace_id: impl Into<String>) {
        self.said().trace_id = Some(trace_id.into());
    }
}
