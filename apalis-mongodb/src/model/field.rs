//! The names of the stored fields, each spelled once.

pub(crate) const ID: &str = "_id";
pub(crate) const QUEUE: &str = "queue";
pub(crate) const STATUS: &str = "status";
pub(crate) const PRIORITY: &str = "priority";
pub(crate) const RUN_AT: &str = "run_at";
pub(crate) const ARGS: &str = "args";
pub(crate) const METADATA: &str = "metadata";
pub(crate) const ATTEMPTS: &str = "attempts";
pub(crate) const MAX_ATTEMPTS: &str = "max_attempts";
/// How often a handler put the job off.
pub(crate) const SNOOZES: &str = "snoozes";
pub(crate) const CRASHES: &str = "crashes";
pub(crate) const MAX_CRASHES: &str = "max_crashes";
pub(crate) const RETRY: &str = "retry";
pub(crate) const UNIQUE_KEY: &str = "unique_key";
/// The unique key a job gave up when it became final, for when it is retried.
pub(crate) const FREED_KEY: &str = "freed_key";
/// Until when the unique key is held, if not until the end.
pub(crate) const UNIQUE_UNTIL: &str = "unique_until";
pub(crate) const IDEMPOTENCY_KEY: &str = "idempotency_key";
pub(crate) const WORKER: &str = "worker";
pub(crate) const LOCK_TOKEN: &str = "lock_token";
pub(crate) const STARTED_AT: &str = "started_at";
pub(crate) const LEASE_UNTIL: &str = "lease_until";
pub(crate) const RESULT: &str = "result";
pub(crate) const LAST_ERROR: &str = "last_error";
pub(crate) const HISTORY: &str = "history";
pub(crate) const PROGRESS: &str = "progress";
pub(crate) const LOG: &str = "log";
pub(crate) const CREATED_AT: &str = "created_at";
pub(crate) const FINISHED_AT: &str = "finished_at";
pub(crate) const EXPIRE_AT: &str = "expire_at";
/// When a worker sent its last heartbeat.
pub(crate) const LAST_SEEN: &str = "last_seen";
/// When a worker was told to stop.
pub(crate) const DRAINING_SINCE: &str = "draining_since";
/// How many jobs a worker holds,
pub(crate) const LEASES: &str = "leases";
/// and how many of them a handler has.
pub(crate) const RUNNING: &str = "running";

/// Refers to the value of `field` in an expression.
pub(crate) fn path(field: &str) -> String {
    format!("${field}")
}
