//! Codes and sentences are part of the interface: this is their record. A verdict names the part concerned.

use dossier_common::file::REJECTION_CODES;
use dossier_worker::document::{
    Cancel, InspectError, Kind, Limits, Policy, Reason, Verdict, inspect,
};

use super::builder::{Entry, Opc};
use super::verdict;

fn all() -> Vec<Reason> {
    vec![
        Reason::EmptyFile,
        Reason::FileTooLarge { limit: 100 << 20 },
        Reason::NotOffice {
            detected: "a PDF document".to_owned(),
        },
        Reason::LegacyOffice,
        Reason::Encrypted {
            built_in_password: false,
        },
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
        Reason::RightsManaged,
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
fn every_sentence_says_what_to_do() {
    for reason in all() {
        let message = reason.message();
        assert!(message.contains("Please "), "{message}");
        assert!(message.ends_with('.'), "{message}");
    }
}

#[test]
fn failures_of_our_own_have_codes_of_their_own() {
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

/// The part that the verdict names.
fn part(bytes: &[u8]) -> Option<String> {
    match verdict(bytes) {
        Verdict::Accepted(_) => None,
        Verdict::Rejected(rejected) => rejected.part,
    }
}

#[test]
fn a_verdict_names_the_part_concerned() {
    let broken = Opc::docx().part("word/Styles.xml", "<broken>");
    assert_eq!(part(&broken.bytes()).as_deref(), Some("word/Styles.xml"));
    let template = Opc::docx().part("word/settings.xml", "<a/>").relationship(
        "word/settings.xml",
        "attachedTemplate",
        "http://evil.example/",
        "External",
    );
    assert_eq!(
        part(&template.bytes()).as_deref(),
        Some("word/settings.xml")
    );
    let field = Opc::docx().part("word/footer1.xml", "<fldSimple instr='DDE a b'/>");
    assert_eq!(part(&field.bytes()).as_deref(), Some("word/footer1.xml"));
    let stray = Opc::docx().part("word/setup.dat", "x");
    assert_eq!(part(&stray.bytes()).as_deref(), Some("word/setup.dat"));
    let mut twice = Opc::docx().archive();
    twice
        .entries
        .push(Entry::deflated("WORD/document.xml", b"<a/>"));
    assert!(part(&twice.bytes()).is_some_and(|part| part.ends_with("/document.xml")));
    assert_eq!(part(b"%PDF-1.7"), None);
}

#[test]
fn the_sentence_names_the_part_concerned() {
    let message = |bytes: &[u8], policy: &Policy| {
        let found = inspect(&mut &*bytes, &Limits::default(), policy, &Cancel::new());
        match found.expect("bytes in memory can be read") {
            Verdict::Accepted(found) => panic!("accepted: {found:?}"),
            Verdict::Rejected(rejected) => rejected.message(),
        }
    };
    let broken = Opc::docx().part("word/Styles.xml", "<broken>").bytes();
    let told = message(&broken, &Policy::standard());
    assert!(
        told.ends_with(" The part concerned is word/Styles.xml."),
        "{told}"
    );
    let chart = Opc::pptx()
        .part("ppt/charts/Chart7.xml", "<a/>")
        .relationship(
            "ppt/charts/Chart7.xml",
            "oleObject",
            "file://server.example/share/figures.xlsx",
            "External",
        );
    let told = message(&chart.bytes(), &Policy::strict());
    assert!(told.contains("(server.example)"), "{told}");
    assert!(
        told.ends_with(" The part concerned is ppt/charts/Chart7.xml."),
        "{told}"
    );
    let told = message(b"%PDF-1.7", &Policy::standard());
    assert!(!told.contains("part"), "{told}");
}

#[test]
fn a_part_is_shown_without_what_steers_terminals_or_text() {
    let name = "word/a\u{1B}[31m\u{202E}b\u{200B}.xml";
    let mut archive = Opc::docx().archive();
    let entry = Entry::deflated("x", b"<a/>").both(|header| header.name = name.into());
    archive.entries.push(entry);
    let shown = part(&archive.bytes()).expect("a part");
    assert_eq!(shown, "word/a\\u{1b}[31m\\u{202e}b\\u{200b}.xml");
}
