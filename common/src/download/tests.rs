//! The accounting of downloads against clients of every kind.

use std::time::Duration;

use mongodb::bson::DateTime;
use proptest::prelude::*;

use super::{Begun, Download, Span, allowance, most_resent};
use crate::digest::Sha256;
use crate::entropy::Entropy;
use crate::id::{DownloadId, FileId, LinkId, ResponseId, UserId};
use crate::link::{Link, LinkState};

const NOW: DateTime = DateTime::from_millis(1_000_000);
const BLOCK: i64 = 1024 * 1024;
const MIB: i64 = 1024 * 1024;

/// A download, and the requests that clients make of it.
struct Bench {
    download: Download,
    entropy: Entropy,
    now: DateTime,
}

/// A response that a client reads.
#[derive(Clone, Copy, Debug)]
struct Reading {
    id: ResponseId,
    wanted: Span,
    granted: i64,
    sent: i64,
}

impl Bench {
    fn of(size_bytes: i64) -> Self {
        let entropy = Entropy::seeded(3);
        let link = Link {
            id: LinkId::generate(&entropy, NOW),
            file_id: FileId::generate(&entropy, NOW),
            sha256: Sha256::of(b"bytes"),
            client_id: UserId::generate(&entropy, NOW),
            state: LinkState::Ready,
            token: None,
            expires_at: DateTime::MAX,
            max_downloads: Some(1),
            downloads: 0,
            opened: Some(0),
            completed: Some(0),
            last_download_at: None,
            created_at: NOW,
        };
        let id = DownloadId::generate(&entropy, NOW);
        Self {
            download: Download::new(id, &link, size_bytes, NOW),
            entropy,
            now: NOW,
        }
    }

    fn begin(&mut self, start: i64, end: i64) -> Result<Reading, Begun> {
        let id = ResponseId::generate(&self.entropy, self.now);
        let wanted = Span::new(start, end);
        // What is not granted is not stored.
        let mut changed = self.download.clone();
        match changed.begin(id, wanted, BLOCK, self.now) {
            Begun::Granted(span) => {
                assert_eq!(span.start, start);
                assert!(!span.is_empty() && span.end <= end);
                self.download = changed;
                Ok(Reading {
                    id,
                    wanted,
                    granted: span.size(),
                    sent: 0,
                })
            }
            other => Err(other),
        }
    }

    /// Sends up to `most` bytes; `false` when the response has ended.
    fn send(&mut self, reading: &mut Reading, most: i64) -> bool {
        let goal = (reading.sent + most).min(reading.wanted.size());
        while reading.sent < goal {
            if reading.sent == reading.granted {
                let next = self
                    .download
                    .advance(reading.id, reading.sent, BLOCK, self.now);
                let Some(next) = next else {
                    return false;
                };
                assert_eq!(next.start, reading.wanted.start + reading.sent);
                reading.granted += next.size();
            }
            reading.sent = reading.granted.min(goal);
        }
        if goal == reading.wanted.size() {
            self.download.end(reading.id, goal, self.now);
        }
        goal < reading.wanted.size()
    }

    fn break_off(&mut self, reading: Reading) {
        self.download.end(reading.id, reading.sent, self.now);
    }

    /// Gets a range to its end, or as far as it goes; how many bytes came.
    fn get(&mut self, start: i64, end: i64) -> i64 {
        let Ok(mut reading) = self.begin(start, end) else {
            return 0;
        };
        self.send(&mut reading, i64::MAX / 2);
        reading.sent
    }
}

#[test]
fn the_allowance_is_a_twentieth_or_64_kib_and_never_the_document() {
    assert_eq!(allowance(200_000_000), 10_000_000);
    assert_eq!(allowance(1_000_000), 65_536);
    assert_eq!(allowance(100), 50);
    assert_eq!(allowance(1), 0);
}

#[test]
fn all_but_the_last_byte_and_all_but_the_first_are_not_two_documents() {
    for size in [2, 21, 100_000, 10 * MIB] {
        let mut bench = Bench::of(size);
        assert_eq!(bench.get(0, size - 1), size - 1);
        assert!(bench.get(1, size) <= allowance(size) + 1, "{size}");
        assert!(
            bench.download.bytes_sent <= size + allowance(size),
            "{size}"
        );
        // Side by side: the second one waits, and is refused then.
        let mut bench = Bench::of(size);
        let mut first = bench.begin(0, size - 1).expect("it is new");
        if size > 2 {
            assert_eq!(bench.begin(1, size).err(), Some(Begun::Busy));
        }
        bench.send(&mut first, size);
        bench.get(1, size);
        assert!(
            bench.download.bytes_sent <= size + allowance(size),
            "{size}"
        );
    }
}

#[test]
fn a_probe_and_a_start_that_broke_leave_the_whole_document() {
    let size = 40 * MIB;
    let mut bench = Bench::of(size);
    assert_eq!(bench.get(0, 1), 1);
    let mut broken = bench.begin(0, size).expect("a probe counts as nothing");
    bench.send(&mut broken, MIB);
    bench.break_off(broken);
    assert!(!bench.download.counted);
    assert_eq!(bench.get(0, size), size);
    assert!(bench.download.counted && bench.download.complete);
    assert_eq!(bench.begin(0, size).err(), Some(Begun::Refused));
}

#[test]
fn a_download_with_a_hundred_interruptions_comes_to_its_end() {
    let size = 200_000_000;
    let mut bench = Bench::of(size);
    let (mut have, mut step) = (0, 1_i64);
    for _ in 0..100 {
        // What arrives, and what the buffers of the connection hold when it breaks.
        step = step * 7_919 % 3_900_001;
        let lost = (step * 31) % (8 * MIB);
        let mut reading = bench.begin(have, size).expect("it goes on");
        bench.send(&mut reading, (step + lost).min(size - have - 1));
        bench.break_off(reading);
        have = (have + step).min(size - 1);
    }
    assert_eq!(bench.get(have, size), size - have);
    assert!(bench.download.complete);
}

#[test]
fn four_parts_at_once_with_interruptions_come_to_their_end() {
    let size = 200_000_000;
    let quarter = size / 4;
    let mut bench = Bench::of(size);
    let mut have = [0, 1, 2, 3].map(|part| part * quarter);
    for _ in 0..100 {
        let begun = have.map(|from| bench.begin(from, size).expect("it goes on"));
        for (mut reading, have) in begun.into_iter().zip(&mut have) {
            // The client ends a part where the next one begins, and a buffer of bytes beyond it is lost.
            bench.send(&mut reading, 400_000 + 2 * MIB);
            *have += 400_000;
            bench.break_off(reading);
        }
    }
    for (part, from) in (1..).zip(have) {
        assert_eq!(bench.get(from, part * quarter), part * quarter - from);
    }
    assert!(bench.download.complete);
}

#[test]
fn parts_that_overlap_end_where_the_next_one_began() {
    let size = 40 * MIB;
    let mut bench = Bench::of(size);
    let begun = [0, 10, 20, 30].map(|start| bench.begin(start * MIB, size));
    let mut parts = begun.map(|it| it.expect("it is new"));
    for _ in 0..10 {
        for part in &mut parts {
            bench.send(part, MIB);
        }
    }
    for part in parts.iter_mut().take(3) {
        assert!(!bench.send(part, MIB));
        assert_eq!(part.sent, 10 * MIB);
    }
    assert!(bench.download.complete && bench.download.responses.is_empty());
    assert_eq!(
        (bench.download.bytes_sent, bench.download.repeated_bytes),
        (size, 0)
    );
}

#[test]
fn a_look_at_the_end_leaves_the_whole_document() {
    let size = 10 * MIB;
    let mut bench = Bench::of(size);
    assert_eq!(bench.get(size - 1000, size), 1000);
    assert_eq!(bench.get(0, size), size);
    assert!(bench.download.complete);
    assert_eq!(bench.download.repeated_bytes, 1000);
}

#[test]
fn whoever_breaks_off_on_purpose_comes_to_an_end_as_well() {
    let size = 3 * MIB;
    let mut bench = Bench::of(size);
    for _ in 0..1_000 {
        let Ok(mut reading) = bench.begin(0, size) else {
            break;
        };
        bench.send(&mut reading, size - 1);
        bench.break_off(reading);
    }
    let most = size + allowance(size) + most_resent(size);
    assert!(bench.download.bytes_sent <= most);
    assert_eq!(bench.begin(0, size).err(), Some(Begun::Refused));
}

#[test]
fn a_response_that_nothing_is_heard_of_counts_as_broken() {
    let size = 40 * MIB;
    let mut bench = Bench::of(size);
    let mut silent = bench.begin(0, size).expect("it is new");
    bench.send(&mut silent, 3 * MIB);
    assert_eq!(bench.begin(2 * MIB, size).err(), Some(Begun::Busy));
    bench.now = NOW.saturating_add_duration(Duration::from_secs(20));
    let mut resumed = bench.begin(2 * MIB, size).expect("nobody is there");
    assert!(!bench.send(&mut silent, MIB), "it has lost its place");
    bench.send(&mut resumed, size);
    assert!(bench.download.complete);
}

#[test]
fn what_a_reset_connection_had_whole_is_given_back_once_that_is_known() {
    let size = 40 * MIB;
    let mut bench = Bench::of(size);
    assert_eq!(bench.get(0, size - 6 * MIB), size - 6 * MIB);
    for (have, is_lost) in [(6, true), (5, true), (3, false)] {
        let have = size - have * MIB;
        let mut last = bench.begin(have, size).expect("it goes on");
        bench.send(&mut last, size - have - 1);
        bench.download.hold(last.id, size - have, bench.now);
        assert!(bench.download.complete);
        assert_eq!(bench.begin(have + 1, size).err(), Some(Begun::Busy));
        if is_lost {
            bench.download.lose(last.id, size - have, bench.now);
        } else {
            bench.download.end(last.id, size - have, bench.now);
        }
    }
    assert_eq!(
        bench.begin(size - 3 * MIB, size).err(),
        Some(Begun::Refused)
    );
    assert_eq!(bench.download.resent_bytes, 8 * MIB);
}

#[test]
fn a_response_that_goes_on_keeps_its_place() {
    let size = 40 * MIB;
    let mut bench = Bench::of(size);
    let mut slow = bench.begin(0, size).expect("it is new");
    for _ in 0..10 {
        bench.send(&mut slow, 1_000);
        bench.now = bench.now.saturating_add_duration(Duration::from_secs(15));
        assert!(bench.download.renew(slow.id, slow.sent, bench.now));
    }
    assert_eq!(bench.begin(500, size).err(), Some(Begun::Busy));
}

proptest! {
    #[test]
    fn requests_side_by_side_get_the_document_once_and_the_allowance(
        size in 1_i64..6_000_000,
        ranges in prop::collection::vec((0.0_f64..1.0, 0.0_f64..1.0), 1..40),
        order in prop::collection::vec((0_usize..40, 1_i64..900_000), 0..300),
    ) {
        let mut bench = Bench::of(size);
        let place = |part: f64| (size as f64 * part) as i64;
        let mut readings: Vec<Reading> = Vec::new();
        let mut sent = 0;
        for (start, end) in ranges {
            let span = Span::new(place(start), place(end) + 1);
            if !span.is_empty() {
                readings.extend(bench.begin(span.start, span.end).ok());
            }
        }
        let rest = (0..readings.len()).map(|which| (which, size));
        for (which, most) in order.into_iter().chain(rest) {
            if let Some(reading) = readings.get_mut(which) {
                let before = reading.sent;
                if reading.sent < reading.wanted.size() {
                    bench.send(reading, most);
                }
                sent += reading.sent - before;
            }
        }
        prop_assert!(sent <= size + allowance(size));
        prop_assert_eq!(bench.download.resent_bytes, 0);
        prop_assert!(bench.download.responses.is_empty());
        prop_assert_eq!(bench.download.bytes_sent, sent);
    }
}
