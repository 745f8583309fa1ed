//! From the archive to the package.

use crate::document::archive::{Archive, Entry};
use crate::document::flag::Flag;
use crate::document::part_name;
use crate::document::reader::PartReader;
use crate::document::reason::Reason;
use crate::document::stop::{Findings, Stop};
use crate::document::watch::Watch;

use super::content_types::{self, ContentTypes};
use super::relationships::{self, Relations};
use super::{MainPart, Package, embedded, macros, main_part, open_document};

/// The entry that makes an archive a package: the content types of all parts.
///
/// # Errors
///
/// What the archive is instead.
pub(in crate::document) fn types_entry<'a>(
    archive: &'a Archive,
    reader: &mut PartReader<'_, '_>,
) -> Result<&'a Entry, Stop> {
    let Some(entry) = archive.find(content_types::KEY) else {
        return Err(open_document::tell_apart(archive, reader)?);
    };
    archive.check_budget(reader.limits())?;
    if entry.is_escaped() {
        let detail = "content types with an escaped name";
        return Err(Stop::reject(Reason::OpcInvalid, detail));
    }
    Ok(entry)
}

/// Reads the package that `archive` is, whose content types are in `types_entry`.
pub(in crate::document) fn read(
    reader: &mut PartReader<'_, '_>,
    archive: &Archive,
    types_entry: &Entry,
    watch: &mut Watch<'_>,
) -> Result<Package, Stop> {
    let content_types = content_types::read(reader, types_entry)?;
    let relations = relationships::read_all(reader, archive, watch)?;
    understand(archive, content_types, relations, watch)
}

/// Finds the main part and checks every entry against the package.
fn understand(
    archive: &Archive,
    content_types: ContentTypes,
    relations: Relations,
    watch: &mut Watch<'_>,
) -> Result<Package, Stop> {
    let mut findings = Findings::default();
    let key = main_part::locate(archive, &relations)?.to_owned();
    let kind = main_part::judge(&key, &content_types, watch, &mut findings);
    macros::note_relations(&relations, &mut findings);
    for entry in archive.entries().iter().filter(|entry| !entry.is_folder()) {
        findings.about(Some(entry.shown()));
        watch.about(entry);
        let leftover = relations.leftovers.include(&entry.key, &content_types);
        if leftover && relations.leftovers.is_companion(&entry.key) {
            watch.observe(Flag::AppleDouble, "", || entry.quoted());
        }
        let content_type = content_types.of(&entry.key);
        watch.facts.parts += u64::from(!leftover);
        note_stray(entry, content_type, leftover, &mut findings);
        macros::note_part(entry, content_type, &mut findings);
        if entry.key != key {
            embedded::observe_part(entry, content_type, watch);
        }
    }
    findings.finish()?;
    let kind = kind.ok_or_else(|| Stop::reject(Reason::OtherOoxml, "no accepted kind"))?;
    let Relations {
        chunks,
        texts,
        leftovers,
        ..
    } = relations;
    let main = MainPart { key, kind };
    Ok(Package {
        content_types,
        main,
        chunks,
        texts,
        leftovers,
    })
}

/// Notes an entry that has no place in a package.
fn note_stray(entry: &Entry, content_type: Option<&str>, leftover: bool, findings: &mut Findings) {
    if is_piece(&entry.key) {
        findings.note(Reason::OpcInvalid, || {
            format!("interleaved part {}", entry.quoted())
        });
    }
    if content_type.is_none() && !leftover && !belongs_to_package(entry) {
        findings.note(Reason::OpcUndeclaredPart, || {
            format!("{} has no content type", entry.quoted())
        });
    }
}

/// The entries that need no content type.
fn belongs_to_package(entry: &Entry) -> bool {
    entry.key == content_types::KEY || part_name::relationships_folder(&entry.key).is_some()
}

/// Whether the entry is one piece of an interleaved part: legal, but written by no Office program.
fn is_piece(key: &str) -> bool {
    let base = part_name::base(key);
    base.starts_with('[') && base.ends_with(".piece")
}
