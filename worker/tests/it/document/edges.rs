//! Parts are read through a window that moves over them: wherever its edges fall, a part is the same.

use super::builder::Opc;
use super::code;
use super::verdict;

/// How much of a part the inspector reads at once.
const CHUNK_BYTES: usize = 64 * 1024;

/// One of everything that a part may contain.
const CONTENT: &str = "<a><b c='d' e = \"&lt;&#x41;\"/><p:f xmlns:p='u' p:g='日本'>text &amp; é😀]] ></p:f >\
                       <!-- - --><![CDATA[<&>]]]><h\n></h><?i j?><élan/></a>";

/// Faults of every sort.
const FAULTS: [&str; 9] = [
    "<a></b>",
    "<a b='c' b='d'/>",
    "<a b='&d;'/>",
    "<a>&b;</a>",
    "<a>]]></a>",
    "<a><!-- -- --></a>",
    "<a>\u{1}</a>",
    "<a><?xml b?></a>",
    "<a/><b/>",
];

fn side_part(xml: impl Into<Vec<u8>>) -> &'static str {
    code(&verdict(&Opc::docx().part("word/a.xml", xml).bytes()))
}

/// The text behind a comment, so that a chunk ends after its first `at` bytes.
fn cut(text: &str, at: usize) -> String {
    let comment = "x".repeat(CHUNK_BYTES - at - "<!---->".len());
    format!("<!--{comment}-->{text}")
}

#[test]
fn a_chunk_may_end_anywhere() {
    for at in 0..=CONTENT.len() {
        let xml = cut(CONTENT, at);
        assert_eq!(side_part(xml), "docx", "cut at byte {at}");
    }
}

#[test]
fn what_is_malformed_is_so_wherever_a_chunk_ends() {
    for fault in FAULTS {
        for at in 0..=fault.len() {
            let xml = cut(fault, at);
            assert_eq!(side_part(xml), "XML_MALFORMED", "{fault} cut at byte {at}");
        }
    }
}

#[test]
fn a_part_may_not_end_inside_anything() {
    let whole = CONTENT.len();
    for end in (0..whole).filter(|&end| CONTENT.is_char_boundary(end)) {
        let xml = cut(&CONTENT[..end], end.min(20));
        assert_eq!(side_part(xml), "XML_MALFORMED", "ends at byte {end}");
    }
}

#[test]
fn bytes_that_are_no_text_are_found_wherever_a_chunk_ends() {
    for at in 0..8 {
        for bytes in [
            &b"\xFF"[..],
            b"\xC3",
            b"\xE6\x97",
            b"\xED\xA0\x80",
            b"\xF0\x9F\x98",
        ] {
            let mut xml = cut("<a>1234</a>", at + 3).into_bytes();
            xml.splice(CHUNK_BYTES..CHUNK_BYTES, bytes.iter().copied());
            assert_eq!(side_part(xml), "XML_MALFORMED", "{bytes:?} at {at}");
            let end = [cut("<a/>", 4 - at / 2).as_bytes(), bytes].concat();
            assert_eq!(side_part(end), "XML_MALFORMED", "{bytes:?} at the end");
        }
    }
}

#[test]
fn utf_16_may_be_cut_anywhere() {
    for at in 0..40 {
        // Half as many characters fill a chunk.
        let comment = "x".repeat(CHUNK_BYTES / 2 - at);
        let text = format!("<!--{comment}--><a b='日本😀'>😀text</a>");
        let bytes: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(side_part(bytes), "docx", "cut at {at}");
    }
}

#[test]
fn tokens_longer_than_many_chunks_are_read() {
    let long = "x".repeat(5 * CHUNK_BYTES + 17);
    for xml in [
        format!("<a b='{long}'>{long}<!--{long}--><![CDATA[{long}]]></a>"),
        format!("<a b='{}'/>", "&amp;".repeat(100_000)),
        format!("<a{}/>", " ".repeat(200_000)),
        format!("<a>{}</a>", "日".repeat(100_000)),
    ] {
        assert_eq!(side_part(xml), "docx");
    }
    assert_eq!(
        side_part(format!("<a>{long}]]>{long}</a>")),
        "XML_MALFORMED"
    );
    assert_eq!(
        side_part(format!("<a b='{long}<{long}'/>")),
        "XML_MALFORMED"
    );
}
