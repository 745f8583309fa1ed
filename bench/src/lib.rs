//! What the benchmarks share: medians of interleaved rounds, tables, the machine.

mod machine;
mod median;
mod report;

pub use machine::{Machine, peak_memory_kib};
pub use median::median;
pub use report::Report;
