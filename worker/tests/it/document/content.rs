//! What a document may not do when it is opened, and what is only worth a flag.

use super::assert_verdict;
use super::builder::Opc;
use super::{code, verdict};

/// A Word document with a relationship to something outside.
fn outside(kind: &str, target: &str) -> Vec<u8> {
    Opc::docx().relate_outside(kind, target).bytes()
}

/// A run with field characters or instruction text.
fn run(content: &str) -> String {
    format!("<w:r>{content}</w:r>")
}

fn mark(kind: &str) -> String {
    run(&format!("<w:fldChar w:fldCharType=\"{kind}\"/>"))
}

fn instruction(text: &str) -> String {
    run(&format!("<w:instrText>{text}</w:instrText>"))
}

#[test]
fn a_template_from_the_web_is_refused() {
    assert_verdict!(outside("attachedTemplate", "https://evil.example/t.dotm"));
}

#[test]
fn every_way_to_name_another_computer_is_seen_through() {
    let targets = [
        "http://evil.example/t",
        " HTTPS://evil.example/t ",
        "h%74tp://evil.example/t",
        "\\\\evil.example\\share\\t",
        "//evil.example/t",
        "%5C%5Cevil.example/t",
        "file://evil.example/share/t",
        "file:\\\\evil.example\\share\\t",
        "file:////evil.example/share/t",
        "file://///evil.example/share/t",
        "file:///\\\\evil.example\\share\\t",
        "mhtml:http://evil.example/a.html!x-usc:http://evil.example/a.html",
        "ftp://user:secret@evil.example:21/t",
        "ms-word:ofe|u|http://evil.example/t",
    ];
    for target in targets {
        for kind in [
            "attachedTemplate",
            "oleObject",
            "subDocument",
            "frame",
            "aFChunk",
            "slideUpdateUrl",
        ] {
            let verdict = verdict(&outside(kind, target));
            assert_eq!(code(&verdict), "EXTERNAL_REF", "{kind} -> {target}");
            let message = verdict.reason().expect("a rejection").message();
            let named = message.contains("(evil.example)") || target.starts_with("ms-word");
            assert!(named, "{target}: {message}");
        }
    }
}

#[test]
fn files_on_the_authors_own_computer_are_only_flagged() {
    let targets = [
        "C:\\Templates\\Normal.dotm",
        "Normal.dotm",
        "../Templates/Normal.dotm",
        "file:///C:/Templates/Normal.dotm",
        "file:///C:\\Templates\\Normal.dotm",
        "file:////C:/Templates/Normal.dotm",
        "file://C:/Templates/Normal.dotm",
        "file://localhost/Users/me/Normal.dotm",
        "file:////Users/me/Normal.dotm",
        "file:///Macintosh%20HD:Users:me:Normal.dotm",
        "Macintosh%20HD:Users:me:Normal.dotm",
        "/Users/me/Normal.dotm",
    ];
    for target in targets {
        let verdict = verdict(&outside("attachedTemplate", target));
        assert_eq!(code(&verdict), "docx", "{target}: {verdict:?}");
        assert_eq!(verdict.facts().flags.len(), 1, "{target}");
    }
}

#[test]
fn the_target_mode_is_read_without_case() {
    let package = Opc::docx().relationship(
        "word/document.xml",
        "attachedTemplate",
        "http://evil.example/",
        "external",
    );
    assert_verdict!(package.bytes());
}

#[test]
fn a_remote_target_is_outside_whatever_its_mode_says() {
    assert_verdict!(
        Opc::docx()
            .relate(
                "word/document.xml",
                "attachedTemplate",
                "http://evil.example/t"
            )
            .bytes()
    );
}

#[test]
fn links_for_people_to_click_are_allowed() {
    assert_verdict!(outside("hyperlink", "https://example.com/"));
}

#[test]
fn linked_pictures_media_and_workbooks_are_flagged() {
    let package = Opc::docx()
        .relate_outside("image", "https://example.com/a.png")
        .relate_outside("video", "https://example.com/a.mp4")
        .relate_outside("externalLinkPath", "https://example.com/a.xlsx")
        .relate_outside("somethingNew", "https://example.com/");
    assert_verdict!(package.bytes());
}

#[test]
fn relationships_of_every_part_count() {
    let package = Opc::docx().part("word/settings.xml", "<a/>");
    let package = package.relationship(
        "word/settings.xml",
        "attachedTemplate",
        "http://evil.example/",
        "External",
    );
    assert_verdict!(package.bytes());
}

#[test]
fn a_dde_field_is_refused() {
    assert_verdict!(
        Opc::docx_with("<w:fldSimple w:instr=\" DDEAUTO c:\\cmd.exe /k calc\"/>").bytes()
    );
}

#[test]
fn a_dde_field_cut_over_runs_is_refused() {
    let field = [
        mark("begin"),
        instruction(" D"),
        instruction("DE"),
        instruction("AUTO c:\\cmd.exe"),
        mark("end"),
    ];
    assert_verdict!(Opc::docx_with(&field.concat()).bytes());
}

#[test]
fn a_dde_field_spelt_with_references_is_refused() {
    let field = [
        mark("begin"),
        instruction("&#68;D&#x45; cmd"),
        mark("separate"),
        mark("end"),
    ];
    assert_verdict!(Opc::docx_with(&field.concat()).bytes());
}

#[test]
fn a_dde_field_spelt_by_a_nested_quote_is_refused() {
    let nested = [mark("begin"), instruction("QUOTE 68 68 69"), mark("end")].concat();
    let field = [mark("begin"), nested, instruction(" cmd"), mark("end")];
    assert_verdict!(Opc::docx_with(&field.concat()).bytes());
}

#[test]
fn a_dde_field_spelt_by_a_nested_result_is_refused() {
    let nested = [
        mark("begin"),
        instruction("REF b"),
        mark("separate"),
        run("<w:t>DDE</w:t>"),
        mark("end"),
    ]
    .concat();
    let field = [mark("begin"), nested, instruction(" cmd"), mark("end")];
    assert_verdict!(Opc::docx_with(&field.concat()).bytes());
}

#[test]
fn a_dde_field_that_never_ends_is_refused() {
    assert_verdict!(Opc::docx_with(&[mark("begin"), instruction("DDE cmd")].concat()).bytes());
}

#[test]
fn words_that_only_begin_like_dde_are_harmless() {
    let field = [
        mark("begin"),
        instruction(" REF DDE_LINK1 \\h"),
        mark("separate"),
        mark("end"),
    ];
    let text = run("<w:t>DDE is a protocol. DDEAUTO too.</w:t>");
    assert_verdict!(Opc::docx_with(&[field.concat(), text].concat()).bytes());
}

#[test]
fn a_dde_link_of_a_workbook_is_refused() {
    assert_verdict!(
        Opc::xlsx()
            .part("xl/externalLinks/externalLink1.xml", "<a><ddeLink/></a>")
            .bytes()
    );
}

#[test]
fn a_ribbon_that_calls_back_on_load_is_refused() {
    let ribbon =
        "<customUI xmlns=\"http://schemas.microsoft.com/office/2009/07/customui\" onLoad=\"Run\"/>";
    assert_verdict!(Opc::docx().part("customUI/customUI14.xml", ribbon).bytes());
}

#[test]
fn a_click_that_runs_a_program_is_refused() {
    let slide = "<a><hlinkClick action=\" PPACTION://program\"/></a>";
    assert_verdict!(Opc::pptx().part("ppt/slides/slide1.xml", slide).bytes());
}

#[test]
fn a_click_that_moves_on_is_harmless() {
    let slide = "<a><hlinkClick action=\"ppaction://hlinkshowjump?jump=nextslide\"/></a>";
    assert_verdict!(Opc::pptx().part("ppt/slides/slide1.xml", slide).bytes());
}

#[test]
fn programs_are_found_whatever_they_are_called() {
    for head in [
        b"MZ\x90\0".as_slice(),
        b"\x7FELF\x02",
        b"\xCA\xFE\xBA\xBE\0",
        b"\xCF\xFA\xED\xFE\x07",
    ] {
        let package = Opc::docx()
            .part("word/media/image1.png", head)
            .default("png", "image/png");
        assert_eq!(
            code(&verdict(&package.bytes())),
            "EMBEDDED_EXECUTABLE",
            "{head:?}"
        );
    }
}

#[test]
fn a_document_inside_the_document_is_not_opened() {
    let package = Opc::docx().part("word/embeddings/book.xlsx", Opc::xlsx().bytes());
    let package = package.default(
        "xlsx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    );
    assert_verdict!(
        package
            .relate("word/document.xml", "package", "embeddings/book.xlsx")
            .bytes()
    );
}

#[test]
fn several_findings_give_the_same_verdict_in_any_order() {
    let parts = [
        ("word/a.xml", "<broken>"),
        ("word/b.xml", "<!DOCTYPE a><a/>"),
        ("word/c.xml", "<ddeLink/>"),
    ];
    let build = |order: [usize; 3]| {
        order
            .iter()
            .fold(Opc::docx(), |package, &index| {
                package.part(parts[index].0, parts[index].1)
            })
            .bytes()
    };
    for order in [
        [0, 1, 2],
        [0, 2, 1],
        [1, 0, 2],
        [1, 2, 0],
        [2, 0, 1],
        [2, 1, 0],
    ] {
        assert_eq!(code(&verdict(&build(order))), "XML_DTD", "{order:?}");
    }
}
