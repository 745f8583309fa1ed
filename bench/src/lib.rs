//! What the benchmarks share: medians of interleaved rounds, tables, the machine.

mod auc;
mod load;
mod machine;
mod median;
mod percentile;
mod process;
mod report;
pub mod server;
mod target;

pub use auc::area_under_curve;
pub use load::{Disturbance, Load};
pub use machine::{Machine, peak_memory_kib};
pub use median::median;
pub use percentile::percentile;
pub use process::{
    cpu_seconds_of_others, cpu_seconds_of_thread, cpu_seconds_of_tree, cpu_seconds_of_trees,
    peak_memory_kib_of,
};
pub use report::Report;
pub use target::Target;
