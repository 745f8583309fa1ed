//! Names of entries that programs read or resolve differently.

use super::{field, with_entry};
use crate::document::builder::{Entry, Opc};
use crate::document::{code, verdict};

const MAIN: &str = "word/document.xml";

/// A Word document with an XML part of that name.
fn with_name(name: &[u8]) -> Vec<u8> {
    let entry = Entry::deflated("placeholder.xml", b"<a/>");
    with_entry(entry.both(|header| header.name = name.to_vec()))
}

/// A field with the name in UTF-8, and the right sum of the first name.
fn unicode_path(raw: &[u8], name: &[u8]) -> Vec<u8> {
    let sum = crc32fast::hash(raw).to_le_bytes();
    field(0x7075, &[&[1][..], &sum, name].concat())
}

#[test]
fn a_unicode_path_that_says_another_name_is_ambiguous() {
    let raws: [(&[u8], &[u8]); 4] = [
        (b"word/\xE9.xml", b"word/document.xml"),
        (b"word/a.xml", b"word/b.xml"),
        ("word/ö.xml".as_bytes(), b"word/o.xml"),
        (b"word/\x8E\xFC.xml", "word/表.xml".as_bytes()),
    ];
    for (raw, name) in raws {
        for central in [false, true] {
            let extra = unicode_path(raw, name);
            let mut entry = Entry::deflated("x", b"<a/>").both(|header| header.name = raw.to_vec());
            let header = if central {
                &mut entry.central
            } else {
                &mut entry.local
            };
            header.extra = extra;
            assert_eq!(
                code(&verdict(&with_entry(entry))),
                "ZIP_AMBIGUOUS",
                "{name:?} {central}"
            );
        }
    }
}

#[test]
fn a_unicode_path_that_says_the_same_name_is_accepted() {
    let raws: [(&[u8], &[u8]); 3] = [
        (b"word/a.xml", b"word/a.xml"),
        ("word/ö.xml".as_bytes(), "word/ö.xml".as_bytes()),
        (b"word/\x94\xE9.xml", "word/öΘ.xml".as_bytes()),
    ];
    for (raw, name) in raws {
        let extra = unicode_path(raw, name);
        let entry = Entry::deflated("x", b"<a/>").both(|header| {
            header.name = raw.to_vec();
            header.extra.clone_from(&extra);
        });
        assert_eq!(code(&verdict(&with_entry(entry))), "docx", "{name:?}");
    }
}

#[test]
fn names_that_programs_resolve_differently_are_unsafe() {
    let names: [&[u8]; 13] = [
        b"word/./a.xml",
        b"word//a.xml",
        b"./word/a.xml",
        b"word/a.xml//",
        b"word/./",
        b"word/.../a.xml",
        b"word/. /a.xml",
        b"word/ /a.xml",
        b"word\\.\\a.xml",
        b"word\\\\a.xml",
        b"word/%2e/a.xml",
        b"word%2Fa.xml",
        b"word%5ca.xml",
    ];
    for name in names {
        let shown = String::from_utf8_lossy(name);
        assert_eq!(
            code(&verdict(&with_name(name))),
            "ZIP_UNSAFE_NAME",
            "{shown}"
        );
    }
}

#[test]
fn a_name_that_is_not_in_the_encoding_it_claims_is_unsafe() {
    for central in [false, true] {
        let mut entry = Entry::deflated("x", b"<a/>");
        entry = entry.both(|header| header.name = b"word/\xFF.xml".to_vec());
        let header = if central {
            &mut entry.central
        } else {
            &mut entry.local
        };
        header.flags |= 1 << 11;
        assert_eq!(code(&verdict(&with_entry(entry))), "ZIP_UNSAFE_NAME");
    }
}

#[test]
fn names_that_some_program_takes_for_one_are_ambiguous() {
    let pairs: [(&[u8], &[u8]); 7] = [
        (b"word/document.xml", b"word/document.xml "),
        (b"word/document.xml", b"word/document.xml."),
        (b"word/document.xml", b"word/document.xml/"),
        (b"word/document.xml", b"word/document.xml/a.xml"),
        (b"word/document.xml", b"word /document.xml"),
        (b"word/settings.xml", "word/\u{17F}ettings.xml".as_bytes()),
        (b"word/\xFEa.xml", b"word/\xFFa.xml"),
    ];
    for (one, other) in pairs {
        let mut archive = Opc::docx().archive();
        for name in [one, other] {
            let content: &[u8] = if name.ends_with(b"/") { b"" } else { b"<a/>" };
            let entry = Entry::deflated("x", content).both(|header| header.name = name.to_vec());
            if name != MAIN.as_bytes() {
                archive.entries.push(entry);
            }
        }
        let found = verdict(&archive.bytes());
        assert_eq!(
            code(&found),
            "ZIP_AMBIGUOUS",
            "{}",
            String::from_utf8_lossy(other)
        );
    }
}

#[test]
fn escaped_names_of_what_holds_the_package_together_are_invalid() {
    for (plain, escaped) in [
        ("[Content_Types].xml", "%5BContent_Types%5D.xml"),
        ("[Content_Types].xml", "[Content_Types].%78ml"),
        ("_rels/.rels", "_rels/%2Erels"),
        ("_rels/.rels", "%5Frels/.rels"),
        (MAIN, "word/%64ocument.xml"),
    ] {
        let mut archive = Opc::docx().archive();
        let entry = archive.entry(plain);
        *entry = entry.clone().both(|header| header.name = escaped.into());
        assert_eq!(code(&verdict(&archive.bytes())), "OPC_INVALID", "{escaped}");
    }
}
