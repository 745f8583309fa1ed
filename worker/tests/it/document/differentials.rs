//! Archives that programs read differently in small things: each such thing is refused, or is none.

use super::builder::{Archive, Descriptor, End, Entry, Opc};
use super::{code, verdict};

const MAIN: &str = "word/document.xml";

/// A Word document with one more entry.
fn with_entry(entry: Entry) -> Vec<u8> {
    let mut archive = Opc::docx().archive();
    archive.entries.push(entry);
    archive.bytes()
}

/// A Word document with an XML part of that name.
fn with_name(name: &[u8]) -> Vec<u8> {
    let entry = Entry::deflated("placeholder.xml", b"<a/>");
    with_entry(entry.both(|header| header.name = name.to_vec()))
}

/// A Word document with something behind its end record.
fn with_tail(tail: &[u8]) -> Vec<u8> {
    Archive {
        tail: tail.to_vec(),
        ..Opc::docx().archive()
    }
    .bytes()
}

/// An extra field.
fn field(id: u16, data: &[u8]) -> Vec<u8> {
    let size = u16::try_from(data.len()).expect("a short field");
    [&id.to_le_bytes()[..], &size.to_le_bytes(), data].concat()
}

/// A field with the name in UTF-8, and the right sum of the first name.
fn unicode_path(raw: &[u8], name: &[u8]) -> Vec<u8> {
    let sum = crc32fast::hash(raw).to_le_bytes();
    field(0x7075, &[&[1][..], &sum, name].concat())
}

fn flags(bytes: &[u8]) -> Vec<&'static str> {
    let verdict = verdict(bytes);
    let flags = verdict.facts().flags.iter();
    flags.map(|flag| flag.as_str()).collect()
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
fn a_wide_field_that_is_longer_or_shorter_than_its_values_is_ambiguous() {
    let part = || Entry::deflated("word/a.xml", b"<a/>");
    let inflated = u64::from(part().local.inflated).to_le_bytes();
    let wide = |data: &[u8]| {
        let extra = field(1, data);
        part().both(|header| {
            header.inflated = u32::MAX;
            header.extra.clone_from(&extra);
        })
    };
    // Where only the inflated size is wide in the directory, a local header has both.
    let both = |data: &[u8]| {
        let compressed = u64::from(part().local.compressed).to_le_bytes();
        let mut entry = wide(data);
        entry.local.compressed = u32::MAX;
        entry.local.extra = field(1, &[&inflated[..], &compressed].concat());
        entry
    };
    assert_eq!(code(&verdict(&with_entry(both(&inflated)))), "docx");
    let long = [&inflated[..], &[0; 20]].concat();
    let longer = [&inflated[..], &[0; 8]].concat();
    for data in [&long[..], &longer, &inflated[..7], &[]] {
        assert_ne!(
            code(&verdict(&with_entry(both(data)))),
            "docx",
            "{}",
            data.len()
        );
    }
    for data in [&inflated[..], &long] {
        let plain = part().both(|header| header.extra = field(1, data));
        assert_eq!(code(&verdict(&with_entry(plain))), "ZIP_AMBIGUOUS");
        let mut local = part();
        local.local.extra = field(1, data);
        assert_eq!(code(&verdict(&with_entry(local))), "ZIP_AMBIGUOUS");
    }
    let twice = [field(1, &inflated), field(1, &inflated)].concat();
    let mut entry = both(&inflated);
    entry.central.extra = twice;
    assert_eq!(code(&verdict(&with_entry(entry))), "ZIP_AMBIGUOUS");
}

/// Every local header of WPS Office is so.
#[test]
fn room_for_wide_sizes_that_are_not_needed_is_accepted() {
    let part = || Entry::deflated("word/a.xml", b"<a/>");
    let mut local = part();
    local.local.extra = field(1, &[0; 16]);
    assert_eq!(code(&verdict(&with_entry(local))), "docx");
    for data in [&[0; 8][..], &[0; 24], &[1; 16]] {
        let mut local = part();
        local.local.extra = field(1, data);
        assert_eq!(code(&verdict(&with_entry(local))), "ZIP_AMBIGUOUS");
    }
    let mut central = part();
    central.central.extra = field(1, &[0; 16]);
    assert_eq!(code(&verdict(&with_entry(central))), "ZIP_AMBIGUOUS");
    let mut wide = part();
    wide.local.inflated = u32::MAX;
    wide.local.extra = field(1, &[0; 16]);
    assert_eq!(code(&verdict(&with_entry(wide))), "ZIP_AMBIGUOUS");
}

#[test]
fn a_streaming_writers_wide_field_is_accepted() {
    for unknown in [0, u64::MAX] {
        let mut entry = Entry::deflated("word/a.xml", b"<a/>").streamed(Descriptor::SignedWide);
        let sizes = [unknown.to_le_bytes(), unknown.to_le_bytes()].concat();
        entry.local.extra = field(1, &sizes);
        assert_eq!(code(&verdict(&with_entry(entry))), "docx");
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

#[test]
fn a_file_of_no_known_type_is_ambiguous() {
    // bsdtar leaves these out.
    for mode in [0o177_644, 0o030_644, 0o150_000, 0o170_000] {
        let entry = Entry {
            attributes: mode << 16,
            ..Entry::deflated("word/a.xml", b"<a/>")
        };
        assert_eq!(
            code(&verdict(&with_entry(entry))),
            "ZIP_AMBIGUOUS",
            "{mode:o}"
        );
    }
    for mode in [0, 0o644, 0o100_644, 0o107_777] {
        let entry = Entry {
            attributes: mode << 16,
            ..Entry::deflated("word/a.xml", b"<a/>")
        };
        assert_eq!(code(&verdict(&with_entry(entry))), "docx", "{mode:o}");
    }
}

#[test]
fn a_file_that_is_a_folder_by_its_attributes_is_ambiguous() {
    for attributes in [0o040_755 << 16, 0x10] {
        let entry = Entry {
            attributes,
            ..Entry::deflated("word/a.xml", b"<a/>")
        };
        assert_eq!(code(&verdict(&with_entry(entry))), "ZIP_AMBIGUOUS");
    }
}

#[test]
fn devices_and_pipes_are_unsafe() {
    for kind in [0o010_000_u32, 0o020_000, 0o060_000, 0o140_000] {
        let entry = Entry {
            attributes: (kind | 0o644) << 16,
            ..Entry::deflated("word/a.xml", b"<a/>")
        };
        assert_eq!(code(&verdict(&with_entry(entry))), "ZIP_UNSAFE_NAME");
    }
}

#[test]
fn a_second_set_of_attributes_is_ambiguous() {
    let extra = field(0x6C78, &[0x07, 0, 3, 0, 0, 0, 0, 0, 0xFF, 0xA1]);
    for central in [false, true] {
        let mut entry = Entry::deflated("word/a.xml", b"<a/>");
        let header = if central {
            &mut entry.central
        } else {
            &mut entry.local
        };
        header.extra.clone_from(&extra);
        assert_eq!(code(&verdict(&with_entry(entry))), "ZIP_AMBIGUOUS");
    }
}

#[test]
fn stored_data_that_seems_to_end_early_is_ambiguous() {
    for before in [0, 10, 40_000, 65_530, 65_536, 200_000] {
        let mut data = vec![b' '; before];
        let sum = crc32fast::hash(&data);
        data.extend_from_slice(b"PK\x07\x08");
        data.extend_from_slice(&sum.to_le_bytes());
        for _ in 0..2 {
            data.extend_from_slice(&u32::try_from(before).expect("small").to_le_bytes());
        }
        data.extend_from_slice(b"PK\x03\x04 and so on");
        let stored = Entry::stored("word/media/a.bin", &data);
        let package = |entry: Entry| {
            let mut archive = Opc::docx().default("bin", "image/png").archive();
            archive.entries.push(entry);
            archive.bytes()
        };
        assert_eq!(code(&verdict(&package(stored.clone()))), "docx", "{before}");
        let streamed = stored.streamed(Descriptor::Signed);
        assert_eq!(
            code(&verdict(&package(streamed))),
            "ZIP_AMBIGUOUS",
            "{before}"
        );
    }
}

#[test]
fn an_empty_entry_has_no_wide_descriptor() {
    let streamed = |shape| with_entry(Entry::deflated("word/media/", b"").streamed(shape));
    for shape in [Descriptor::SignedWide, Descriptor::UnsignedWide] {
        assert_eq!(code(&verdict(&streamed(shape))), "ZIP_AMBIGUOUS");
    }
    for shape in [Descriptor::Signed, Descriptor::Unsigned] {
        assert_eq!(code(&verdict(&streamed(shape))), "docx");
    }
}

#[test]
fn a_stored_entry_has_no_unsigned_descriptor() {
    for content in [&b""[..], b"<a/>"] {
        let streamed = |shape| with_entry(Entry::stored("word/b.xml", content).streamed(shape));
        let refused = verdict(&streamed(Descriptor::Unsigned));
        assert_eq!(code(&refused), "ZIP_AMBIGUOUS");
    }
    let signed = Entry::stored("word/b.xml", b"<a/>").streamed(Descriptor::Signed);
    assert_eq!(code(&verdict(&with_entry(signed))), "docx");
}

#[test]
fn a_stored_archive_inside_may_have_descriptors() {
    let mut inner = Opc::xlsx().archive();
    let entries = std::mem::take(&mut inner.entries).into_iter();
    inner.entries = entries
        .map(|entry| entry.streamed(Descriptor::Signed))
        .collect();
    let book = Entry::stored("word/embeddings/book.bin", &inner.bytes());
    let mut archive = Opc::docx()
        .default("bin", "application/octet-stream")
        .archive();
    archive.entries.push(book.streamed(Descriptor::Signed));
    archive.end = Some(Box::new(|end: &mut End| end.comment = b"note".to_vec()));
    assert_eq!(code(&verdict(&archive.bytes())), "docx");
}

#[test]
fn declarations_count_at_any_depth() {
    let types = "http://schemas.openxmlformats.org/package/2006/content-types";
    let macros = "application/vnd.ms-word.document.macroEnabled.main+xml";
    let nested = |inner: &str| {
        let mut archive = Opc::docx().archive();
        let xml = format!(
            "<Types xmlns=\"{types}\"><Default Extension=\"xml\" ContentType=\"application/xml\"/>\
             <Default Extension=\"rels\" ContentType=\"application/xml\"/>\
             <Override PartName=\"/word/document.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml\"/>{inner}</Types>"
        );
        *archive.entry("[Content_Types].xml") =
            Entry::deflated("[Content_Types].xml", xml.as_bytes());
        code(&verdict(&archive.bytes()))
    };
    let again = format!("<Override PartName=\"/word/document.xml\" ContentType=\"{macros}\"/>");
    assert_eq!(nested(""), "docx");
    assert_eq!(nested(&format!("<x>{again}</x>")), "OPC_INVALID");
    assert_eq!(
        nested("<x:Default xmlns:x=\"urn:x\" Extension=\"a\" ContentType=\"b\"/>"),
        "OPC_INVALID"
    );
    for name in [
        "//word/document.xml",
        "/word/./document.xml",
        "/word//document.xml",
        "/",
    ] {
        let declared = format!("<Override PartName=\"{name}\" ContentType=\"{macros}\"/>");
        assert_eq!(nested(&declared), "OPC_INVALID", "{name}");
    }
}

#[test]
fn relationships_count_at_any_depth() {
    let namespace = "http://schemas.openxmlformats.org/package/2006/relationships";
    let kind =
        "http://schemas.openxmlformats.org/officeDocument/2006/relationships/attachedTemplate";
    let inner = format!(
        "<Relationship Id=\"a\" Type=\"{kind}\" Target=\"http://evil.example/\" TargetMode=\"External\"/>"
    );
    let with = |content: String| {
        let xml = format!("<Relationships xmlns=\"{namespace}\">{content}</Relationships>");
        let package = Opc::docx().part("word/_rels/document.xml.rels", xml);
        code(&verdict(&package.bytes()))
    };
    assert_eq!(with(format!("<x>{inner}</x>")), "EXTERNAL_REF");
    assert_eq!(
        with(inner.replace("<Relationship", "<Relationship xmlns=\"urn:x\"")),
        "OPC_INVALID"
    );
}

#[test]
fn files_that_macos_leaves_beside_parts_are_flagged() {
    let companion = b"\x00\x05\x16\x07\x00\x02\x00\x00Mac OS X        ";
    let with = |name: &str, content: &[u8]| {
        let mut archive = Opc::docx().archive();
        archive.entries.push(Entry::deflated(name, content));
        archive.bytes()
    };
    for name in [
        "word/._document.xml",
        "_rels/._.rels",
        "._[Content_Types].xml",
        "._word",
    ] {
        let bytes = with(name, companion);
        assert_eq!(code(&verdict(&bytes)), "docx", "{name}");
        assert_eq!(flags(&bytes), ["apple_double"], "{name}");
    }
    // Neither the name alone nor the content alone makes one.
    assert_eq!(
        code(&verdict(&with("word/._document.xml", b"<broken>"))),
        "XML_MALFORMED"
    );
    assert_eq!(
        code(&verdict(&with("word/._other.xml", companion))),
        "XML_MALFORMED"
    );
    assert_eq!(
        code(&verdict(&with("word/document2.xml", companion))),
        "XML_MALFORMED"
    );
    let declared = Opc::docx()
        .part("word/._document.xml", companion.to_vec())
        .declare("word/._document.xml", "application/xml");
    assert_eq!(code(&verdict(&declared.bytes())), "XML_MALFORMED");
}
