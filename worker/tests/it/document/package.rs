//! Packages that are no document of an accepted kind, or none at all.

use super::builder::{Archive, Entry, Opc};
use super::{assert_verdict, code, verdict};

const WORD: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml";
const EXCEL: &str = "application/vnd.ms-excel";

/// An archive of stored entries, in that order.
fn archive(entries: &[(&str, &str)]) -> Vec<u8> {
    let entries = entries
        .iter()
        .map(|(name, content)| Entry::stored(name, content.as_bytes()))
        .collect();
    Archive {
        entries,
        ..Archive::default()
    }
    .bytes()
}

/// A Word document whose package points elsewhere for its main part.
fn pointing_to(target: &str) -> Vec<u8> {
    Opc::docx()
        .without_package_relationships()
        .relate("", "officeDocument", target)
        .bytes()
}

#[test]
fn an_ordinary_archive_is_no_package() {
    assert_verdict!(archive(&[
        ("notes.txt", "notes"),
        ("word/picture.png", "png")
    ]));
}

#[test]
fn an_opendocument_file_is_recognised() {
    assert_verdict!(archive(&[
        ("mimetype", "application/vnd.oasis.opendocument.text"),
        ("content.xml", "<a/>")
    ]));
}

#[test]
fn an_opendocument_file_is_recognised_by_its_manifest_alone() {
    let found = verdict(&archive(&[
        ("META-INF/manifest.xml", "<a/>"),
        ("styles.xml", "<a/>"),
    ]));
    assert_eq!(code(&found), "OPENDOCUMENT");
    let program = verdict(&archive(&[("META-INF/MANIFEST.MF", "a")]));
    assert_eq!(code(&program), "NOT_OPC");
}

#[test]
fn an_electronic_book_is_no_package() {
    assert_verdict!(archive(&[
        ("mimetype", "application/epub+zip"),
        ("META-INF/container.xml", "<a/>")
    ]));
}

#[test]
fn content_types_with_another_root_are_invalid() {
    assert_verdict!(archive(&[
        ("[Content_Types].xml", "<Types/>"),
        ("_rels/.rels", "<a/>")
    ]));
}

#[test]
fn content_types_that_are_junk_are_malformed() {
    assert_verdict!(archive(&[
        ("[Content_Types].xml", "junk"),
        ("_rels/.rels", "junk")
    ]));
}

#[test]
fn a_package_without_relationships_is_invalid() {
    assert_verdict!(Opc::docx().without_package_relationships().bytes());
}

#[test]
fn a_package_without_a_main_part_is_invalid() {
    assert_verdict!(pointing_to("word/missing.xml"));
}

#[test]
fn a_main_part_above_the_package_is_invalid() {
    assert_verdict!(pointing_to("../word/document.xml"));
}

#[test]
fn a_main_part_on_another_computer_is_an_external_reference() {
    let package = Opc::docx().without_package_relationships();
    assert_verdict!(
        package
            .relationship(
                "",
                "officeDocument",
                "https://evil.example/a.xml",
                "External"
            )
            .bytes()
    );
}

#[test]
fn two_main_parts_are_invalid() {
    let strict = "http://purl.oclc.org/ooxml/officeDocument/relationships/officeDocument";
    assert_verdict!(Opc::docx().relate("", strict, "word/document.xml").bytes());
}

#[test]
fn two_content_types_for_one_part_are_invalid() {
    let package = Opc::docx().declare(
        "WORD/document.xml",
        "application/vnd.ms-word.document.macroEnabled.main+xml",
    );
    assert_verdict!(package.bytes());
}

#[test]
fn two_equal_content_types_for_one_part_are_harmless() {
    assert_verdict!(
        Opc::docx()
            .declare("word/document.xml", &format!("{WORD}.document.main+xml"))
            .bytes()
    );
}

#[test]
fn two_content_types_for_one_extension_are_invalid() {
    assert_verdict!(Opc::docx().default("XML", "text/xml").bytes());
}

#[test]
fn relationships_in_another_namespace_are_invalid() {
    let mut archive = Opc::docx().archive();
    *archive.entry("_rels/.rels") =
        Entry::deflated("_rels/.rels", b"<Relationships xmlns=\"urn:other\"/>");
    assert_verdict!(archive.bytes());
}

#[test]
fn interleaved_parts_are_invalid() {
    let package = Opc::docx().default("piece", "application/xml");
    assert_verdict!(
        package
            .part("word/a.xml/[0].piece", "<a")
            .part("word/a.xml/[1].last.piece", "/>")
            .bytes()
    );
}

#[test]
fn a_part_without_content_type_is_undeclared() {
    assert_verdict!(
        Opc::docx()
            .part("META-INF/MANIFEST.MF", "Manifest-Version: 1.0")
            .bytes()
    );
}

#[test]
fn a_macro_enabled_document_is_refused_for_its_macros() {
    assert_verdict!(
        Opc::docx()
            .main_type("application/vnd.ms-word.document.macroEnabled.main+xml")
            .bytes()
    );
}

#[test]
fn a_macro_enabled_type_in_other_case_is_refused_too() {
    assert_verdict!(
        Opc::xlsx()
            .main_type("Application/VND.MS-Excel.Sheet.MACROENABLED.Main+XML")
            .bytes()
    );
}

#[test]
fn a_binary_workbook_is_refused_as_such() {
    assert_verdict!(
        Opc::xlsx()
            .main_type(&format!("{EXCEL}.sheet.binary.macroEnabled.main"))
            .bytes()
    );
}

#[test]
fn a_binary_workbook_with_macros_is_refused_as_a_binary_workbook() {
    let package = Opc::xlsx().part("xl/vbaProject.bin", "code");
    let package = package.default("bin", "application/vnd.ms-office.vbaProject");
    assert_verdict!(
        package
            .main_type(&format!("{EXCEL}.sheet.binary.macroEnabled.main"))
            .bytes()
    );
}

#[test]
fn a_template_is_refused_as_such() {
    assert_verdict!(
        Opc::docx()
            .main_type(&format!("{WORD}.template.main+xml"))
            .bytes()
    );
}

#[test]
fn a_slide_show_is_refused_as_a_template() {
    let show = "application/vnd.openxmlformats-officedocument.presentationml.slideshow.main+xml";
    assert_verdict!(Opc::pptx().main_type(show).bytes());
}

#[test]
fn a_theme_is_some_other_format() {
    assert_verdict!(
        Opc::docx()
            .main_type("application/vnd.openxmlformats-officedocument.themeManager+xml")
            .bytes()
    );
}

#[test]
fn a_drawing_is_some_other_format() {
    let kind = "http://schemas.microsoft.com/visio/2010/relationships/document";
    let package = Opc::docx().without_package_relationships();
    assert_verdict!(package.relate("", kind, "word/document.xml").bytes());
}

#[test]
fn a_relationships_part_as_main_part_is_a_mismatch() {
    assert_verdict!(pointing_to("_rels/.rels"));
}

#[test]
fn a_main_part_of_another_kind_is_a_mismatch() {
    assert_verdict!(
        Opc::xlsx()
            .main_type(&format!("{WORD}.document.main+xml"))
            .bytes()
    );
}

#[test]
fn a_main_part_in_another_namespace_is_a_mismatch() {
    assert_verdict!(
        Opc::docx()
            .main("<w:document xmlns:w=\"urn:other\"/>")
            .bytes()
    );
}

#[test]
fn a_macro_project_in_a_plain_package_is_refused() {
    let project = "application/vnd.ms-office.vbaProject";
    assert_verdict!(
        Opc::docx()
            .part("word/vbaProject.bin", "code")
            .default("bin", project)
            .bytes()
    );
}

#[test]
fn a_macro_project_disguised_as_a_picture_is_found_by_its_type() {
    let package = Opc::docx().part("word/media/image1.png", "code");
    assert_verdict!(
        package
            .declare(
                "word/media/image1.png",
                "application/vnd.ms-office.vbaProject"
            )
            .bytes()
    );
}

#[test]
fn a_macro_project_disguised_as_a_picture_is_found_by_its_relationship() {
    let kind = "http://schemas.microsoft.com/office/2006/relationships/vbaProject";
    let package = Opc::docx()
        .part("word/media/image1.png", "code")
        .default("png", "image/png");
    assert_verdict!(
        package
            .relate("word/document.xml", kind, "media/image1.png")
            .bytes()
    );
}

#[test]
fn a_macro_sheet_in_a_plain_workbook_is_refused() {
    let package = Opc::xlsx().part("xl/macrosheets/sheet1.xml", "<a/>");
    assert_verdict!(
        package
            .declare(
                "xl/macrosheets/sheet1.xml",
                &format!("{EXCEL}.macrosheet+xml")
            )
            .bytes()
    );
}

#[test]
fn what_a_document_is_outranks_parts_that_do_not_belong() {
    let macros = "application/vnd.ms-word.document.macroEnabled.main+xml";
    assert_verdict!(
        Opc::docx()
            .main_type(macros)
            .part("classes.dex", "code")
            .bytes()
    );
}
