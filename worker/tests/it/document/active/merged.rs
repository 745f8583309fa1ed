//! Parts in another format that Word merges: rich text, pages, mails.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::assert_flagged;
use crate::document::builder::Opc;
use crate::document::{code, verdict};

/// A Word document with a part in another format.
fn with_chunk(name: &str, content: &str) -> Vec<u8> {
    let extension = name.rsplit('.').next().unwrap_or_default();
    Opc::docx()
        .part(&format!("word/{name}"), content)
        .default(extension, "application/octet-stream")
        .relate("word/document.xml", "aFChunk", name)
        .bytes()
}

#[test]
fn merged_rich_text_is_flagged() {
    let text = "{\\rtf1\\ansi{\\field{\\*\\fldinst{PAGE}}{\\fldrslt 1}}{\\object{\\*\\objclass Word.Document.8}{\\*\\objdata 0105}}}";
    assert_flagged(
        &with_chunk("a.rtf", text),
        "docx",
        "alternative_format",
        "EMBEDDED_OBJECT",
    );
}

#[test]
fn merged_rich_text_that_starts_a_conversation_is_refused() {
    for field in [
        "{\\field{\\*\\fldinst{ DDEAUTO c:\\\\\\\\cmd.exe \"/k calc\" }}{\\fldrslt x}}",
        "{\\field{\\*\\fldinst DD{}EAUTO cmd}}",
        "{\\field\\fldedit{\\*\\fldinst{\\'44\\'44\\'45 cmd}}}",
        "{\\field{\\*\\fldinst{\\u68?\\u68\\'3f\\u69?AUTO cmd}}}",
        "{\\field{\\*\\fldinst{\\uc2\\u68??D\r\nE cmd}}}",
        "{\\field{\\*\\fldinst{{\\field{\\*\\fldinst{QUOTE 68 68 69}}{\\fldrslt DDE}} cmd}}}",
        "{\\bin3 }{}{\\field{\\*\\fldinst{DDE cmd}}}",
    ] {
        let found = verdict(&with_chunk("a.rtf", &format!("{{\\rtf1{field}}}")));
        assert_eq!(code(&found), "DDE", "{field}");
    }
    let many = "{\\field{\\*\\fldinst{PAGE}}}".repeat(5_000);
    let found = verdict(&with_chunk("a.rtf", &format!("{{\\rtf1{many}}}")));
    assert_eq!(code(&found), "docx");
    let last = "{\\field{\\*\\fldinst{DDE cmd}}}";
    let found = verdict(&with_chunk("a.rtf", &format!("{{\\rtf1{many}{last}}}")));
    assert_eq!(code(&found), "DDE");
}

#[test]
fn merged_rich_text_with_foreign_objects_is_refused() {
    for object in [
        "{\\object\\objupdate{\\*\\objclass Word.Document.8}}",
        "{\\object{\\*\\objclass Package}}",
        "{\\object\\objemb{\\*\\objdata 0105}}",
        "{\\object{\\*\\objclass Word.Document.8}{\\*\\objdata 01050000\r\n02000000 08000000 5061636b61676500}}",
        "{\\object{\\*\\objdata 01050000020000000b0000004571756174696f6e2e3300",
    ] {
        let found = verdict(&with_chunk("a.rtf", &format!("{{\\rtf1{object}}}")));
        assert_eq!(code(&found), "EMBEDDED_OBJECT", "{object}");
    }
}

#[test]
fn merged_mails_are_decoded() {
    let mail = |encoding: &str, body: &str| {
        format!(
            "MIME-Version: 1.0\r\nContent-Type: text/html\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n{body}"
        )
    };
    let encode = |page: &str| {
        let text = STANDARD.encode(page);
        let lines: Vec<&str> = text
            .as_bytes()
            .chunks(61)
            .map(|line| std::str::from_utf8(line).expect("text"))
            .collect();
        lines.join("\r\n")
    };
    let page = "<html><head><title>A page that is long enough</title></head><img src='\\\\evil.example\\x.png'></html>";
    for body in [
        mail("8bit", page),
        mail(
            "quoted-printable",
            "<img src=3D\"\\=\r\n\\evil.example\\x.png\">",
        ),
        mail("quoted-printable", "<img src=3D'=5C=5Cevil.example/x.png'>"),
        mail(
            "quoted-printable",
            "<img src=3D'fi= \r\nle://evil.example/x.png'>",
        ),
        mail("base64", &encode(page)),
        mail("base64", &encode("<img src='\\\\a\\b'>")),
        format!("{}\r\n--x--\r\n", mail("base64", &encode(page))),
    ] {
        let found = verdict(&with_chunk("a.mht", &body));
        assert_eq!(code(&found), "EXTERNAL_REF", "{body}");
    }
    let harmless =
        "<html><head><title>A page that is long enough</title></head><img src='cid:a'></html>";
    let picture = STANDARD.encode(
        [
            b"\x89PNG\r\n\x1a\n".to_vec(),
            b"='\\\\evil.example\\x'".repeat(30),
        ]
        .concat(),
    );
    for body in [
        mail("quoted-printable", "<p>a=3Db</p>"),
        mail("base64", &encode(harmless)),
        mail("base64", &picture),
    ] {
        assert_flagged(
            &with_chunk("a.mht", &body),
            "docx",
            "alternative_format",
            "EMBEDDED_OBJECT",
        );
    }
}

#[test]
fn merged_rich_text_is_recognised_however_little_comes_at_first() {
    let text = format!(
        "\u{FEFF}{}{{\\rtf1{{\\field{{\\*\\fldinst{{DDE cmd}}}}}}}}",
        " ".repeat(40_000)
    );
    let found = verdict(&with_chunk("a.rtf", &text));
    assert_eq!(code(&found), "DDE");
}

#[test]
fn merged_pages_are_flagged() {
    let page = "<html><body><img src=\"cid:1\"><a href='http://example.com/'>x</a></body></html>";
    assert_flagged(
        &with_chunk("a.htm", page),
        "docx",
        "alternative_format",
        "EMBEDDED_OBJECT",
    );
}

#[test]
fn merged_pages_with_sources_on_shares_are_refused() {
    for tag in [
        "<img src=\"\\\\evil.example\\s\\x.png\">",
        "<p title='it'></p>don't = ' <img src = \\\\evil.example\\x>",
        "<link href=file://evil.example/s.css>",
        "<img src=\"&#92;&#x5c;evil.example\\x.png\">",
        "<p style=\"background:url(\\\\evil.example\\x)\">",
        "<img src=' FILE:///C:/x.png'>",
    ] {
        let found = verdict(&with_chunk("a.htm", &format!("<html>{tag}</html>")));
        assert_eq!(code(&found), "EXTERNAL_REF", "{tag}");
    }
}
