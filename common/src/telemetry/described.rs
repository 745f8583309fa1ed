//! Every metric, with what it tells. Dashboards and alert rules name no other one, which a test sees to.

use metrics::{Unit, describe_counter, describe_gauge, describe_histogram};

/// Every metric of the programs themselves, with what it tells. Those of the queue are
/// [`apalis_mongodb::METRICS`]. Counters end in `_total`.
pub const METRICS: [(&str, &str); 29] = [
    ("dossier_build_info", "1, with the program and its version"),
    (
        "dossier_queue_jobs",
        "Jobs by queue and state; one process serves it for all",
    ),
    (
        "dossier_queue_oldest_ready_age_seconds",
        "How long the oldest job that is ready has been due; one process serves it for all",
    ),
    (
        "dossier_queue_oldest_unfinished_age_seconds",
        "How long the oldest job has not been finished, those that failed and wait included; one process \
         serves it for all",
    ),
    (
        "dossier_queue_parked",
        "1 while only single jobs of the queue are tried; one process serves it for all",
    ),
    (
        "dossier_queue_figures_served",
        "How many queues' figures this process serves",
    ),
    (
        "dossier_queue_figures_age_seconds",
        "How long ago the database last answered about the queues",
    ),
    (
        "dossier_mails_total",
        "Attempts at mails: sent, skipped, failed and tried again, or dead",
    ),
    (
        "dossier_verdicts_total",
        "Verdicts on uploads: the kind, or the code of the reason",
    ),
    (
        "dossier_http_requests_total",
        "Requests by method, route and status",
    ),
    (
        "dossier_http_request_seconds",
        "How long requests took, by route",
    ),
    (
        "dossier_http_connections_over_limit_total",
        "Connections above the limits, which were refused",
    ),
    (
        "dossier_password_refusals_total",
        "Log-ins and sign-ups that were told to come back, by limit",
    ),
    (
        "dossier_rate_limit_refusals_total",
        "Requests above a rate limit, by limit and by who refused",
    ),
    (
        "dossier_audit_entries_lost_total",
        "Failures and denials that could not be recorded",
    ),
    (
        "dossier_storage_free_bytes",
        "What is free on the volume of the database, or of the directory in BLOB_URL, as every API process sees it; not a number while that is not known",
    ),
    (
        "dossier_storage_reserve_bytes",
        "What is to stay free of it (STORAGE_RESERVE_BYTES): uploads stop there",
    ),
    (
        "dossier_storage_used_bytes",
        "What documents take together, as every API process sees it",
    ),
    (
        "dossier_storage_quota_bytes",
        "What they may take together (TOTAL_QUOTA_BYTES), 0 without a limit",
    ),
    (
        "dossier_upload_refusals_total",
        "Uploads that got no room, by reason: user_quota, total_quota, free_space, disk_full",
    ),
    (
        "process_start_time_seconds",
        "When this process started, in Unix time",
    ),
    (
        "process_cpu_seconds_total",
        "Time on processors, by user and system together",
    ),
    ("process_resident_memory_bytes", "Resident memory"),
    ("process_virtual_memory_bytes", "Virtual memory"),
    ("process_threads", "Threads"),
    ("process_open_fds", "Open file descriptors"),
    ("process_max_fds", "How many file descriptors may be open"),
    (
        "process_resident_memory_max_bytes",
        "The most resident memory there was",
    ),
    (
        "dossier_scrape_seconds",
        "How long the last page of metrics took",
    ),
];

/// What the metric tells.
pub(super) fn help_of(name: &str) -> &'static str {
    let found = METRICS.iter().find(|(known, _)| *known == name);
    found.map_or("", |(_, help)| help)
}

/// Tells the recorder of this process what the metrics are that go through it.
pub(super) fn describe() {
    apalis_mongodb::describe_metrics();
    for (name, help) in METRICS {
        if name.ends_with("_total") {
            describe_counter!(name, help);
        } else if name == "dossier_http_request_seconds" {
            describe_histogram!(name, Unit::Seconds, help);
        } else {
            describe_gauge!(name, help);
        }
    }
}
