//! Archives that programs could read differently, and damaged ones.

use super::builder::{Archive, End, Entry, Opc};
use super::{assert_verdict, code, verdict};

const MAIN: &str = "word/document.xml";

/// A Word document whose main entry was changed.
fn with_main(change: impl FnOnce(&mut Entry)) -> Vec<u8> {
    let mut archive = Opc::docx().archive();
    change(archive.entry(MAIN));
    archive.bytes()
}

/// A Word document with one more entry.
fn with_entry(entry: Entry) -> Vec<u8> {
    let mut archive = Opc::docx().archive();
    archive.entries.push(entry);
    archive.bytes()
}

/// A Word document whose end record was changed.
fn with_end(change: impl Fn(&mut End) + 'static) -> Vec<u8> {
    Archive {
        end: Some(Box::new(change)),
        ..Opc::docx().archive()
    }
    .bytes()
}

#[test]
fn no_bytes_are_an_empty_file() {
    assert_verdict!([]);
}

#[test]
fn half_an_archive_is_corrupt() {
    let bytes = Opc::docx().bytes();
    assert_verdict!(bytes[..bytes.len() / 2]);
}

#[test]
fn a_first_header_alone_is_corrupt() {
    assert_verdict!(*b"PK\x03\x04\x14\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x05\0\0\0word/");
}

#[test]
fn an_end_record_alone_is_no_office_file() {
    assert_verdict!(Archive::default().bytes());
}

#[test]
fn bytes_before_the_archive_are_ambiguous() {
    assert_verdict!(with_entry(Entry {
        before: b"hidden".to_vec(),
        ..Entry::deflated("word/a.xml", b"<a/>")
    }));
}

#[test]
fn a_second_archive_before_the_first_is_ambiguous() {
    let bytes = [Opc::xlsx().bytes(), Opc::docx().bytes()].concat();
    assert_verdict!(bytes);
}

#[test]
fn a_program_before_the_archive_is_no_office_file() {
    let bytes = [b"MZ\x90\0".to_vec(), Opc::docx().bytes()].concat();
    assert_verdict!(bytes);
}

#[test]
fn bytes_before_the_directory_are_ambiguous() {
    assert_verdict!(
        Archive {
            gap: b"hidden".to_vec(),
            ..Opc::docx().archive()
        }
        .bytes()
    );
}

#[test]
fn bytes_after_the_end_record_are_ambiguous() {
    assert_verdict!(
        Archive {
            tail: b"<?php".to_vec(),
            ..Opc::docx().archive()
        }
        .bytes()
    );
}

#[test]
fn a_comment_with_a_second_end_record_is_ambiguous() {
    assert_verdict!(with_end(
        |end| end.comment = b"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0".to_vec()
    ));
}

#[test]
fn a_whole_second_archive_in_the_comment_is_ambiguous() {
    // Its end record ends before the file does, so that it is no candidate for us; programs that
    // take the last signature read it all the same.
    let second = Opc::xlsx().bytes();
    for padding in [1, 40, 5_000] {
        let comment = [second.clone(), vec![b'-'; padding]].concat();
        let bytes = with_end(move |end| end.comment = comment.clone());
        assert_eq!(code(&verdict(&bytes)), "ZIP_AMBIGUOUS");
    }
}

#[test]
fn any_signature_of_an_end_record_in_the_comment_is_ambiguous() {
    for signature in [b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07"] {
        for (before, after) in [(0, 0), (0, 60), (7, 3), (300, 0)] {
            let comment = [&vec![b'-'; before][..], signature, &vec![b'-'; after][..]].concat();
            let bytes = with_end(move |end| end.comment = comment.clone());
            assert_eq!(code(&verdict(&bytes)), "ZIP_AMBIGUOUS");
        }
    }
}

#[test]
fn an_end_record_with_a_comment_longer_than_the_file_is_ambiguous() {
    let mut stray = b"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0".to_vec();
    stray.extend_from_slice(&u16::MAX.to_le_bytes());
    let bytes = with_entry(Entry::stored("word/media/image1.png", &stray));
    assert_eq!(code(&verdict(&bytes)), "ZIP_AMBIGUOUS");
}

/// Python's zipfile takes the 56 bytes before the locator for the record, whatever it points to.
#[test]
fn a_wide_record_with_more_in_it_is_ambiguous() {
    for more in [1, 56, 200] {
        let wide = Some(
            Box::new(move |wide: &mut super::builder::Wide| wide.more = vec![0; more]) as Box<_>,
        );
        let bytes = Archive {
            wide,
            ..Opc::docx().archive()
        }
        .bytes();
        assert_eq!(code(&verdict(&bytes)), "ZIP_AMBIGUOUS");
    }
}

#[test]
fn a_comment_without_signatures_is_accepted() {
    let comment = b"made by PK \x05\x06 and P\x06\x06K".to_vec();
    let bytes = with_end(move |end| end.comment = comment.clone());
    assert_eq!(code(&verdict(&bytes)), "docx");
}

#[test]
fn an_entry_missing_from_the_directory_is_ambiguous() {
    assert_verdict!(with_entry(Entry {
        hidden: true,
        ..Entry::deflated("word/a.xml", b"<a/>")
    }));
}

#[test]
fn two_directory_entries_for_one_local_entry_are_ambiguous() {
    let mut archive = Opc::docx().archive();
    let twin = Entry {
        offset: Some(0),
        ..archive.entries[0].clone()
    };
    archive.entries.push(twin);
    assert_verdict!(archive.bytes());
}

#[test]
fn an_entry_that_reaches_into_the_next_is_ambiguous() {
    assert_verdict!(with_main(|main| {
        *main = main.clone().both(|header| header.compressed += 1);
    }));
}

#[test]
fn an_entry_beyond_the_file_is_corrupt() {
    assert_verdict!(with_main(|main| main.offset = Some(1_000_000)));
}

#[test]
fn data_beyond_the_file_is_corrupt() {
    assert_verdict!(with_main(
        |main| *main = main.clone().both(|header| header.compressed = 1_000_000)
    ));
}

#[test]
fn a_directory_beyond_the_file_is_corrupt() {
    assert_verdict!(with_end(|end| end.offset = 1_000_000));
}

#[test]
fn a_directory_that_ends_too_early_is_ambiguous() {
    assert_verdict!(with_end(|end| end.size -= 1));
}

#[test]
fn counters_that_disagree_are_ambiguous() {
    assert_verdict!(with_end(|end| end.entries[0] += 1));
}

#[test]
fn a_count_too_high_is_ambiguous() {
    assert_verdict!(with_end(|end| end.entries = [100, 100]));
}

#[test]
fn a_count_too_low_is_ambiguous() {
    assert_verdict!(with_end(|end| end.entries = [2, 2]));
}

#[test]
fn an_archive_over_several_disks_is_ambiguous() {
    assert_verdict!(with_end(|end| end.disks = [1, 0]));
}

#[test]
fn a_wide_record_that_disagrees_is_ambiguous() {
    let wide = Some(Box::new(|wide: &mut super::builder::Wide| wide.entries -= 1) as Box<_>);
    assert_verdict!(
        Archive {
            wide,
            ..Opc::docx().archive()
        }
        .bytes()
    );
}

#[test]
fn a_wide_locator_that_points_elsewhere_is_ambiguous() {
    let wide = Some(Box::new(|wide: &mut super::builder::Wide| wide.located_at = 0) as Box<_>);
    assert_verdict!(
        Archive {
            wide,
            ..Opc::docx().archive()
        }
        .bytes()
    );
}
