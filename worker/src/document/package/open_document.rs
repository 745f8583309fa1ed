//! An archive that is no package: an `OpenDocument` file, or just an archive.

use crate::document::archive::Archive;
use crate::document::reader::PartReader;
use crate::document::reason::Reason;
use crate::document::stop::Stop;

/// The reason to reject an archive without content types.
pub(super) fn tell_apart(archive: &Archive, reader: &mut PartReader<'_, '_>) -> Result<Stop, Stop> {
    let head = match archive.find("mimetype") {
        Some(entry) => reader.head(entry)?,
        None => Vec::new(),
    };
    // OpenDocument, and OpenOffice before it.
    let open_document = head.starts_with(b"application/vnd.oasis.opendocument")
        || head.starts_with(b"application/vnd.sun.xml.")
        || (archive.find("mimetype").is_none() && archive.find("meta-inf/manifest.xml").is_some());
    Ok(if open_document {
        Stop::reject(Reason::OpenDocument, String::from_utf8_lossy(&head))
    } else {
        Stop::reject(Reason::NotOpc, "no [Content_Types].xml")
    })
}
