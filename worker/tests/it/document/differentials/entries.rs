//! Sizes, attributes and descriptors of entries.

use super::{field, with_entry};
use crate::document::builder::{Descriptor, End, Entry, Opc};
use crate::document::{code, verdict};

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
