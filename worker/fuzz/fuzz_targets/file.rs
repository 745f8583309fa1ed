//! Any bytes as a file.

#![no_main]

use dossier_worker::document::{Cancel, Limits, Policy, inspect};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let verdict = inspect(
        &mut &*bytes,
        &Limits::default(),
        &Policy::standard(),
        &Cancel::new(),
    );
    assert!(verdict.is_ok(), "bytes in memory can always be inspected");
});
