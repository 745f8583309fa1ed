//! The one pass over the parts.

use crate::document::archive::{Archive, Entry};
use crate::document::flag::Flag;
use crate::document::package::Package;
use crate::document::reader::PartReader;
use crate::document::stop::{Findings, Stop};
use crate::document::watch::Watch;

use super::executable::is_program;
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
        let outcome = match treatment::of(entry, package) {
            Treatment::Xml => read_xml(reader, entry, package, &mut watch),
            Treatment::Vml => read_vml(reader, entry),
            Treatment::Bytes => read_bytes(reader, entry, &mut watch),
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
    let mut visitor = PartVisitor::new(entry, package, watch);
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
    reader.text(entry, |piece| search.look(piece))
}

fn read_bytes(
    reader: &mut PartReader<'_, '_>,
    entry: &Entry,
    watch: &mut Watch<'_>,
) -> Result<(), Stop> {
    if is_program(&reader.bytes(entry)?) {
        watch.observe(Flag::Executable, "", || entry.quoted());
    }
    Ok(())
}
