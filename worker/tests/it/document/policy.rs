//! Policies decide about findings; names never decide about kinds.

use dossier_worker::document::{Action, Flag, Kind, Policy, check_extension};

use super::assert_verdict;
use super::builder::Opc;
use super::{code, verdict, verdict_by};

/// A Word document with an embedded OLE object.
fn with_object() -> Vec<u8> {
    let package = Opc::docx().part("word/embeddings/oleObject1.bin", "object");
    let package = package.default(
        "bin",
        "application/vnd.openxmlformats-officedocument.oleObject",
    );
    package
        .relate(
            "word/document.xml",
            "oleObject",
            "embeddings/oleObject1.bin",
        )
        .bytes()
}

/// A Word document with an ActiveX control.
fn with_control() -> Vec<u8> {
    let package = Opc::docx().part("word/activeX/activeX1.xml", "<a/>");
    let package = package.declare(
        "word/activeX/activeX1.xml",
        "application/vnd.ms-office.activeX+xml",
    );
    package
        .relate("word/document.xml", "control", "activeX/activeX1.xml")
        .bytes()
}

#[test]
fn an_embedded_object_is_flagged_by_the_standard_policy() {
    assert_verdict!(with_object());
}

#[test]
fn an_embedded_object_is_refused_by_the_strict_policy() {
    assert_verdict!(with_object(), Policy::strict());
}

#[test]
fn a_control_is_flagged_by_the_standard_policy() {
    assert_verdict!(with_control());
}

#[test]
fn a_control_is_refused_by_the_strict_policy() {
    assert_verdict!(with_control(), Policy::strict());
}

#[test]
fn an_embedded_macro_document_is_refused_by_the_strict_policy() {
    let package = Opc::pptx().part("ppt/embeddings/book.xlsm", "PK\x03\x04");
    let bytes = package
        .default("xlsm", "application/vnd.ms-excel.sheet.macroEnabled.12")
        .bytes();
    assert_eq!(code(&verdict(&bytes)), "pptx");
    assert_verdict!(bytes, Policy::strict());
}

#[test]
fn a_policy_may_let_templates_pass_with_a_flag() {
    let bytes = Opc::docx()
        .main_type(
            "application/vnd.openxmlformats-officedocument.wordprocessingml.template.main+xml",
        )
        .bytes();
    assert_verdict!(bytes, Policy::standard().with(Flag::Template, Action::Flag));
}

#[test]
fn a_policy_may_refuse_linked_pictures() {
    let bytes = Opc::docx()
        .relate_outside("image", "https://example.com/pixel.png")
        .bytes();
    assert_verdict!(
        bytes,
        Policy::standard().with(Flag::LinkedImage, Action::Reject)
    );
}

#[test]
fn a_policy_may_allow_without_a_word() {
    let verdict = verdict_by(
        &with_object(),
        &Policy::standard().with(Flag::EmbeddedObject, Action::Allow),
    );
    assert!(verdict.facts().flags.is_empty(), "{verdict:?}");
}

#[test]
fn policies_are_found_by_name() {
    assert_eq!(Policy::by_name("standard"), Some(Policy::standard()));
    assert_eq!(Policy::by_name("strict"), Some(Policy::strict()));
    assert_eq!(Policy::by_name("lax"), None);
}

#[test]
fn a_misleading_extension_is_flagged() {
    let standard = Policy::standard();
    assert_eq!(
        check_extension("report.docx", Kind::Docx, &standard),
        Ok(None)
    );
    assert_eq!(
        check_extension("REPORT.DOCX", Kind::Docx, &standard),
        Ok(None)
    );
    assert_eq!(
        check_extension("report.xlsx", Kind::Docx, &standard),
        Ok(Some(Flag::ExtensionMismatch))
    );
    assert_eq!(
        check_extension("report.docx.pdf", Kind::Docx, &standard),
        Ok(Some(Flag::ExtensionMismatch))
    );
}

#[test]
fn a_name_without_extension_promises_nothing() {
    for name in ["report", "", ".docx", "folder.pdf/report", "report."] {
        assert_eq!(
            check_extension(name, Kind::Docx, &Policy::strict()),
            Ok(None),
            "{name:?}"
        );
    }
}

/// docs/API.md has this table.
#[test]
fn what_follows_the_last_dot_is_compared_letter_by_letter() {
    for name in ["a.Docx", "a.exe.docx", "a.pdf.docx", "docx", "a.docx"] {
        let found = check_extension(name, Kind::Docx, &Policy::strict());
        assert_eq!(found, Ok(None), "{name:?}");
    }
    for name in [
        "a.doc",
        "a.docm",
        "a.docx.exe",
        "a.d\u{43e}cx",
        "a.\u{ff44}\u{ff4f}\u{ff43}\u{ff58}",
        "a.docx\u{301}",
        "a.do\u{200b}cx",
    ] {
        let found = check_extension(name, Kind::Docx, &Policy::standard());
        assert_eq!(found, Ok(Some(Flag::ExtensionMismatch)), "{name:?}");
        let refused = check_extension(name, Kind::Docx, &Policy::strict());
        let reason = refused.expect_err("a mismatch");
        assert_eq!(reason.code(), "EXTENSION_MISMATCH", "{name:?}");
    }
}

#[test]
fn a_misleading_extension_is_refused_by_the_strict_policy() {
    let reason =
        check_extension("report.xlsx", Kind::Docx, &Policy::strict()).expect_err("a mismatch");
    assert_eq!(reason.code(), "EXTENSION_MISMATCH");
    assert_eq!(
        reason.message(),
        "The file name says .xlsx, the content is docx. Please rename the file so that its name ends in .docx, \
         and upload it again."
    );
}

#[test]
fn an_extension_is_told_without_what_is_not_seen() {
    let reason = check_extension("report.\u{202E}x\u{7}d", Kind::Docx, &Policy::strict())
        .expect_err("a mismatch");
    let message = reason.message();
    assert!(
        message.starts_with("The file name says .xd, "),
        "{message:?}"
    );
}
