//! A sound Word document or workbook with one part replaced.

use std::io::Write;

use flate2::Compression;
use flate2::write::DeflateEncoder;

/// The bit of the choice that makes it a workbook.
const WORKBOOK: u8 = 0x20;

const PARTS: [(&str, &str); 7] = [
    (
        "[Content_Types].xml",
        "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">\
         <Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>\
         <Default Extension=\"xml\" ContentType=\"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml\"/>\
         <Default Extension=\"rtf\" ContentType=\"application/rtf\"/>\
         <Default Extension=\"vml\" ContentType=\"application/vnd.openxmlformats-officedocument.vmlDrawing\"/></Types>",
    ),
    (
        "_rels/.rels",
        "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">\
         <Relationship Id=\"a\" Target=\"a.xml\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument\"/>\
         </Relationships>",
    ),
    (
        "a.xml",
        "<document xmlns=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"/>",
    ),
    ("b.xml", "<b/>"),
    ("c.vml", "<c/>"),
    ("d.rtf", "{\\rtf1}"),
    (
        "_rels/a.xml.rels",
        "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">\
         <Relationship Id=\"a\" Target=\"d.rtf\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/aFChunk\"/>\
         </Relationships>",
    ),
];

/// The document with `content` as one of its parts.
pub fn document(choice: u8, content: &[u8]) -> Vec<u8> {
    archive(choice, content, <[u8]>::to_vec, 0)
}

/// The same with compressed parts.
#[allow(dead_code, reason = "not every target compresses")]
pub fn compressed(choice: u8, content: &[u8]) -> Vec<u8> {
    archive(choice, content, deflated, 8)
}

fn deflated(content: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(content).expect("writing to memory");
    encoder.finish().expect("writing to memory")
}

/// What a part is where it was not chosen.
fn otherwise(content: &str, choice: u8) -> Vec<u8> {
    if choice & WORKBOOK == 0 {
        return content.into();
    }
    let workbook = content
        .replace("wordprocessingml.document", "spreadsheetml.sheet")
        .replace("<document", "<workbook")
        .replace("wordprocessingml/", "spreadsheetml/");
    workbook.into()
}

/// An archive of entries that are packed by this method.
fn archive(choice: u8, content: &[u8], pack: fn(&[u8]) -> Vec<u8>, method: u8) -> Vec<u8> {
    let chosen = usize::from(choice % WORKBOOK) % PARTS.len();
    let (mut file, mut directory) = (Vec::new(), Vec::new());
    for (index, (name, original)) in PARTS.into_iter().enumerate() {
        let part = if index == chosen {
            content.to_vec()
        } else {
            otherwise(original, choice)
        };
        let packed = pack(&part);
        let mut header = vec![20, 0, 0, 0, method, 0, 0, 0, 0x21, 0x58];
        header.extend_from_slice(&crc32fast::hash(&part).to_le_bytes());
        header.extend_from_slice(&(packed.len() as u32).to_le_bytes());
        header.extend_from_slice(&(part.len() as u32).to_le_bytes());
        header.extend_from_slice(&(name.len() as u32).to_le_bytes());
        directory.extend_from_slice(b"PK\x01\x02\x14\0");
        directory.extend_from_slice(&header);
        directory.extend_from_slice(&[0; 10]);
        directory.extend_from_slice(&(file.len() as u32).to_le_bytes());
        directory.extend_from_slice(name.as_bytes());
        file.extend_from_slice(b"PK\x03\x04");
        file.extend_from_slice(&header);
        file.extend_from_slice(name.as_bytes());
        file.extend_from_slice(&packed);
    }
    let offset = file.len() as u32;
    file.extend_from_slice(&directory);
    file.extend_from_slice(b"PK\x05\x06\0\0\0\0");
    file.extend_from_slice(&[PARTS.len() as u8, 0, PARTS.len() as u8, 0]);
    file.extend_from_slice(&(directory.len() as u32).to_le_bytes());
    file.extend_from_slice(&offset.to_le_bytes());
    file.extend_from_slice(&[0, 0]);
    file
}
