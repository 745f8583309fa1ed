//! The cases, one a file.

mod a_caught_panic_is_a_failed_attempt;
mod a_delayed_job_is_on_time;
mod a_drain_keeps_its_leases;
mod a_duplicate_key_costs_only_its_own_job;
mod a_failed_job_backs_off;
mod a_handler_chooses_when_it_is_tried_again;
mod a_hopeless_job_is_not_tried_again;
mod a_large_backlog_drains;
mod a_panic_leaves_the_other_jobs_alone;
mod a_poison_payload_hurts_nobody;
mod a_same_named_worker_inherits_after_a_kill;
mod a_stale_worker_disturbs_nobody;
mod a_stop_during_a_fetch_loses_nothing;
mod a_stop_gives_back_the_buffer;
mod a_stopped_worker_can_start_again_at_once;
mod a_store_error_does_not_end_the_worker;
mod a_timeout_is_a_failed_attempt;
mod a_workflow_collects_with_one_slot;
mod a_workflow_survives_a_failed_value;
mod an_accepted_job_survives_a_power_failure;
mod an_idle_worker_is_woken;
mod another_worker_inherits_after_a_kill;
mod attempts_are_limited;
mod exactly_the_pushed_jobs_run;
mod higher_priorities_come_first;
mod jobs_in_a_long_buffer_run_once;
mod no_wake_up_is_lost;
mod retry_after_respects_the_limit;
mod several_workers_share_the_jobs;
mod waiting_jobs_are_listed;

use super::{Case, Subject};

macro_rules! listed {
    ($($name:ident)+) => {
        /// Every case, in the order of a report.
        #[must_use]
        pub fn all<S: Subject>() -> Vec<Case<S>> {
            vec![$(Case::new(stringify!($name), $name::ABOUT, |test| Box::pin($name::play(test)))),+]
        }
    };
}
crate::for_each_conformance_case!(listed);
