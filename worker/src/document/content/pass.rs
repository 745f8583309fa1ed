//! The one pass over the parts.

use crate::document::archive::{Archive, Entry};
use crate::document::flag::Flag;
use crate::document::package::Package;
use crate::document::part_name;
use crate::document::reader::PartReader;
use crate::document::steps::Step;
use crate::document::stop::{Findings, Stop};
use crate::document::watch::Watch;

use super::chunk::Chunk;
use super::executable::ProgramSearch;
use super::markup::DeclarationSearch;
use super::part::PartVisitor;
use super::treatment::{self, Treatment};

/// Reads every part that was not read yet. All are read, so that the verdict does not depend on their order.
pub(in crate::document) fn inspect(
    reader: &mut PartReader<'_, '_>,
    archive: &Archive,
    package: &Package,
    mut watch: Watch<'_>,
) -> Result<(), Stop> {
    let mut findings = Findings::default();
    for entry in archive
        .entries()
        .iter()
        .filter(|entry| !package.was_read(entry))
    {
        watch.about(entry);
        let outcome = match treatment::of(entry, package) {
            Treatment::Xml => read_xml(reader, entry, package, &mut watch),
            Treatment::Vml => read_vml(reader, entry),
            Treatment::Chunk => read_chunk(reader, entry, &mut watch),
            Treatment::Bytes => read_bytes(reader, entry, package, &mut watch),
        };
        findings.absorb(outcome)?;
    }
    watch.conclude(&mut findings)?;
    findings.finish()
}

fn read_xml(
    reader: &mut PartReader<'_, '_>,
    entry: &Entry,
    package: &Package,
    watch: &mut Watch<'_>,
) -> Result<(), Stop> {
    let mut visitor = PartVisitor::new(entry, package, watch, reader.steps());
    if entry.key == package.main.key {
        let outcome = reader.scan(entry, &mut visitor);
        visitor.finish();
        return outcome;
    }
    // Whatever its type says, a part that begins as an archive is an embedded package. It is not opened.
    let outcome = reader.scan_unless_archive(entry, &mut visitor);
    visitor.finish();
    if !outcome? {
        watch.observe(Flag::EmbeddedDocument, "", || entry.quoted());
    }
    Ok(())
}

fn read_vml(reader: &mut PartReader<'_, '_>, entry: &Entry) -> Result<(), Stop> {
    let mut search = DeclarationSearch::default();
    let steps = reader.steps();
    reader.text(entry, |piece| {
        steps.count(Step::Text, piece.len())?;
        search.look(piece)
    })
}

fn read_chunk(
    reader: &mut PartReader<'_, '_>,
    entry: &Entry,
    watch: &mut Watch<'_>,
) -> Result<(), Stop> {
    let mut chunk = Chunk::default();
    let mut search = ProgramSearch::default();
    let steps = reader.steps();
    let outcome = reader.text(entry, |piece| {
        search.look(piece);
        chunk.look(piece);
        // Looked at byte by byte.
        steps.count(Step::Text, 4 * chunk.readings() * piece.len())?;
        steps.count(Step::Relationship, chunk.take_examined())
    });
    chunk.finish(entry, watch);
    if search.found() {
        watch.observe(Flag::Executable, "", || entry.quoted());
    }
    outcome
}

fn read_bytes(
    reader: &mut PartReader<'_, '_>,
    entry: &Entry,
    package: &Package,
    watch: &mut Watch<'_>,
) -> Result<(), Stop> {
    let mut search = ProgramSearch::default();
    reader.bytes(entry, |piece| search.look(piece))?;
    // An obfuscated font begins with any bytes at all.
    let font = package
        .content_types
        .of(&entry.key)
        .is_some_and(|name| name.ends_with(".obfuscatedfont"));
    if search.found() && !font && part_name::extension(&entry.key) != "odttf" {
        watch.observe(Flag::Executable, "", || entry.quoted());
    }
    Ok(())
}
