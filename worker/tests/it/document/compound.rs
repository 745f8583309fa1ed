//! Compound files: protected documents, older formats, other programs' files.

use std::io::{Cursor, Write};

use super::{assert_verdict, code, verdict};

/// A compound file with these streams.
fn compound(streams: &[&str]) -> Vec<u8> {
    let mut file = cfb::CompoundFile::create(Cursor::new(Vec::new())).expect("writing to memory");
    for name in streams {
        let mut stream = file.create_stream(name).expect("writing to memory");
        stream.write_all(&[7; 5_000]).expect("writing to memory");
    }
    file.flush().expect("writing to memory");
    file.into_inner().into_inner()
}

/// A compound file of 512-byte or 4096-byte sectors with a package that is encrypted as described.
fn encrypted(version: cfb::Version, description: &[u8]) -> Vec<u8> {
    let memory = Cursor::new(Vec::new());
    let mut file =
        cfb::CompoundFile::create_with_version(version, memory).expect("writing to memory");
    for (name, bytes) in [
        ("DataSpaces", &[7; 300][..]),
        ("EncryptionInfo", description),
        ("EncryptedPackage", &[7; 5_000]),
    ] {
        let mut stream = file.create_stream(name).expect("writing to memory");
        stream.write_all(bytes).expect("writing to memory");
    }
    file.flush().expect("writing to memory");
    file.into_inner().into_inner()
}

/// What the uploader of a protected document is told.
fn told(bytes: &[u8]) -> String {
    let found = verdict(bytes);
    assert_eq!(code(&found), "ENCRYPTED");
    found.reason().expect("a rejection").message()
}

/// Made by other programs: with Excel's password in today's form and in that of 2007, with another one.
const BUILT_IN: &[u8] = include_bytes!("encryption/built-in.bin");
const BUILT_IN_2007: &[u8] = include_bytes!("encryption/built-in-2007.bin");
const SECRET: &[u8] = include_bytes!("encryption/secret.bin");

#[test]
fn a_workbook_under_excels_own_password_is_said_to_be_protected_against_changes() {
    for version in [cfb::Version::V3, cfb::Version::V4] {
        for description in [BUILT_IN, BUILT_IN_2007] {
            let sentence = told(&encrypted(version, description));
            assert!(sentence.contains("protected against changes"), "{sentence}");
            assert!(sentence.contains("Review > Protect Workbook"), "{sentence}");
        }
        let sentence = told(&encrypted(version, SECRET));
        assert!(
            sentence.contains("Encrypt with Password, delete the password"),
            "{sentence}"
        );
    }
}

#[test]
fn a_description_of_an_encryption_in_many_sectors_is_read() {
    // Large enough not to share its sectors with other small streams.
    let padded = [BUILT_IN, &[b' '; 6_000]].concat();
    let sentence = told(&encrypted(cfb::Version::V3, &padded));
    assert!(sentence.contains("protected against changes"), "{sentence}");
}

#[test]
fn a_damaged_description_of_an_encryption_is_one_with_a_password() {
    let spun = String::from_utf8_lossy(BUILT_IN)
        .replace("spinCount=\"100000\"", "spinCount=\"4000000000\"");
    let wide =
        String::from_utf8_lossy(BUILT_IN).replace("keyBits=\"256\"", "keyBits=\"4000000000\"");
    assert_ne!(spun, wide);
    let mut damaged = vec![Vec::new(), spun.into_bytes(), wide.into_bytes()];
    damaged.extend((0..1_200).step_by(97).map(|end| BUILT_IN[..end].to_vec()));
    damaged.extend(
        (0..BUILT_IN_2007.len())
            .step_by(13)
            .map(|end| BUILT_IN_2007[..end].to_vec()),
    );
    for description in damaged {
        let sentence = told(&encrypted(cfb::Version::V3, &description));
        assert!(sentence.contains("protected with a password"), "{sentence}");
    }
}

/// The same file with an allocation table that leads nowhere.
fn with_broken_table(mut bytes: Vec<u8>) -> Vec<u8> {
    bytes[76..80].copy_from_slice(&[0xFF; 4]);
    bytes
}

#[test]
fn a_protected_document_is_encrypted() {
    assert_verdict!(compound(&["EncryptionInfo", "EncryptedPackage"]));
}

#[test]
fn stream_names_are_compared_without_case() {
    assert_eq!(
        code(&verdict(&compound(&["ENCRYPTEDPACKAGE"]))),
        "ENCRYPTED"
    );
}

#[test]
fn a_rights_managed_document_is_said_to_be_so() {
    for streams in [
        &["\tDRMContent"][..],
        &["EncryptedPackage", "DRMEncryptedDataSpace"],
    ] {
        assert_eq!(code(&verdict(&compound(streams))), "RIGHTS_MANAGED");
    }
}

#[test]
fn older_formats_are_recognised() {
    for stream in ["WordDocument", "Workbook", "Book", "PowerPoint Document"] {
        assert_eq!(
            code(&verdict(&compound(&[stream]))),
            "LEGACY_OFFICE",
            "{stream}"
        );
    }
}

#[test]
fn another_programs_compound_file_is_no_office_file() {
    assert_verdict!(compound(&["Properties"]));
}

#[test]
fn a_protected_document_with_a_broken_table_is_encrypted_all_the_same() {
    let many: Vec<String> = (0..40).map(|number| format!("stream {number}")).collect();
    let mut names: Vec<&str> = many.iter().map(String::as_str).collect();
    names.push("EncryptedPackage");
    assert_verdict!(with_broken_table(compound(&names)));
}

#[test]
fn a_compound_header_before_an_archive_is_refused() {
    let bytes = [
        b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".to_vec(),
        super::builder::Opc::docx().bytes(),
    ]
    .concat();
    assert_verdict!(bytes);
}

#[test]
fn a_directory_that_runs_in_a_circle_ends() {
    let mut bytes = compound(&["Properties"]);
    // The allocation table says that the directory's sector is followed by itself.
    let first = u32::from_le_bytes([bytes[76], bytes[77], bytes[78], bytes[79]]);
    let table = (1 + first as usize) << bytes[30];
    let directory = u32::from_le_bytes([bytes[48], bytes[49], bytes[50], bytes[51]]);
    let at = table + 4 * directory as usize;
    bytes[at..at + 4].copy_from_slice(&directory.to_le_bytes());
    assert_eq!(code(&verdict(&bytes)), "LEGACY_OFFICE");
}
