//! Programs, by name and by content.

use crate::document::builder::Opc;
use crate::document::{code, verdict};

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
