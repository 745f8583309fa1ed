//! XML that is not what OPC allows, in parts of every sort.

use dossier_worker::document::Verdict;

use super::assert_verdict;
use super::builder::Opc;
use super::{code, verdict};

const NAMESPACE: &str = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";

/// The verdict on a Word document with this as a side part.
fn side_part(xml: impl Into<Vec<u8>>) -> Verdict {
    verdict(&Opc::docx().part("word/side.xml", xml).bytes())
}

/// UTF-16 without byte order mark.
fn utf16_be(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_be_bytes).collect()
}

#[test]
fn what_is_not_well_formed_is_malformed() {
    let cases = [
        "",
        " ",
        "text",
        "<a>",
        "<a></b>",
        "</a>",
        "<a/><b/>",
        "<a/>text",
        "text<a/>",
        "<a/>&amp;",
        "<a/><![CDATA[text]]>",
        "<a",
        "<",
        "<a b/>",
        "<a b=c/>",
        "<a b='c' b='d'/>",
        "<a b='c'd='e'/>",
        "<a b='<'/>",
        "<a b='&'/>",
        "<a b='&nbsp;'/>",
        "<a b='\u{1}'/>",
        "<a></a b='c'>",
        "< a/>",
        "<a / >",
        "<1a/>",
        "<a:/>",
        "<:a/>",
        "<a:b/>",
        "<a b:c='d'/>",
        "<a:b:c xmlns:a='x'/>",
        "<a xmlns:b=''/>",
        "<a xmlns:xmlns='x'/>",
        "<a xmlns:xml='x'/>",
        "<a xmlns:b='x' xmlns:c='x' b:d='' c:d=''/>",
        "<a>&</a>",
        "<a>&b;</a>",
        "<a>&amp</a>",
        "<a>&#0;</a>",
        "<a>&#xFFFE;</a>",
        "<a>&#x;</a>",
        "<a>&#+9;</a>",
        "<a>&#x110000;</a>",
        "<a>]]></a>",
        "<a>\0</a>",
        "<a>\u{FFFF}</a>",
        "<a><![CDATA[]]</a>",
        "<a><![cdata[]]></a>",
        "<a><!-- -- --></a>",
        "<a><!-- ---></a>",
        "<a><!-></a>",
        "<a><!b></a>",
        "<a><??></a>",
        "<a><?1?></a>",
        "<a><?XML b?></a>",
        "<a><?b</a>",
        " <?xml version='1.0'?><a/>",
        "<!-- --><?xml version='1.0'?><a/>",
        "<a/><?xml version='1.0'?>",
        "<?xml?><a/>",
        "<?xml version='1.1'?><a/>",
        "<?xml encoding='UTF-8'?><a/>",
        "<?xml version='1.0' standalone='maybe'?><a/>",
        "<?xml version='1.0' standalone='yes' encoding='UTF-8'?><a/>",
        "<?xml version='1.0' encoding='UTF-16'?><a/>",
    ];
    for xml in cases {
        let verdict = side_part(xml);
        assert_eq!(code(&verdict), "XML_MALFORMED", "{xml:?}: {verdict:?}");
    }
}

#[test]
fn unusual_but_well_formed_xml_is_accepted() {
    let cases = [
        "<a/>",
        "\n<a/>\n",
        "<?xml version='1.0'?>\n<!-- c --><?p i?><a/><!-- c --><?p?>\n",
        "<?xml version=\"1.0\" encoding=\"utf-8\" standalone='no' ?><a/>",
        "<?xml version='1.0' encoding='US-ASCII'?><a/>",
        "<a  b = 'c'\n\td=\"'\" ></a >",
        "<a b='>'/>",
        "<a b='&lt;&gt;&amp;&apos;&quot;&#65;&#x41;'>&lt;&#x1F600;</a>",
        "<a xmlns='x' xmlns:b='y' b:c='' c=''><b:d xmlns:b='z'/></a>",
        "<a xmlns='x'><b xmlns=''/></a>",
        "<a xml:space='preserve' xml:lang='en'> </a>",
        "<a xmlns:xml='http://www.w3.org/XML/1998/namespace'/>",
        "<a><![CDATA[<&>]] ]>]]></a>",
        "<a>]] > ]></a>",
        "<a><!----><!-- - --></a>",
        "<élan_-.1 日本='語'/>",
        "<a>\u{FFFD}\u{10FFFF}</a>",
    ];
    for xml in cases {
        let verdict = side_part(xml);
        assert_eq!(code(&verdict), "docx", "{xml:?}: {verdict:?}");
    }
}

#[test]
fn a_document_type_is_forbidden_wherever_it_stands() {
    let dtd = "<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>";
    for xml in [
        dtd,
        "<!DOCTYPE a><a/>",
        "<!doctype a><a/>",
        "<!DOCTYPE a",
        "<?xml version='1.0'?> <!DOCTYPE a><a/>",
    ] {
        assert_eq!(code(&side_part(xml)), "XML_DTD", "{xml}");
        assert_eq!(
            code(&verdict(&Opc::docx().main(xml).bytes())),
            "XML_DTD",
            "{xml}"
        );
    }
    let vml = Opc::xlsx()
        .part("xl/a.vml", dtd)
        .default("vml", "application/x-vml");
    assert_eq!(code(&verdict(&vml.bytes())), "XML_DTD");
    assert_eq!(code(&side_part(utf16_be(dtd))), "XML_DTD");
}

#[test]
fn a_document_type_is_found_by_content_type_too() {
    let package = Opc::docx()
        .part("word/a.bin", "<!DOCTYPE a><a/>")
        .default("bin", "application/vnd.any+xml");
    assert_verdict!(package.bytes());
}

#[test]
fn a_part_named_xml_is_no_picture() {
    let package = Opc::docx().part("word/styles.xml", "<!DOCTYPE a><a/>");
    assert_verdict!(package.declare("word/styles.xml", "image/svg+xml").bytes());
}

#[test]
fn a_chunk_with_an_office_type_is_xml_all_the_same() {
    let styles = "application/vnd.openxmlformats-officedocument.wordprocessingml.styles+xml";
    let package = Opc::docx()
        .part("word/styles.xml", "<!DOCTYPE a><a/>")
        .declare("word/styles.xml", styles);
    assert_verdict!(
        package
            .relate("word/document.xml", "aFChunk", "styles.xml")
            .bytes()
    );
}

#[test]
fn a_leftovers_name_does_not_hide_a_part_in_use() {
    let package = Opc::docx().part("__MACOSX/styles.xml", "<!DOCTYPE a><a/>");
    assert_verdict!(
        package
            .relate("word/document.xml", "styles", "/__MACOSX/styles.xml")
            .bytes()
    );
}

#[test]
fn only_utf_8_and_utf_16_are_read() {
    for encoding in [
        "iso-8859-1",
        "windows-1252",
        "Shift_JIS",
        "utf-7",
        "utf-32",
        "nonsense",
    ] {
        let verdict = side_part(format!("<?xml version='1.0' encoding='{encoding}'?><a/>"));
        assert_eq!(code(&verdict), "XML_ENCODING", "{encoding}");
    }
    let utf32: Vec<u8> = "<a/>"
        .chars()
        .flat_map(|c| u32::from(c).to_le_bytes())
        .collect();
    assert_eq!(code(&side_part(utf32)), "XML_ENCODING");
    assert_eq!(
        code(&side_part([0x4C, 0x6F, 0xA7, 0x94, 0x93])),
        "XML_ENCODING"
    );
}

#[test]
fn bytes_that_are_not_in_the_encoding_are_malformed() {
    assert_eq!(code(&side_part(b"<a>\xFF</a>".as_slice())), "XML_MALFORMED");
    assert_eq!(
        code(&side_part(b"\xFE\xFF\0<\0a\0/\0>\xD8\x00".as_slice())),
        "XML_MALFORMED"
    );
    assert_eq!(
        code(&side_part(b"\xFF\xFE<\0a\0/\0>\0x".as_slice())),
        "XML_MALFORMED"
    );
    let lie = utf16_be("<?xml version='1.0' encoding='UTF-8'?><a/>");
    assert_eq!(code(&side_part(lie)), "XML_MALFORMED");
}

#[test]
fn utf_16_without_a_mark_is_recognised() {
    assert_eq!(
        code(&side_part(utf16_be(
            "<?xml version='1.0' encoding='UTF-16'?><a>日本😀</a>"
        ))),
        "docx"
    );
}

#[test]
fn depth_is_limited() {
    let nested = |depth: usize| format!("{}{}", "<a>".repeat(depth), "</a>".repeat(depth));
    assert_eq!(code(&side_part(nested(256))), "docx");
    assert_eq!(code(&side_part(nested(257))), "XML_LIMITS");
}

#[test]
fn attributes_are_limited() {
    let wide = |count: usize| {
        let attributes: Vec<String> = (0..count).map(|number| format!(" a{number}=''")).collect();
        format!("<a{}/>", attributes.concat())
    };
    assert_eq!(code(&side_part(wide(512))), "docx");
    assert_eq!(code(&side_part(wide(513))), "XML_LIMITS");
}

#[test]
fn tokens_are_limited() {
    let long = format!("<a b='{}'/>", " ".repeat(17 << 20));
    assert_eq!(code(&side_part(long)), "XML_LIMITS");
    let name = "a".repeat(5_000);
    assert_eq!(code(&side_part(format!("<{name}/>"))), "XML_LIMITS");
    let namespaces: Vec<String> = (0..300)
        .map(|number| format!(" xmlns:a{number}='{}'", "x".repeat(5_000)))
        .collect();
    assert_eq!(
        code(&side_part(format!("<a{}/>", namespaces.concat()))),
        "XML_LIMITS"
    );
}

#[test]
fn the_kind_outranks_what_is_wrong_with_the_xml() {
    let main = format!("<w:other xmlns:w=\"{NAMESPACE}\"><broken></w:other>");
    assert_verdict!(
        Opc::docx()
            .part("word/a.xml", "<broken>")
            .main(main)
            .bytes()
    );
}

/// An independent parser agrees on what is well-formed, over many small changes to real parts.
#[test]
fn another_parser_agrees_on_mutated_parts() {
    let seed = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<w:document xmlns:w=\"{NAMESPACE}\" xmlns:r='urn:r'>\
         <!-- c --><w:p w:a=\"1\" r:b='&lt;2'><?p i?><w:t xml:space=\"preserve\">a &amp; b</w:t><![CDATA[x]]></w:p>\
         </w:document>"
    );
    let alphabet = b"<>/&;:='\"-!?[]x \n#ww]";
    let mut random = super::properties::Xorshift::new(0x5EED);
    let mut accepted = 0;
    for _ in 0..1_500 {
        let mut bytes = seed.clone().into_bytes();
        for _ in 0..=random.below(2) {
            let at = random.below(bytes.len());
            match random.below(3) {
                0 => bytes[at] = alphabet[random.below(alphabet.len())],
                1 => drop(bytes.remove(at)),
                _ => bytes.insert(at, alphabet[random.below(alphabet.len())]),
            }
        }
        let text = String::from_utf8(bytes).expect("the seed is ASCII");
        let ours = code(&side_part(text.clone())) == "docx";
        accepted += usize::from(ours);
        // Ours may be stricter, never laxer.
        let theirs = roxmltree::Document::parse(&text).is_ok();
        assert!(!ours || theirs, "only we accept {text:?}");
    }
    assert!(accepted > 100, "the changes leave enough parts whole");
}
