//! What the benchmarks share: medians of interleaved rounds, tables, the machine, other versions of the
//! programs, and what became of people's mails and jobs.

mod auc;
mod jobs;
mod load;
mod logs;
mod machine;
mod mail_log;
mod median;
mod observed;
mod people;
mod percentile;
mod process;
mod promises;
mod report;
pub mod server;
mod target;
mod versions;

pub use auc::area_under_curve;
pub use jobs::{list_jobs, open_store, read_jobs, wait_until_finished};
pub use load::{Disturbance, Load};
pub use logs::keep_logs;
pub use machine::{Machine, peak_memory_kib};
pub use mail_log::{MailLog, count_mails, job_of};
pub use median::median;
pub use observed::ObservedStack;
pub use people::{confirm, newcomer, sign_up, token_in};
pub use percentile::percentile;
pub use process::{
    cpu_seconds_of_others, cpu_seconds_of_thread, cpu_seconds_of_tree, cpu_seconds_of_trees,
    peak_memory_kib_of,
};
pub use promises::Promises;
pub use report::Report;
pub use target::Target;
pub use versions::other_version;
