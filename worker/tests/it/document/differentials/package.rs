//! What a package declares at any depth, and what lies beside its parts.

use super::flags;
use crate::document::builder::{Entry, Opc};
use crate::document::{code, verdict};

#[test]
fn declarations_count_at_any_depth() {
    let types = "http://schemas.openxmlformats.org/package/2006/content-types";
    let macros = "application/vnd.ms-word.document.macroEnabled.main+xml";
    let nested = |inner: &str| {
        let mut archive = Opc::docx().archive();
        let xml = format!(
            "<Types xmlns=\"{types}\"><Default Extension=\"xml\" ContentType=\"application/xml\"/>\
             <Default Extension=\"rels\" ContentType=\"application/xml\"/>\
             <Override PartName=\"/word/document.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml\"/>{inner}</Types>"
        );
        *archive.entry("[Content_Types].xml") =
            Entry::deflated("[Content_Types].xml", xml.as_bytes());
        code(&verdict(&archive.bytes()))
    };
    let again = format!("<Override PartName=\"/word/document.xml\" ContentType=\"{macros}\"/>");
    assert_eq!(nested(""), "docx");
    assert_eq!(nested(&format!("<x>{again}</x>")), "OPC_INVALID");
    assert_eq!(
        nested("<x:Default xmlns:x=\"urn:x\" Extension=\"a\" ContentType=\"b\"/>"),
        "OPC_INVALID"
    );
    for name in [
        "//word/document.xml",
        "/word/./document.xml",
        "/word//document.xml",
        "/",
    ] {
        let declared = format!("<Override PartName=\"{name}\" ContentType=\"{macros}\"/>");
        assert_eq!(nested(&declared), "OPC_INVALID", "{name}");
    }
}

#[test]
fn relationships_count_at_any_depth() {
    let namespace = "http://schemas.openxmlformats.org/package/2006/relationships";
    let kind =
        "http://schemas.openxmlformats.org/officeDocument/2006/relationships/attachedTemplate";
    let inner = format!(
        "<Relationship Id=\"a\" Type=\"{kind}\" Target=\"http://evil.example/\" TargetMode=\"External\"/>"
    );
    let with = |content: String| {
        let xml = format!("<Relationships xmlns=\"{namespace}\">{content}</Relationships>");
        let package = Opc::docx().part("word/_rels/document.xml.rels", xml);
        code(&verdict(&package.bytes()))
    };
    assert_eq!(with(format!("<x>{inner}</x>")), "EXTERNAL_REF");
    assert_eq!(
        with(inner.replace("<Relationship", "<Relationship xmlns=\"urn:x\"")),
        "OPC_INVALID"
    );
}

#[test]
fn files_that_macos_leaves_beside_parts_are_flagged() {
    let companion = b"\x00\x05\x16\x07\x00\x02\x00\x00Mac OS X        ";
    let with = |name: &str, content: &[u8]| {
        let mut archive = Opc::docx().archive();
        archive.entries.push(Entry::deflated(name, content));
        archive.bytes()
    };
    for name in [
        "word/._document.xml",
        "_rels/._.rels",
        "._[Content_Types].xml",
        "._word",
    ] {
        let bytes = with(name, companion);
        assert_eq!(code(&verdict(&bytes)), "docx", "{name}");
        assert_eq!(flags(&bytes), ["apple_double"], "{name}");
    }
    // Neither the name alone nor the content alone makes one.
    assert_eq!(
        code(&verdict(&with("word/._document.xml", b"<broken>"))),
        "XML_MALFORMED"
    );
    assert_eq!(
        code(&verdict(&with("word/._other.xml", companion))),
        "XML_MALFORMED"
    );
    assert_eq!(
        code(&verdict(&with("word/document2.xml", companion))),
        "XML_MALFORMED"
    );
    let declared = Opc::docx()
        .part("word/._document.xml", companion.to_vec())
        .declare("word/._document.xml", "application/xml");
    assert_eq!(code(&verdict(&declared.bytes())), "XML_MALFORMED");
}
