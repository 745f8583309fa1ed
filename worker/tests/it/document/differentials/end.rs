//! What is behind an archive, and what its end record says.

use super::{flags, with_entry};
use crate::document::builder::{Archive, End, Entry, Opc};
use crate::document::{code, verdict};

/// A Word document with something behind its end record.
fn with_tail(tail: &[u8]) -> Vec<u8> {
    Archive {
        tail: tail.to_vec(),
        ..Opc::docx().archive()
    }
    .bytes()
}

#[test]
fn data_behind_the_archive_is_flagged() {
    let padding = [vec![0; 5_000], b"\r\n".to_vec()].concat();
    let longest = vec![b'x'; 65_535];
    for tail in [&b"{\"signature\":\"abc\"}"[..], &padding, &longest] {
        let bytes = with_tail(tail);
        assert_eq!(code(&verdict(&bytes)), "docx");
        assert_eq!(flags(&bytes), ["trailing_data"]);
    }
}

#[test]
fn a_little_white_space_behind_the_archive_is_no_data() {
    assert!(flags(&with_tail(b"\r\n\0\0 \n")).is_empty());
}

#[test]
fn data_so_long_that_no_program_finds_the_end_record_is_refused() {
    assert_eq!(
        code(&verdict(&with_tail(&vec![b'x'; 65_536]))),
        "ZIP_CORRUPT"
    );
}

#[test]
fn any_signature_of_an_archive_behind_the_end_record_is_ambiguous() {
    let signatures = [
        b"PK\x03\x04",
        b"PK\x01\x02",
        b"PK\x05\x06",
        b"PK\x06\x06",
        b"PK\x06\x07",
        b"PK\x07\x08",
        b"PK\x06\x08",
        b"PK\x05\x05",
    ];
    for signature in signatures {
        for (before, after) in [(0, 0), (1, 40), (200, 3), (30_000, 30_000)] {
            let tail = [&vec![b'-'; before][..], signature, &vec![b'-'; after][..]].concat();
            let found = verdict(&with_tail(&tail));
            assert_eq!(
                code(&found),
                "ZIP_AMBIGUOUS",
                "{signature:?} {before} {after}"
            );
        }
    }
}

#[test]
fn another_file_behind_the_archive_is_ambiguous() {
    let tails: [&[u8]; 7] = [
        b"<?php system($_GET[0]); ?>",
        b"MZ\x90\0\x03\0\0\0",
        b"\0\0\0\0MZ\x90\0",
        b"%PDF-1.7\n",
        b"{}\n<SCRIPT>alert(1)</SCRIPT>",
        b"#!/bin/sh\nexit\n",
        b"text <%eval request(1)%>",
    ];
    for tail in tails {
        assert_eq!(
            code(&verdict(&with_tail(tail))),
            "ZIP_AMBIGUOUS",
            "{tail:?}"
        );
    }
}

#[test]
fn a_record_whose_comment_reaches_over_the_end_record_is_ambiguous() {
    // A program that holds records to their comments begins from the first one.
    for reach in [1_u16, 60, 600] {
        let mut record = b"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0".to_vec();
        record.extend_from_slice(&(400 + reach).to_le_bytes());
        let bytes = with_entry(Entry::stored("word/media/a.png", &record));
        let end = bytes.len()
            - bytes
                .windows(4)
                .position(|four| four == b"PK\x05\x06")
                .unwrap_or(0);
        let found = code(&verdict(&bytes));
        let reaches = usize::from(400 + reach) + 22 > end - 22;
        let expected = if reaches {
            "ZIP_AMBIGUOUS"
        } else {
            "OPC_UNDECLARED_PART"
        };
        assert_eq!(found, expected, "{reach}");
    }
}

#[test]
fn data_behind_an_archive_that_another_one_lies_in_is_ambiguous() {
    // A program that wants the comment to end with the file goes on to the stored workbook's end record.
    let book = Entry::stored("word/embeddings/book.bin", &Opc::xlsx().bytes());
    let mut archive = Opc::docx()
        .default("bin", "application/octet-stream")
        .archive();
    archive.entries.push(book);
    assert_eq!(code(&verdict(&archive.bytes())), "docx");
    archive.tail = b"\n".to_vec();
    assert_eq!(code(&verdict(&archive.bytes())), "ZIP_AMBIGUOUS");
}

#[test]
fn counters_of_which_only_one_is_wide_are_ambiguous() {
    let changes: [fn(&mut End); 4] = [
        |end| end.disks[0] = u16::MAX,
        |end| end.disks[1] = u16::MAX,
        |end| end.entries[0] = u16::MAX,
        |end| end.entries[1] = u16::MAX,
    ];
    for change in changes {
        let bytes = Archive {
            wide: Some(Box::new(|_| {})),
            end: Some(Box::new(change)),
            ..Opc::docx().archive()
        }
        .bytes();
        assert_eq!(code(&verdict(&bytes)), "ZIP_AMBIGUOUS");
    }
}

#[test]
fn data_behind_a_wide_end_record_is_ambiguous() {
    let bytes = Archive {
        wide: Some(Box::new(|_| {})),
        tail: b"\n".to_vec(),
        ..Opc::docx().archive()
    }
    .bytes();
    assert_eq!(code(&verdict(&bytes)), "ZIP_AMBIGUOUS");
}
