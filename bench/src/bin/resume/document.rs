//! A genuine document of any size: a page with a picture.

use std::io::{Cursor, Write};

use dossier_devstack::story::Fixture;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006";
const MAIN: &str =
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml";
const WORD: &str = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

/// A docx whose picture has `size` bytes, which no compression makes smaller.
pub(crate) fn of_size(size: u64) -> anyhow::Result<Fixture> {
    let types = format!(
        "<Types xmlns=\"{PACKAGE}/content-types\">\
         <Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>\
         <Default Extension=\"png\" ContentType=\"image/png\"/>\
         <Override PartName=\"/word/document.xml\" ContentType=\"{MAIN}\"/></Types>"
    );
    let relationship = |kind: &str, target: &str| {
        format!(
            "<Relationships xmlns=\"{PACKAGE}/relationships\">\
             <Relationship Id=\"rId1\" Type=\"{OFFICE}/{kind}\" Target=\"{target}\"/></Relationships>"
        )
    };
    let page = format!("<w:document xmlns:w=\"{WORD}\"><w:body><w:p/></w:body></w:document>");
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    for (name, content) in [
        ("[Content_Types].xml", types),
        (
            "_rels/.rels",
            relationship("officeDocument", "word/document.xml"),
        ),
        ("word/document.xml", page),
        (
            "word/_rels/document.xml.rels",
            relationship("image", "media/image1.png"),
        ),
    ] {
        writer.start_file(name, stored)?;
        writer.write_all(content.as_bytes())?;
    }
    writer.start_file("word/media/image1.png", stored)?;
    writer.write_all(PNG)?;
    write_noise(&mut writer, size.saturating_sub(PNG.len() as u64))?;
    Ok(Fixture {
        name: format!("{size}-bytes.docx"),
        bytes: writer.finish()?.into_inner(),
    })
}

/// Writes `size` bytes without a pattern (xorshift, Marsaglia 2003).
fn write_noise(writer: &mut impl Write, size: u64) -> std::io::Result<()> {
    let (mut left, mut state) = (size, 0x9E37_79B9_7F4A_7C15_u64);
    let mut block = Vec::with_capacity(64 * 1024);
    while left > 0 {
        block.clear();
        while block.len() < 64 * 1024 {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            block.extend_from_slice(&state.to_le_bytes());
        }
        let now = usize::try_from(left).unwrap_or(usize::MAX).min(block.len());
        writer.write_all(&block[..now])?;
        left -= now as u64;
    }
    Ok(())
}
