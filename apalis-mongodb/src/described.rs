//! The metrics of this crate, with what each one tells.

/// Every metric that this crate records, with what it tells: counters, whose names end in `_total`,
/// and histograms of seconds. The README lists their labels.
pub const METRICS: [(&str, &str); 12] = [
    (
        "apalis_mongodb_enqueued_total",
        "New jobs enqueued outside of transactions",
    ),
    ("apalis_mongodb_claimed_total", "Jobs claimed"),
    (
        "apalis_mongodb_claim_contention_total",
        "Candidates that another worker took first",
    ),
    (
        "apalis_mongodb_settled_total",
        "Attempts that ended and stand in the store, by how they ended",
    ),
    (
        "apalis_mongodb_retried_total",
        "Failed attempts with another one to come",
    ),
    ("apalis_mongodb_dead_total", "Jobs that became dead"),
    (
        "apalis_mongodb_rescued_total",
        "Jobs taken from a worker whose lease expired",
    ),
    (
        "apalis_mongodb_leases_lost_total",
        "Leases that this process lost",
    ),
    (
        "apalis_mongodb_stale_acks_total",
        "Acknowledgements refused for a lost lease",
    ),
    (
        "apalis_mongodb_wake_ups_total",
        "Times an idle worker was woken",
    ),
    (
        "apalis_mongodb_start_latency_seconds",
        "From the moment a job was due to the start of its handler",
    ),
    ("apalis_mongodb_run_seconds", "How long handlers ran"),
];

/// Tells the recorder of this process what each of [`METRICS`] is; call it once a recorder is
/// installed. Without the feature `metrics` it does nothing.
pub fn describe_metrics() {
    #[cfg(feature = "metrics")]
    for (name, help) in METRICS {
        if name.ends_with("_total") {
            metrics::describe_counter!(name, help);
        } else {
            metrics::describe_histogram!(name, metrics::Unit::Seconds, help);
        }
    }
}
