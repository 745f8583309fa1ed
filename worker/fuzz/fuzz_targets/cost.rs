//! Does some work go uncounted? Fails on steps beyond the budget, on more processor time than the steps stand
//! for, and on more memory than an inspection may use.
//!
//! The first byte chooses where the bytes go: one part of a sound document, stored or compressed, or the
//! whole file. The second says how often a piece of the part is doubled, for what is slow in bulk shows in bulk:
//! the piece between two separators, or all of it. Each new worst is printed. Build it with `-O --sanitizer none`: a sanitiser's figures say nothing.

#![no_main]

use std::sync::Mutex;
use std::time::Duration;

use dossier_worker::document::{Cancel, Limits, Policy, inspect};
use libfuzzer_sys::fuzz_target;
use peak_alloc::PeakAlloc;
use rustix::time::{ClockId, clock_gettime};

#[path = "stored.rs"]
mod stored;

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

/// What a document takes whatever is in it.
const BASE: Duration = Duration::from_millis(30);
/// How many nanoseconds a step may take here: the instrumented code is slower, and so is a busy machine.
const SLOWDOWN: u32 = 10;
/// Beyond the file itself.
const MEMORY_BYTES: usize = 64 * 1024 * 1024;
/// What the piece stands between; no XML has it.
const SEPARATOR: u8 = 0x1F;
/// The size that the piece is doubled up to.
const BULK_BYTES: usize = 1 << 20;

/// The worst so far: time, time a step above the base, memory.
static WORST: Mutex<(Duration, u64, usize)> = Mutex::new((Duration::ZERO, 0, 0));

fuzz_target!(|bytes: &[u8]| {
    let Some((&[choice, doublings], content)) = bytes.split_first_chunk() else {
        return;
    };
    let file = match choice >> 6 {
        0 => stored::document(choice, &repeated(content, doublings)),
        1 => stored::compressed(choice, &repeated(content, doublings)),
        _ => content.to_vec(),
    };
    let limits = Limits::default();
    ALLOCATOR.reset_peak_usage();
    let before = ALLOCATOR.current_usage();
    let started = processor_time();
    let verdict = inspect(&mut &*file, &limits, &Policy::strict(), &Cancel::new());
    let took = processor_time() - started;
    let memory = ALLOCATOR.peak_usage().saturating_sub(before);
    let verdict = verdict.expect("bytes in memory can always be inspected");
    let steps = verdict.facts().steps;
    note(took, steps, memory, file.len());
    assert!(steps < limits.steps + limits.steps / 8, "{steps} steps");
    let allowed = BASE + Duration::from_nanos(steps) * SLOWDOWN;
    assert!(
        took < allowed,
        "{took:?} for {steps} steps and {} bytes",
        file.len()
    );
    assert!(memory < MEMORY_BYTES, "{memory} bytes of memory");
});

/// The part, its piece doubled as often as asked for and as there is room.
fn repeated(content: &[u8], doublings: u8) -> Vec<u8> {
    let mut pieces = content.splitn(3, |&byte| byte == SEPARATOR);
    let (head, piece, tail) = match (pieces.next(), pieces.next(), pieces.next()) {
        (Some(head), Some(piece), tail) => (head, piece, tail.unwrap_or_default()),
        _ => (&[][..], content, &[][..]),
    };
    let mut bulk = piece.to_vec();
    for _ in 0..doublings % 20 {
        if bulk.len() < BULK_BYTES {
            bulk.extend_from_within(..);
        }
    }
    [head, &bulk, tail].concat()
}

/// Prints what is worse than anything before.
fn note(took: Duration, steps: u64, memory: usize, bytes: usize) {
    let above_base = u64::try_from(took.saturating_sub(BASE).as_nanos()).unwrap_or(u64::MAX);
    let a_thousand_steps = above_base * 1_000 / steps.max(1);
    let mut worst = WORST.lock().expect("nobody panics while holding it");
    let (time, pace, peak) = *worst;
    *worst = (
        time.max(took),
        pace.max(a_thousand_steps),
        peak.max(memory),
    );
    if *worst != (time, pace, peak) {
        eprintln!(
            "worst: {took:?}, {a_thousand_steps} ns for a thousand steps of {steps}, \
             {} KiB of memory, for a file of {bytes} bytes",
            memory / 1024
        );
    }
}

/// The processor time of this thread.
fn processor_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    let nanoseconds = u32::try_from(time.tv_nsec).unwrap_or_default();
    Duration::new(u64::try_from(time.tv_sec).unwrap_or_default(), nanoseconds)
}
