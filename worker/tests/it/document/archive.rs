//! Archives that programs could read differently, damaged ones, and bombs.

use super::assert_verdict;
use super::builder::{Archive, Descriptor, End, Entry, Opc};

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

/// A Word document with an entry of that name.
fn with_name(name: &str) -> Vec<u8> {
    with_entry(Entry::deflated(name, b"<a/>"))
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
fn too_much_white_space_after_the_end_record_is_ambiguous() {
    assert_verdict!(
        Archive {
            tail: vec![b' '; 5_000],
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
