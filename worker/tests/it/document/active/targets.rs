//! Targets outside a package: which are links, and what is said of them.

use super::assert_flagged;
use crate::document::builder::Opc;
use crate::document::{code, verdict};

#[test]
fn a_charts_workbook_elsewhere_is_a_link() {
    for target in [
        "https://contoso.example/Book.xlsx",
        "file:///C:/Book.xlsx",
        "\\\\host\\Book.xlsx",
    ] {
        let package = Opc::pptx()
            .part("ppt/charts/chart1.xml", "<c/>")
            .relationship("ppt/charts/chart1.xml", "oleObject", target, "External");
        assert_flagged(&package.bytes(), "pptx", "external_link", "EXTERNAL_REF");
    }
    let slide = Opc::pptx()
        .part("ppt/slides/slide1.xml", "<s/>")
        .relationship(
            "ppt/slides/slide1.xml",
            "oleObject",
            "https://contoso.example/Book.xlsx",
            "External",
        );
    assert_eq!(code(&verdict(&slide.bytes())), "EXTERNAL_REF");
}

#[test]
fn targets_are_read_as_parsers_of_urls_read_them() {
    for target in [
        "ht\ttp://evil.example/x",
        "ht\r\ntp://evil.example/x",
        "\u{200B}\u{FEFF}http://evil.example/x",
        "\u{1}\u{1F} http://evil.example/x",
        "file:////Library/s/x.dotm",
        "file:////Volumes/s/x.dotm",
        "fi\tle:////host/s/x.dotm",
    ] {
        let found = verdict(
            &Opc::docx()
                .relate_outside("attachedTemplate", target)
                .bytes(),
        );
        // The builder writes these as they are; a reader of XML makes spaces of some.
        let spelt = target
            .replace('\t', "&#9;")
            .replace('\r', "&#13;")
            .replace('\n', "&#10;");
        let code = code(&found);
        assert!(
            matches!(code, "EXTERNAL_REF" | "XML_MALFORMED"),
            "{spelt}: {code}"
        );
    }
}

#[test]
fn text_in_place_of_a_host_is_not_repeated() {
    for target in [
        "http://Please phone 0800 1234 and read them your code/x",
        "http://please-phone_0800/x",
        "http://evil.example\u{202E}moc/x",
        "\\\\call%20me\\x",
    ] {
        let found = verdict(
            &Opc::docx()
                .relate_outside("attachedTemplate", target)
                .bytes(),
        );
        let message = found.reason().expect("a rejection").message();
        assert!(message.contains("(an unnamed place)"), "{message}");
    }
    let found = verdict(
        &Opc::docx()
            .relate_outside("attachedTemplate", "http://bücher.example/x")
            .bytes(),
    );
    let message = found.reason().expect("a rejection").message();
    assert!(message.contains("(xn--bcher-kva.example)"), "{message}");
}
