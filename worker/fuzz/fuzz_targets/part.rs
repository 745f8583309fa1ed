//! Any bytes as a part of a document that is otherwise sound: its main part, relationships, content types,
//! side parts of every treatment, by the first byte.

#![no_main]

use dossier_worker::document::{Cancel, Limits, Policy, inspect};
use libfuzzer_sys::fuzz_target;

#[path = "stored.rs"]
mod stored;

fuzz_target!(|bytes: &[u8]| {
    let Some((&choice, content)) = bytes.split_first() else {
        return;
    };
    let file = stored::document(choice, content);
    let verdict = inspect(
        &mut &*file,
        &Limits::default(),
        &Policy::strict(),
        &Cancel::new(),
    );
    assert!(verdict.is_ok(), "bytes in memory can always be inspected");
});
