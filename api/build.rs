//! Has cargo build this crate again when a file of the console is added or removed.

fn main() {
    #[allow(clippy::print_stdout, reason = "cargo reads it")]
    {
        println!("cargo::rerun-if-changed=console");
    }
}
