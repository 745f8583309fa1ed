//! Any bytes as a part of a Word document, repeated: does some work go uncounted?
//!
//! Fails where an inspection used more steps than the budget has, or more processor time than its steps stand
//! for. The time is generous, for the sanitiser slows everything down.

#![no_main]

use std::time::{Duration, Instant};

use dossier_worker::document::{Cancel, Limits, Policy, inspect};
use libfuzzer_sys::fuzz_target;

#[path = "stored.rs"]
mod stored;

/// What a document takes whatever is in it.
const BASE: Duration = Duration::from_millis(200);
/// How much longer than a nanosecond a step may take here.
const SLOWDOWN: u32 = 60;

fuzz_target!(|bytes: &[u8]| {
    let Some((&[choice, doublings], content)) = bytes.split_first_chunk() else {
        return;
    };
    // What is slow only in bulk shows in bulk.
    let mut repeated = content.to_vec();
    for _ in 0..doublings % 12 {
        if repeated.len() < 1 << 20 {
            repeated.extend_from_within(..);
        }
    }
    let file = stored::document(choice, &repeated);
    let limits = Limits::default();
    let started = Instant::now();
    let verdict = inspect(&mut &*file, &limits, &Policy::strict(), &Cancel::new());
    let took = started.elapsed();
    let verdict = verdict.expect("bytes in memory can always be inspected");
    let steps = verdict.facts().steps;
    assert!(steps < limits.steps + limits.steps / 8, "{steps} steps");
    let allowed = BASE + Duration::from_nanos(steps) * SLOWDOWN;
    assert!(
        took < allowed,
        "{took:?} for {steps} steps and {} bytes",
        file.len()
    );
});
