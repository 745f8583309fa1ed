//! The list of the cases, once.

/// Calls a macro with the names of all cases of the [conformance suite](crate::testing).
///
/// ```
/// macro_rules! count {
///     ($($name:ident)+) => { [$(stringify!($name)),+].len() };
/// }
/// assert!(apalis_mongodb::for_each_conformance_case!(count) > 20);
/// ```
#[macro_export]
macro_rules! for_each_conformance_case {
    ($call:ident) => {
        $call! {
            exactly_the_pushed_jobs_run
            several_workers_share_the_jobs
            jobs_in_a_long_buffer_run_once
            a_drain_keeps_its_leases
            an_idle_worker_is_woken
            no_wake_up_is_lost
            a_delayed_job_is_on_time
            a_store_error_does_not_end_the_worker
            a_poison_payload_hurts_nobody
            a_stop_during_a_fetch_loses_nothing
            a_stop_gives_back_the_buffer
            a_timeout_is_a_failed_attempt
            a_caught_panic_is_a_failed_attempt
            a_panic_leaves_the_other_jobs_alone
            a_same_named_worker_inherits_after_a_kill
            another_worker_inherits_after_a_kill
            a_stale_worker_disturbs_nobody
            a_failed_job_backs_off
            a_handler_chooses_when_it_is_tried_again
            retry_after_respects_the_limit
            attempts_are_limited
            a_hopeless_job_is_not_tried_again
            a_large_backlog_drains
            a_stopped_worker_can_start_again_at_once
            higher_priorities_come_first
            waiting_jobs_are_listed
            a_duplicate_key_costs_only_its_own_job
            a_workflow_collects_with_one_slot
            a_workflow_survives_a_failed_value
            an_accepted_job_survives_a_power_failure
        }
    };
}
