//! What commands print.

use std::fmt;
use std::io::{self, Write};
use std::process;

/// Prints a line to standard output, as [`write_line`] does.
#[macro_export]
macro_rules! print_line {
    ($($line:tt)*) => { $crate::write_line(::core::format_args!($($line)*)) };
}

/// Writes `line` to standard output, without colours where that is no terminal. A reader that has gone, such as `head`,
/// wants no more. Where the line cannot be written, for a disk is full for instance, this is told on standard error, and
/// ends the process with the exit code 1: what a command has done is done.
pub fn write_line(line: fmt::Arguments<'_>) {
    match writeln!(anstream::stdout(), "{line}") {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            anstream::eprintln!("standard output cannot be written: {error}");
            process::exit(1);
        }
        _ => {}
    }
}
