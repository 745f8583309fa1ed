//! Codes and sentences are part of the interface: this is their record.

use dossier_common::file::REJECTION_CODES;
use dossier_worker::document::{InspectError, Kind, Reason};

fn all() -> Vec<Reason> {
    vec![
        Reason::EmptyFile,
        Reason::FileTooLarge { limit: 100 << 20 },
        Reason::NotOffice {
            detected: "a PDF document".to_owned(),
        },
        Reason::LegacyOffice,
        Reason::Encrypted,
        Reason::ZipUnsafeName,
        Reason::ZipCorrupt,
        Reason::ZipAmbiguous,
        Reason::ZipUnsupported,
        Reason::OpenDocument,
        Reason::NotOpc,
        Reason::ZipBomb,
        Reason::OpcInvalid,
        Reason::BinaryWorkbook,
        Reason::MacroEnabled,
        Reason::Template,
        Reason::OtherOoxml,
        Reason::OpcUndeclaredPart,
        Reason::KindMismatch,
        Reason::XmlDtd,
        Reason::XmlEncoding,
        Reason::XmlMalformed,
        Reason::XmlLimits,
        Reason::ExternalRef {
            host: "evil.example".to_owned(),
        },
        Reason::Dde,
        Reason::EmbeddedExecutable,
        Reason::EmbeddedObject,
        Reason::ExtensionMismatch {
            extension: ".xlsx".to_owned(),
            kind: Kind::Docx,
        },
        Reason::Malware {
            signature: "Eicar-Test-Signature".to_owned(),
        },
    ]
}

#[test]
fn codes_and_messages_never_change() {
    let lines: Vec<String> = all()
        .iter()
        .map(|reason| format!("{}: {}", reason.code(), reason.message()))
        .collect();
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn the_interface_describes_every_code() {
    let codes: Vec<&str> = all().iter().map(Reason::code).collect();
    assert_eq!(codes, REJECTION_CODES);
}

#[test]
fn codes_are_unique_and_messages_complete() {
    let mut codes: Vec<&str> = all().iter().map(Reason::code).collect();
    codes.sort_unstable();
    codes.dedup();
    assert_eq!(codes.len(), all().len());
    assert!(
        all()
            .iter()
            .all(|reason| !reason.message().contains(['{', '}']))
    );
}

#[test]
fn our_own_trouble_has_codes_of_its_own() {
    let io = InspectError::Io(std::io::Error::other("gone"));
    assert_eq!(
        (io.code(), InspectError::Cancelled.code()),
        ("INTERNAL", "TIMEOUT")
    );
    assert!(
        all()
            .iter()
            .all(|reason| !["INTERNAL", "TIMEOUT"].contains(&reason.code()))
    );
}
