//! How a part has to be read.

use crate::document::archive::Entry;
use crate::document::package::Package;
use crate::document::part_name;

/// The ways to read a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Treatment {
    /// As XML that must be well-formed, without a document type.
    Xml,
    /// As a drawing in the old markup, which is XML only most of the time.
    Vml,
    /// As a part in another format, merged on opening.
    Chunk,
    /// As bytes.
    Bytes,
}

/// The treatment of a part other than content types and relationships.
pub(super) fn of(entry: &Entry, package: &Package) -> Treatment {
    if entry.key == package.main.key || package.texts.contains(&entry.key) {
        return Treatment::Xml;
    }
    let content_type = package.content_types.of(&entry.key).unwrap_or_default();
    let extension = part_name::extension(&entry.key);
    // A chunk of some other format may be typed as anything, but an Office type still means XML.
    let chunk = package.chunks.contains(&entry.key) && !is_office_xml(content_type);
    if chunk {
        return Treatment::Chunk;
    }
    if entry.is_folder()
        || package
            .leftovers
            .include(&entry.key, &package.content_types)
    {
        Treatment::Bytes
    } else if content_type.ends_with(".vmldrawing") || extension == "vml" {
        Treatment::Vml
    } else if matches!(extension, "xml" | "rels") {
        Treatment::Xml
    } else if is_xml(content_type) && content_type != "image/svg+xml" {
        // Pictures in SVG may have a document type; a part named .xml is no picture, whatever it claims.
        Treatment::Xml
    } else {
        Treatment::Bytes
    }
}

fn is_xml(content_type: &str) -> bool {
    content_type.ends_with("+xml") || matches!(content_type, "application/xml" | "text/xml")
}

fn is_office_xml(content_type: &str) -> bool {
    content_type.starts_with("application/vnd.openxmlformats-") && content_type.ends_with("+xml")
}
