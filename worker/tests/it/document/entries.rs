//! Entries whose headers disagree, whose names mislead, whose data is damaged or far too much.

use super::assert_verdict;
use super::builder::{Descriptor, Entry, Opc};

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

/// A Word document with an entry of that name.
fn with_name(name: &str) -> Vec<u8> {
    with_entry(Entry::deflated(name, b"<a/>"))
}

#[test]
fn two_names_for_one_entry_are_ambiguous() {
    assert_verdict!(with_main(
        |main| main.local.name = b"word/document.xmm".to_vec()
    ));
}

#[test]
fn two_methods_for_one_entry_are_ambiguous() {
    assert_verdict!(with_main(|main| main.local.method = 0));
}

#[test]
fn two_sums_for_one_entry_are_ambiguous() {
    assert_verdict!(with_main(|main| main.local.crc ^= 1));
}

#[test]
fn two_sizes_for_one_entry_are_ambiguous() {
    assert_verdict!(with_main(|main| main.local.inflated += 1));
}

#[test]
fn a_descriptor_announced_in_one_header_only_is_ambiguous() {
    assert_verdict!(with_main(|main| main.central.flags |= 8));
}

#[test]
fn a_descriptor_that_lies_is_ambiguous() {
    assert_verdict!(with_main(|main| {
        *main = main.clone().streamed(Descriptor::Signed);
        main.descriptor[4] ^= 1;
    }));
}

#[test]
fn a_descriptor_that_is_missing_is_ambiguous() {
    assert_verdict!(with_main(
        |main| *main = main.clone().both(|header| header.flags |= 8)
    ));
}

#[test]
fn another_unicode_name_is_ambiguous() {
    let extra = [b"\x75\x70\x0A\0\x01\0\0\0\0".to_vec(), b"a.xml".to_vec()].concat();
    assert_verdict!(with_main(|main| main.central.extra = extra));
}

#[test]
fn an_extra_field_that_overruns_is_corrupt() {
    assert_verdict!(with_main(
        |main| *main = main.clone().both(|header| header.extra = vec![1, 0, 99, 0])
    ));
}

#[test]
fn stored_data_with_two_sizes_is_ambiguous() {
    let entry = Entry::stored("word/a.xml", b"<a/>").both(|header| header.inflated = 3);
    assert_verdict!(with_entry(entry));
}

#[test]
fn equal_names_are_ambiguous() {
    assert_verdict!(with_name(MAIN));
}

#[test]
fn names_equal_but_for_case_are_ambiguous() {
    assert_verdict!(with_name("WORD/Document.xml"));
}

#[test]
fn names_equal_but_for_separators_are_ambiguous() {
    assert_verdict!(with_name("word\\document.xml"));
}

#[test]
fn an_encrypted_entry_is_encrypted() {
    assert_verdict!(with_main(
        |main| *main = main.clone().both(|header| header.flags |= 1)
    ));
}

#[test]
fn an_entry_encrypted_in_one_header_only_is_ambiguous() {
    assert_verdict!(with_main(|main| main.local.flags |= 1));
}

#[test]
fn an_aes_entry_is_encrypted() {
    assert_verdict!(with_main(
        |main| *main = main.clone().both(|header| header.method = 99)
    ));
}

#[test]
fn another_compression_method_is_unsupported() {
    assert_verdict!(with_main(
        |main| *main = main.clone().both(|header| header.method = 12)
    ));
}

#[test]
fn a_name_that_climbs_out_is_unsafe() {
    assert_verdict!(with_name("word/../../evil.xml"));
}

#[test]
fn a_name_that_climbs_out_by_percent_escapes_is_unsafe() {
    assert_verdict!(with_name("word/%2e%2e/evil.xml"));
}

#[test]
fn an_absolute_name_is_unsafe() {
    assert_verdict!(with_name("/etc/passwd.xml"));
}

#[test]
fn a_name_with_a_drive_is_unsafe() {
    assert_verdict!(with_name("C:\\evil.xml"));
}

#[test]
fn a_name_with_a_control_character_is_unsafe() {
    assert_verdict!(with_name("word/a\0.xml"));
}

#[test]
fn a_name_without_end_is_unsafe() {
    assert_verdict!(with_name(&"a".repeat(5_000)));
}

#[test]
fn a_symbolic_link_is_unsafe() {
    assert_verdict!(with_entry(Entry {
        attributes: 0o120_777 << 16,
        ..Entry::stored("word/link.xml", b"/etc")
    }));
}

#[test]
fn a_folder_with_data_is_unsafe() {
    assert_verdict!(with_entry(Entry::stored("word/folder/", b"data")));
}

#[test]
fn a_wrong_sum_is_corrupt() {
    assert_verdict!(with_main(
        |main| *main = main.clone().both(|header| header.crc ^= 1)
    ));
}

#[test]
fn a_wrong_sum_outranks_what_is_wrong_with_the_content() {
    let mut archive = Opc::docx().main("<w:document>").archive();
    *archive.entry(MAIN) = archive.entry(MAIN).clone().both(|header| header.crc ^= 1);
    assert_verdict!(archive.bytes());
}

#[test]
fn data_that_does_not_inflate_is_corrupt() {
    assert_verdict!(with_main(|main| main.data[0] = 0xFF));
}

#[test]
fn data_that_inflates_to_more_than_it_says_is_ambiguous() {
    assert_verdict!(with_main(
        |main| *main = main.clone().both(|header| header.inflated -= 1)
    ));
}

#[test]
fn data_that_inflates_to_less_than_it_says_is_ambiguous() {
    assert_verdict!(with_main(
        |main| *main = main.clone().both(|header| header.inflated += 1)
    ));
}

#[test]
fn bytes_behind_the_compressed_data_are_ambiguous() {
    assert_verdict!(with_main(|main| {
        main.data.push(0);
        *main = main.clone().both(|header| header.compressed += 1);
    }));
}

#[test]
fn one_part_that_expands_too_far_is_a_bomb() {
    assert_verdict!(with_entry(Entry::deflated(
        "word/a.xml",
        &vec![b' '; 80 << 20]
    )));
}

#[test]
fn parts_that_only_together_expand_too_far_are_a_bomb() {
    let mut archive = Opc::docx().archive();
    let bomb = Entry::deflated("bomb", &vec![b' '; 10 << 20]);
    archive.entries.extend((0..8).map(|number| {
        bomb.clone()
            .both(|header| header.name = format!("word/{number}.xml").into_bytes())
    }));
    assert_verdict!(archive.bytes());
}

#[test]
fn too_many_entries_are_a_bomb() {
    let mut archive = Opc::docx().archive();
    archive
        .entries
        .extend((0..10_001).map(|number| Entry::stored(&format!("word/{number}.xml"), b"<a/>")));
    assert_verdict!(archive.bytes());
}

#[test]
fn a_great_expansion_of_a_small_part_is_no_bomb() {
    let sheet = [b"<a>".to_vec(), vec![b' '; 8 << 20], b"</a>".to_vec()].concat();
    assert_verdict!(with_entry(Entry::deflated("word/a.xml", &sheet)));
}
