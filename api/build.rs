//! Has cargo build this crate again when a file of the console is added or removed.

#[allow(clippy::print_stdout, reason = "cargo reads it")]
fn main() {
    println!("cargo::rerun-if-changed=console");
}
