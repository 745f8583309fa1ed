//! Expensive documents.

use std::fs;
use std::io::{Cursor, Write};
use std::path::Path;

use anyhow::Context;
use dossier_devstack::story::Fixture;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::parts::{PARTS, Part};

/// Just below what is looked at for its expansion.
const BULK_BYTES: usize = 60 << 20;
/// Just below the limits of relationships and of other parts.
const RELATIONSHIPS_BYTES: usize = 15 << 20;
/// Just below the limit of entries.
const ENTRIES: usize = 9_900;

const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006";

/// One document of each kind.
pub(crate) fn crafted() -> anyhow::Result<Vec<Fixture>> {
    let bulky = PARTS.iter().map(bulky);
    let others = [
        ("entries", many_entries()),
        ("a directory that goes to and fro", Ok(far_directory())),
    ];
    let others = others.map(|(name, bytes)| {
        Ok(Fixture {
            name: name.to_owned(),
            bytes: bytes?,
        })
    });
    bulky.chain(others).collect()
}

/// The files in a folder, in the order of their names, but for packed ones and tables.
pub(crate) fn in_folder(folder: &Path) -> anyhow::Result<Vec<Fixture>> {
    let listed = fs::read_dir(folder).with_context(|| folder.display().to_string())?;
    let mut paths: Vec<_> = listed
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()?;
    paths.sort();
    paths.retain(|path| {
        let extension = path.extension().unwrap_or_default();
        !["xz", "tsv", "txt"].iter().any(|other| extension == *other)
    });
    let read = |path: &std::path::PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        anyhow::Ok(Fixture {
            name: name.into_owned(),
            bytes: fs::read(path)?,
        })
    };
    paths.iter().map(read).collect()
}

/// A document with one part of many pieces.
fn bulky(part: &Part) -> anyhow::Result<Fixture> {
    let size = if part.name.ends_with(".rels") {
        RELATIONSHIPS_BYTES
    } else {
        BULK_BYTES
    };
    let pieces = part.piece.repeat(size / part.piece.len());
    let content = [part.head, &pieces, part.tail].concat();
    Ok(Fixture {
        name: part.title.to_owned(),
        bytes: document(part.workbook, &[(part.name.to_owned(), content)])?,
    })
}

fn many_entries() -> anyhow::Result<Vec<u8>> {
    let parts: Vec<_> = (0..ENTRIES)
        .map(|number| {
            (
                format!("{}{number}.xml", "a/".repeat(90)),
                "<a/>".to_owned(),
            )
        })
        .collect();
    document(false, &parts)
}

/// A Word document or workbook with these parts.
fn document(workbook: bool, parts: &[(String, String)]) -> anyhow::Result<Vec<u8>> {
    let (kind, root, schema) = if workbook {
        ("spreadsheetml.sheet", "workbook", "spreadsheetml")
    } else {
        ("wordprocessingml.document", "document", "wordprocessingml")
    };
    let types = format!(
        "<Types xmlns=\"{PACKAGE}/content-types\">\
         <Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>\
         <Default Extension=\"xml\" ContentType=\"application/xml\"/>\
         <Default Extension=\"rtf\" ContentType=\"application/rtf\"/>\
         <Override PartName=\"/main.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.{kind}.main+xml\"/>\
         </Types>"
    );
    let relationship = |kind: &str, target: &str| {
        format!(
            "<Relationships xmlns=\"{PACKAGE}/relationships\">\
             <Relationship Id=\"a\" Type=\"{OFFICE}/{kind}\" Target=\"{target}\"/></Relationships>"
        )
    };
    let main = format!("<{root} xmlns=\"http://schemas.openxmlformats.org/{schema}/2006/main\"/>");
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default();
    for (name, content) in [
        ("[Content_Types].xml", types),
        ("_rels/.rels", relationship("officeDocument", "main.xml")),
        ("main.xml", main),
        ("_rels/main.xml.rels", relationship("aFChunk", "d.rtf")),
    ] {
        writer.start_file(name, options)?;
        writer.write_all(content.as_bytes())?;
    }
    for (name, content) in parts {
        writer.start_file(name.as_str(), options)?;
        writer.write_all(content.as_bytes())?;
    }
    Ok(writer.finish()?.into_inner())
}

/// A compound file whose directory has two sectors, far apart, that point at each other.
fn far_directory() -> Vec<u8> {
    const SECTORS: u32 = 32_768;
    const ENDS: [u32; 2] = [200, 13_900];
    let mut bytes = vec![0; 512 * (SECTORS as usize + 1)];
    bytes[..8].copy_from_slice(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1");
    bytes[30] = 9;
    let mut put = |at: usize, value: u32| bytes[at..at + 4].copy_from_slice(&value.to_le_bytes());
    for place in 0..109_u32 {
        put(76 + 4 * place as usize, place);
    }
    put(48, ENDS[0]);
    for (here, next) in [(ENDS[0], ENDS[1]), (ENDS[1], ENDS[0])] {
        put(512 + 4 * here as usize, next);
    }
    bytes
}
