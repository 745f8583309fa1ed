//! Children that cannot outlive us.
//!
//! Every child leads a process group of its own, so that Ctrl-C reaches us alone and we
//! stop the others in order; on Linux the kernel ends it when we die without doing so.

mod build;
mod child;
mod leftover;
mod log_tail;
mod ready;
mod spawner;

pub use build::{BuildError, Profile, Program, Workspace, build};
pub use child::{Process, ProcessSpec};
pub use leftover::{LeftoverProcess, end_leftover_process};
pub use log_tail::last_lines;
pub use ready::{NotReady, wait_until_ready};
pub use rustix::process::Signal;
