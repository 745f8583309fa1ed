//! Where the bytes come from makes no difference, and a failure to read them is no verdict.

use std::io::{self, Cursor, Seek, Write};

use dossier_worker::document::{Cancel, InspectError, Limits, Policy, Source, inspect};

use super::builder::{Entry, Opc};
use super::{code, verdict};

fn judge(
    source: &mut dyn Source,
    limits: &Limits,
    cancel: &Cancel,
) -> Result<&'static str, InspectError> {
    inspect(source, limits, &Policy::standard(), cancel).map(|verdict| code(&verdict))
}

/// Gives one byte at a time, and fails or cancels after so many.
struct Dripping<'a> {
    bytes: &'a [u8],
    left: usize,
    cancel: Option<Cancel>,
}

impl Source for Dripping<'_> {
    fn len(&self) -> u64 {
        self.bytes.len() as u64
    }

    fn read_at(&mut self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 {
            match &self.cancel {
                Some(cancel) => cancel.cancel(),
                None => return Err(io::Error::other("the store is gone")),
            }
        }
        self.left = self.left.saturating_sub(1);
        let buf = if buf.len() > 1 { &mut buf[..1] } else { buf };
        (&mut &*self.bytes).read_at(offset, buf)
    }
}

#[test]
fn files_cursors_and_slow_readers_give_the_same_verdict() {
    let bytes = Opc::docx().bytes();
    let mut file = tempfile::tempfile().expect("a temporary file");
    file.write_all(&bytes)
        .and_then(|()| file.rewind())
        .expect("a temporary file");
    let (limits, cancel) = (Limits::default(), Cancel::new());
    let mut slow = Dripping {
        bytes: &bytes,
        left: usize::MAX,
        cancel: None,
    };
    let sources: [&mut dyn Source; 4] = [
        &mut file,
        &mut Cursor::new(&bytes),
        &mut &bytes[..],
        &mut slow,
    ];
    for source in sources {
        assert_eq!(judge(source, &limits, &cancel).expect("readable"), "docx");
    }
}

#[test]
fn a_store_that_fails_at_any_point_gives_no_verdict() {
    let bytes = Opc::docx().bytes();
    for left in (0..bytes.len()).step_by(97) {
        let mut source = Dripping {
            bytes: &bytes,
            left,
            cancel: None,
        };
        let outcome = judge(&mut source, &Limits::default(), &Cancel::new());
        assert!(
            matches!(outcome, Err(InspectError::Io(_))),
            "after {left} bytes: {outcome:?}"
        );
    }
}

#[test]
fn a_store_that_loses_its_end_gives_no_verdict() {
    struct Shrunk(Vec<u8>);
    impl Source for Shrunk {
        fn len(&self) -> u64 {
            self.0.len() as u64 + 10
        }
        fn read_at(&mut self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
            (&mut &*self.0).read_at(offset, buf)
        }
    }
    let outcome = judge(
        &mut Shrunk(Opc::docx().bytes()),
        &Limits::default(),
        &Cancel::new(),
    );
    assert!(matches!(outcome, Err(InspectError::Io(_))), "{outcome:?}");
}

#[test]
fn a_cancelled_inspection_gives_no_verdict() {
    let cancel = Cancel::new();
    cancel.cancel();
    let outcome = judge(&mut &Opc::docx().bytes()[..], &Limits::default(), &cancel);
    assert!(matches!(outcome, Err(InspectError::Cancelled)));
}

#[test]
fn an_inspection_can_be_cancelled_under_way() {
    let noise: Vec<u8> = (0..200_000_u32)
        .map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8)
        .collect();
    let mut archive = Opc::docx().default("png", "image/png").archive();
    archive.entries.push(Entry::stored("word/a.png", &noise));
    let bytes = archive.bytes();
    let cancel = Cancel::new();
    let mut source = Dripping {
        bytes: &bytes,
        left: 70_000,
        cancel: Some(cancel.clone()),
    };
    assert!(matches!(
        judge(&mut source, &Limits::default(), &cancel),
        Err(InspectError::Cancelled)
    ));
}

#[test]
fn limits_are_the_callers() {
    let bytes = Opc::docx().bytes();
    let small = Limits {
        file_bytes: 100,
        ..Limits::default()
    };
    assert_eq!(
        judge(&mut &bytes[..], &small, &Cancel::new()).expect("readable"),
        "FILE_TOO_LARGE"
    );
    let few = Limits {
        entries: 2,
        ..Limits::default()
    };
    assert_eq!(
        judge(&mut &bytes[..], &few, &Cancel::new()).expect("readable"),
        "ZIP_BOMB"
    );
    let flat = Limits {
        part_bytes: 10,
        ..Limits::default()
    };
    assert_eq!(
        judge(&mut &bytes[..], &flat, &Cancel::new()).expect("readable"),
        "ZIP_BOMB"
    );
    assert_eq!(code(&verdict(&bytes)), "docx");
}
