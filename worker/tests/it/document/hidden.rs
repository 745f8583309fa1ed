//! What one program reads and another one leaves out is looked at as both read it.

use dossier_worker::document::Kind;

use super::builder::Opc;
use super::{code, verdict};

const WORD: &str = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";
const SHEET: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const CHOICE: &str = "http://schemas.openxmlformats.org/markup-compatibility/2006";

/// A main part of Word's with this in it, and with prefixes for what may be left out.
fn body(content: &str) -> String {
    format!(
        "<w:document xmlns:w=\"{WORD}\" xmlns:mc=\"{CHOICE}\" xmlns:x=\"urn:x\" \
         xmlns:m=\"http://schemas.openxmlformats.org/officeDocument/2006/math\" mc:Ignorable=\"x\">\
         <w:body><w:p>{content}</w:p></w:body></w:document>"
    )
}

/// The code of a document whose text is written in short: `{` begins a field, `|` separates its result, `}` ends it,
/// `[` and `]` stand around instructions, `(` and `)` around text.
fn code_of(short: &str) -> &'static str {
    let mark = |kind: &str| format!("<w:r><w:fldChar w:fldCharType=\"{kind}\"/></w:r>");
    let content = short
        .replace('{', "BEGIN")
        .replace('|', "SEPARATE")
        .replace('}', "END")
        .replace('[', "<w:r><w:instrText>")
        .replace(']', "</w:instrText></w:r>")
        .replace('(', "<w:r><w:t>")
        .replace(')', "</w:t></w:r>")
        .replace("BEGIN", &mark("begin"))
        .replace("SEPARATE", &mark("separate"))
        .replace("END", &mark("end"));
    let content = content
        .replace("<alt>", "<mc:AlternateContent><mc:Choice Requires=\"x\">")
        .replace("<or>", "</mc:Choice><mc:Fallback>")
        .replace("</alt>", "</mc:Fallback></mc:AlternateContent>");
    code(&verdict(&Opc::docx().main(body(&content)).bytes()))
}

#[test]
fn a_dde_field_of_which_programs_read_different_pieces_is_refused() {
    for short in [
        "{<alt>[X]<or>[DDEAUTO cmd]</alt>|(x)}",
        "{[D]<alt>[X]<or>[DE]</alt>[AUTO cmd]|(x)}",
        "{[D]<alt>[DE]<or>[X]</alt>[AUTO cmd]|(x)}",
        "{[D]<x:a>[X]</x:a>[DEAUTO cmd]|(x)}",
        "{[D]<x:a>(y)[X]</x:a>[DEAUTO cmd]|(x)}",
        "{<alt>|<or></alt>[DDEAUTO cmd]}",
        "{[D]<alt>{[PAGE ]<or></alt>[DEAUTO cmd]|(x)}",
        "{[D]<alt>{[PAGE]<or></alt>[DEAUTO cmd]|(x)}",
        "<alt>{[D]<or>[X]</alt>[DEAUTO cmd]|(x)}",
        "{{[QUOTE ]|<alt>(X)<or>(DDEAUTO)</alt>}[ cmd]|(x)}",
        "{[D]<alt>{[QUOTE 88]}<or></alt>[DEAUTO cmd]|(x)}",
        "{[D<x:a/>DEAUTO cmd]|(x)}",
        "{[D<x:a>X</x:a>DEAUTO cmd]|(x)}",
        "{{[QUOTE ]|(D<x:a/>DEAUTO)}[ cmd]|(x)}",
    ] {
        assert_eq!(code_of(short), "DDE", "{short}");
    }
}

#[test]
fn fields_in_text_boxes_and_formulas_are_harmless() {
    for short in [
        "{[PAGE ]|(1)}",
        // A drawing in a result, with a field of its own in each of its forms.
        "{[IF a = a]|<alt>{[PAGE]|(1)}<or>{[PAGE]|(1)}</alt>(x)}",
        "<alt>{[PAGE]|(1)}<or>{[PAGE]|(1)}</alt>{[TOC \\o]|(x)}",
        "{[ SEQ Figure ]<x:a/>|(1)}",
        "{[ IF ]<alt>(x)<or>(x)</alt>[ = 1 ]|(1)}",
        "<m:oMath><m:r>{[REF a]</m:r><m:r>|(1)}</m:r></m:oMath>",
        // Damaged, and the same to everybody.
        "<x:a>{[PAGE \\* x]|(1)</x:a>(x)",
        "}<x:a>}</x:a>(x)",
    ] {
        assert_eq!(code_of(short), "docx", "{short}");
    }
}

#[test]
fn a_formula_with_an_element_in_it_is_refused() {
    let sheet = |formula: &str| {
        let xml = format!(
            "<worksheet xmlns=\"{SHEET}\" xmlns:x=\"urn:x\" xmlns:y=\"urn:y\" \
             xmlns:xm=\"http://schemas.microsoft.com/office/excel/2006/main\">{formula}</worksheet>"
        );
        let package = Opc::xlsx().part("xl/worksheets/sheet1.xml", xml);
        code(&verdict(&package.bytes()))
    };
    assert_eq!(sheet("<f>cmd|<x:a/>'/c calc'!A0</f>"), "DDE");
    assert_eq!(sheet("<xm:f>1+<x:a>2</x:a></xm:f>"), "DDE");
    // The extension's formula has another one in it.
    assert_eq!(sheet("<x:formula1><xm:f>A1</xm:f></x:formula1>"), "xlsx");
    assert_eq!(sheet("<y:f><y:a/></y:f>"), "xlsx");
}

#[test]
fn parts_are_read_as_what_their_relationships_make_them() {
    let field = "<w:p xmlns:w=\"urn:w\"><w:fldSimple w:instr=\"DDEAUTO cmd\"/></w:p>";
    let link = "<externalLink><ddeLink/></externalLink>";
    let action = "<sld><hlinkClick action=\"ppaction://program\"/></sld>";
    let ribbon = "<customUI onLoad=\"a\"/>";
    for (kind, relationship, content, expected) in [
        (Kind::Docx, "header", field, "DDE"),
        (Kind::Docx, "footnotes", field, "DDE"),
        (Kind::Xlsx, "externalLink", link, "DDE"),
        (Kind::Pptx, "slide", action, "MACRO_ENABLED"),
        (
            Kind::Docx,
            "http://schemas.microsoft.com/office/2007/relationships/ui/extensibility",
            ribbon,
            "MACRO_ENABLED",
        ),
    ] {
        let main = match kind {
            Kind::Docx => "word/document.xml",
            Kind::Pptx => "ppt/presentation.xml",
            Kind::Xlsx => "xl/workbook.xml",
        };
        for (name, content_type) in [
            ("a.svg", "image/svg+xml"),
            ("a.png", "image/png"),
            (
                "a.vml",
                "application/vnd.openxmlformats-officedocument.vmlDrawing",
            ),
            (
                "a.xml",
                "application/vnd.openxmlformats-officedocument.vmlDrawing",
            ),
            (
                "a.bin",
                "application/vnd.openxmlformats-officedocument.oleObject",
            ),
        ] {
            let package = Opc::of(kind)
                .part(name, content)
                .declare(name, content_type)
                .relate(main, relationship, &format!("/{name}"));
            let found = verdict(&package.bytes());
            assert_eq!(code(&found), expected, "{relationship} {name}: {found:?}");
        }
    }
}
