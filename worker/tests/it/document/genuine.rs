//! Unusual but genuine documents are accepted.

use dossier_worker::document::Kind;

use super::assert_verdict;
use super::builder::{Archive, Descriptor, Entry, Opc};

/// UTF-16 as Windows programs write it.
fn utf16(text: &str) -> Vec<u8> {
    "\u{FEFF}"
        .encode_utf16()
        .chain(text.encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect()
}

const STRICT_WORKBOOK: &str = "<workbook xmlns=\"http://purl.oclc.org/ooxml/spreadsheetml/main\"/>";
const STRICT_MAIN: &str = "http://purl.oclc.org/ooxml/officeDocument/relationships/officeDocument";

#[test]
fn the_smallest_word_document_is_accepted() {
    assert_verdict!(Opc::docx().bytes());
}

#[test]
fn the_smallest_presentation_is_accepted() {
    assert_verdict!(Opc::pptx().bytes());
}

#[test]
fn the_smallest_workbook_is_accepted() {
    assert_verdict!(Opc::xlsx().bytes());
}

#[test]
fn a_strict_workbook_is_accepted_and_said_to_be_strict() {
    let package = Opc::xlsx()
        .main(STRICT_WORKBOOK)
        .without_package_relationships();
    let bytes = package.relate("", STRICT_MAIN, "xl/workbook.xml").bytes();
    assert!(super::verdict(&bytes).facts().strict);
    assert_verdict!(bytes);
}

#[test]
fn a_main_type_by_extension_counts() {
    let main = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml";
    let bytes = Opc::xlsx()
        .part("xl/book.main", STRICT_WORKBOOK)
        .default("main", main);
    assert_verdict!(
        bytes
            .without_package_relationships()
            .relate("", "officeDocument", "/xl/book.main")
            .bytes()
    );
}

#[test]
fn names_are_compared_without_case() {
    let bytes = Opc::docx()
        .without_package_relationships()
        .relate("", "officeDocument", "/WORD/Document.XML")
        .bytes();
    assert_verdict!(bytes);
}

#[test]
fn a_part_written_with_percent_escapes_is_found() {
    let package = Opc::docx()
        .part("word/a b.xml", "<a/>")
        .declare("word/a%20b.xml", "application/xml");
    assert_verdict!(package.bytes());
}

#[test]
fn targets_may_take_detours_inside_the_package() {
    let package = Opc::docx().without_package_relationships();
    assert_verdict!(
        package
            .relate("", "officeDocument", "./word/../word/document.xml")
            .bytes()
    );
}

#[test]
fn backslashes_in_names_are_separators() {
    let mut archive = Opc::docx().archive();
    for entry in &mut archive.entries {
        let name: Vec<u8> = entry
            .local
            .name
            .iter()
            .map(|&b| if b == b'/' { b'\\' } else { b })
            .collect();
        *entry = entry.clone().both(|header| header.name.clone_from(&name));
    }
    assert_verdict!(archive.bytes());
}

#[test]
fn streamed_entries_may_end_in_any_descriptor() {
    use Descriptor::{Signed, SignedWide, Unsigned, UnsignedWide};
    for shape in [Signed, Unsigned, SignedWide, UnsignedWide] {
        let mut archive = Opc::docx().archive();
        archive.entries = archive
            .entries
            .into_iter()
            .map(|entry| entry.streamed(shape))
            .collect();
        let verdict = super::verdict(&archive.bytes());
        assert_eq!(verdict.kind(), Some(Kind::Docx), "{shape:?}: {verdict:?}");
    }
}

#[test]
fn stored_entries_are_accepted() {
    let mut archive = Opc::docx().archive();
    archive
        .entries
        .push(Entry::stored("word/notes.xml", b"<a/>"));
    assert_verdict!(archive.bytes());
}

#[test]
fn the_directory_may_be_in_another_order() {
    assert_verdict!(
        Archive {
            reversed_directory: true,
            ..Opc::docx().archive()
        }
        .bytes()
    );
}

#[test]
fn an_archive_comment_is_harmless() {
    let end = Box::new(|end: &mut super::builder::End| end.comment = b"made by hand".to_vec());
    assert_verdict!(
        Archive {
            end: Some(end),
            ..Opc::docx().archive()
        }
        .bytes()
    );
}

#[test]
fn a_line_end_after_the_archive_is_harmless() {
    assert_verdict!(
        Archive {
            tail: b"\r\n".to_vec(),
            ..Opc::docx().archive()
        }
        .bytes()
    );
}

#[test]
fn wide_records_that_agree_are_harmless() {
    assert_verdict!(
        Archive {
            wide: Some(Box::new(|_| {})),
            ..Opc::docx().archive()
        }
        .bytes()
    );
}

#[test]
fn folders_and_leftovers_of_file_managers_are_harmless() {
    let mut archive = Opc::docx().archive();
    archive.entries.push(Entry::stored("word/", b""));
    archive
        .entries
        .push(Entry::deflated("word/.DS_Store", b"\0\0\0\x01Bud1"));
    archive.entries.push(Entry::deflated(
        "__MACOSX/word/._document.xml",
        b"\0\x05\x16\x07",
    ));
    archive
        .entries
        .push(Entry::deflated("__MACOSX/_rels/._.rels", b"\0\x05\x16\x07"));
    archive
        .entries
        .push(Entry::deflated("[trash]/0000.dat", b"old"));
    assert_verdict!(archive.bytes());
}

#[test]
fn a_folder_declared_deflated_but_without_data_is_harmless() {
    let mut archive = Opc::docx().archive();
    archive
        .entries
        .push(Entry::stored("word/", b"").both(|header| header.method = 8));
    assert_verdict!(archive.bytes());
}

#[test]
fn utf_16_parts_are_read() {
    let xml = "<?xml version=\"1.0\" encoding=\"utf-16\"?>\
        <w:document xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\">ß 😀</w:document>";
    assert_verdict!(Opc::docx().main(utf16(xml)).bytes());
}

#[test]
fn a_byte_order_mark_is_no_text() {
    let xml = "\u{FEFF}<?xml version=\"1.0\"?><workbook xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"/>";
    assert_verdict!(Opc::xlsx().main(xml).bytes());
}

#[test]
fn a_picture_in_svg_may_have_a_document_type() {
    let svg = "<!DOCTYPE svg PUBLIC \"-//W3C//DTD SVG 1.1//EN\" \"svg11.dtd\"><svg/>";
    assert_verdict!(
        Opc::docx()
            .part("word/media/a.svg", svg)
            .default("svg", "image/svg+xml")
            .bytes()
    );
}

#[test]
fn an_old_drawing_need_not_be_well_formed() {
    let vml = "application/vnd.openxmlformats-officedocument.vmlDrawing";
    assert_verdict!(
        Opc::xlsx()
            .part("xl/drawing1.vml", "<xml><br></xml>")
            .default("vml", vml)
            .bytes()
    );
}

#[test]
fn an_embedded_package_typed_as_xml_is_not_read_as_xml() {
    let package = Opc::docx().default(
        "dat",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml",
    );
    let package = package.part("word/chunk.dat", Opc::docx().bytes());
    assert_verdict!(
        package
            .relate("word/document.xml", "aFChunk", "chunk.dat")
            .bytes()
    );
}

#[test]
fn a_chunk_of_web_page_may_have_a_document_type() {
    let package = Opc::docx().part("word/chunk.xhtml", "<!DOCTYPE html><html><br></html>");
    let package = package.default("xhtml", "application/xhtml+xml");
    assert_verdict!(
        package
            .relate("word/document.xml", "aFChunk", "chunk.xhtml")
            .bytes()
    );
}

#[test]
fn the_producer_is_found() {
    let app = "<Properties><Application>Some Writer</Application><AppVersion>1.2</AppVersion></Properties>";
    let verdict = super::verdict(&Opc::docx().part("docProps/app.xml", app).bytes());
    assert_eq!(verdict.facts().producer.as_deref(), Some("Some Writer 1.2"));
}
