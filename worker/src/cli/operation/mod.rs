//! Operations on many jobs, on the command line: `jobs retry` and the like, and `failures retry`.

mod how;
mod interrupt;
mod operator;
mod run;
mod told;

pub(super) use how::How;
pub(super) use operator::operator;
pub(super) use run::{begin, dry_run, resume};
pub(super) use told::{exit_code, missed, nothing, resume_command, sentence, state, told};
