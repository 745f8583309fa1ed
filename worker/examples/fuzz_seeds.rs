//! Writes what the fuzz targets begin with: the documents of the test corpus, their parts, and pieces that are
//! costly in bulk.
//!
//! `cargo run -p dossier-worker --example fuzz_seeds -- [FOLDER]`, `worker/fuzz/corpus` where none is said.

use std::fs;
use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};

use anyhow::Context;
use zip::ZipArchive;

/// What is larger is too slow to be changed often.
const MAX_BYTES: usize = 32 * 1024;
/// The choices of the targets: a part of a Word document, the bit for a workbook, compressed, the whole file.
const PARTS: [(u8, &str); 7] = [
    (0, "[Content_Types].xml"),
    (1, "_rels/.rels"),
    (2, "word/document.xml"),
    (3, ".xml"),
    (4, ".vml"),
    (5, ".rtf"),
    (6, ".rels"),
];
const WORKBOOK: u8 = 0x20;
const COMPRESSED: u8 = 0x40;
const WHOLE: u8 = 0x80;
/// What the piece to double stands between.
const SEPARATOR: &str = "\u{1F}";

/// The part, what stands before the piece to double, the piece, what follows it.
const COSTLY: [(u8, &str, &str, &str); 24] = [
    (3, "<a>", "<b/>", "</a>"),
    (3, "<a>", "<b></b>", "</a>"),
    (3, "<a>", "x<b/>", "</a>"),
    (
        3,
        "<a>",
        "<b c='' d='' e='' f='' g='' h='' i='' j=''/>",
        "</a>",
    ),
    (
        3,
        "<a>",
        "<b m='' l='' k='' j='' i='' h='' g='' f='' e='' d='' c='' b='' a=''/>",
        "</a>",
    ),
    (3, "<a>", "<b xmlns:c='d' xmlns:e='f'/>", "</a>"),
    (3, "<a>", "<b xmlns='d'><b xmlns='e'/></b>", "</a>"),
    (
        3,
        "<a xmlns:p='u' xmlns:q='v'>",
        "<p:b q:c='' p:c=''/>",
        "</a>",
    ),
    (3, "<a>", "&amp;", "</a>"),
    (3, "<a>", "&#x10FFFF;", "</a>"),
    (3, "<a b='", "&lt;", "'/>"),
    (3, "<a b='", "x", "'/>"),
    (3, "<a>", "<!---->", "</a>"),
    (3, "<a>", "<?a?>", "</a>"),
    (3, "<a>", "<![CDATA[]]>", "</a>"),
    (3, "<a>", "\u{20AC}\u{10000}", "</a>"),
    (3, "<a>", "]]", "</a>"),
    (
        3,
        "<a>",
        "<fldSimple instr='LINK a \"http://b/\"'/>",
        "</a>",
    ),
    (
        3,
        "<a>",
        "<fldChar fldCharType='begin'/><instrText>LINK \"//a/b\" </instrText><fldChar fldCharType='end'/>",
        "</a>",
    ),
    (3 | WORKBOOK, "<a>", "<f>a|b!c</f>", "</a>"),
    (
        1,
        "<Relationships xmlns='http://schemas.openxmlformats.org/package/2006/relationships'>",
        "<Relationship Target='../a/%41' Type='image'/>",
        "</Relationships>",
    ),
    (
        0,
        "<Types xmlns='http://schemas.openxmlformats.org/package/2006/content-types'>",
        "<Override PartName='/a' ContentType='b'/>",
        "</Types>",
    ),
    (
        5,
        "{\\rtf1 ",
        "{\\field{\\*\\fldinst LINK \"//a/b\"}{\\fldrslt c}}",
        "}",
    ),
    (5, "<html>", "<img src='\\\\a\\b'>", "</html>"),
];

fn main() -> anyhow::Result<()> {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = std::env::args_os().nth(1);
    let seeds = Seeds(folder.map_or_else(|| manifest.join("fuzz/corpus"), PathBuf::from));
    for (index, (choice, head, piece, tail)) in COSTLY.into_iter().enumerate() {
        let content = [head, SEPARATOR, piece, SEPARATOR, tail].concat();
        let bytes = [&[choice, 19], content.as_bytes()].concat();
        seeds.write("cost", &format!("costly-{index}"), &bytes)?;
    }
    for corpus in ["good", "bad"] {
        for file in fs::read_dir(manifest.join("tests/corpus").join(corpus))? {
            let path = file?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let bytes = fs::read(&path)?;
            if bytes.len() <= MAX_BYTES {
                seeds.write("file", &name, &bytes)?;
                seeds.write("cost", &name, &[&[WHOLE, 0], &bytes[..]].concat())?;
            }
            if corpus == "good" {
                seeds.write_parts(&name, &bytes)?;
            }
        }
    }
    Ok(())
}

/// The folder with one folder a target.
struct Seeds(PathBuf);

impl Seeds {
    fn write(&self, target: &str, name: &str, bytes: &[u8]) -> anyhow::Result<()> {
        let folder = self.0.join(target);
        fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
        Ok(fs::write(folder.join(name), bytes)?)
    }

    fn write_parts(&self, file: &str, bytes: &[u8]) -> anyhow::Result<()> {
        let mut archive = ZipArchive::new(Cursor::new(bytes))?;
        for index in 0..archive.len() {
            let mut entry = archive.by_index(index)?;
            let name = entry.name()?.to_string();
            let kind = PARTS.iter().find(|(_, end)| name.ends_with(end));
            let Some(&(part, _)) = kind.filter(|_| entry.size() <= MAX_BYTES as u64) else {
                continue;
            };
            let mut content = Vec::new();
            entry.read_to_end(&mut content)?;
            let seed = format!("{file}-{index}");
            self.write("part", &seed, &[&[part], &content[..]].concat())?;
            for choice in [part, COMPRESSED | part] {
                let bytes = [&[choice, 10], &content[..]].concat();
                self.write("cost", &format!("{seed}-{choice}"), &bytes)?;
            }
        }
        Ok(())
    }
}
