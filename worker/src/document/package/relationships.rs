//! Relationships parts: how parts hang together, and what lies outside.

use std::collections::HashSet;

use crate::document::archive::{Archive, Entry};
use crate::document::flag::Flag;
use crate::document::part_name;
use crate::document::reader::PartReader;
use crate::document::reason::Reason;
use crate::document::steps::{Step, Steps};
use crate::document::stop::Stop;
use crate::document::watch::Watch;
use crate::document::xml::{Element, Visitor};

use super::leftovers::Leftovers;
use super::reference::{self, Reference};
use super::relationship_types::{self as types, TargetKind};

const NAMESPACE: &str = "http://schemas.openxmlformats.org/package/2006/relationships";
/// The longest attribute of a relationship: a thousand times what real documents have.
const MAX_VALUE_BYTES: usize = 64 * 1024;
const PACKAGE_KEY: &str = "_rels/.rels";

/// What the relationships of a package amount to.
#[derive(Debug, Default)]
pub(super) struct Relations {
    /// Main documents that the package points to; no more than two are kept.
    pub(super) mains: Vec<MainTarget>,
    /// Whether the package points to a main document of a kind we do not handle.
    pub(super) foreign_main: bool,
    /// A relationship that only documents with macros have.
    pub(super) macro_type: Option<String>,
    /// Parts that are embedded documents of some other format.
    pub(super) chunks: HashSet<String>,
    /// Parts that programs read as XML for their relationships, whatever their names and types say.
    pub(super) texts: HashSet<String>,
    /// What archivers left in the package.
    pub(super) leftovers: Leftovers,
}

/// Where a main document is said to be.
#[derive(Debug)]
pub(super) enum MainTarget {
    /// In the package, under this key.
    Inside(String),
    /// Above the package's root.
    Escaping,
    /// On some other computer, or in another file.
    Outside(String),
}

/// Reads all relationships parts, in physical order.
pub(super) fn read_all(
    reader: &mut PartReader<'_, '_>,
    archive: &Archive,
    watch: &mut Watch<'_>,
) -> Result<Relations, Stop> {
    if archive.find(PACKAGE_KEY).is_none() {
        return Err(invalid("no package relationships"));
    }
    let mut relations = Relations {
        leftovers: Leftovers::find(reader, archive)?,
        ..Relations::default()
    };
    for entry in archive.entries() {
        let Some(folder) = folder_of(entry, &relations.leftovers) else {
            continue;
        };
        if entry.is_escaped() {
            return Err(invalid("relationships part with an escaped name"));
        }
        if entry.inflated_bytes > reader.limits().relationships_bytes {
            return Err(Stop::reject(Reason::XmlLimits, "relationships too large"));
        }
        let of_package = entry.key == PACKAGE_KEY;
        watch.about(source_of(archive, entry));
        let steps = reader.steps();
        reader.scan(
            entry,
            &mut Collector {
                archive,
                steps,
                watch,
                folder,
                of_package,
                of_chart: folder.ends_with("/charts/"),
                relations: &mut relations,
            },
        )?;
    }
    Ok(relations)
}

/// The folder that targets in this relationships part are relative to; `None` for other entries and for
/// those that an archiver left beside a document's folders.
pub(super) fn folder_of<'e>(entry: &'e Entry, leftovers: &Leftovers) -> Option<&'e str> {
    part_name::relationships_folder(&entry.key).filter(|_| !leftovers.include_name(&entry.key))
}

/// The part whose relationships are in `entry`, where it is in the package.
fn source_of<'a>(archive: &'a Archive, entry: &'a Entry) -> &'a Entry {
    let (folder, name) = entry.key.rsplit_once("_rels/").unwrap_or_default();
    let source = format!("{folder}{}", name.strip_suffix(".rels").unwrap_or(name));
    archive.find(&source).unwrap_or(entry)
}

/// Takes in the relationships of one part.
struct Collector<'c, 'w> {
    archive: &'c Archive,
    steps: &'c Steps,
    watch: &'c mut Watch<'w>,
    folder: &'c str,
    of_package: bool,
    /// Whether the relationships are those of a chart.
    of_chart: bool,
    relations: &'c mut Relations,
}

impl Visitor for Collector<'_, '_> {
    fn start(&mut self, element: &Element<'_>) -> Result<(), Stop> {
        match (element.depth, element.local) {
            (1, "Relationships") if element.namespace == NAMESPACE => {}
            (1, _) => return Err(invalid("root of a relationships part")),
            // Some programs take them at any depth.
            (_, "Relationship") if element.namespace == NAMESPACE => {
                self.steps.count(Step::Relationship, 1)?;
                for attribute in element.attributes() {
                    if attribute.raw.len() > MAX_VALUE_BYTES {
                        let detail = "target or type of a relationship too long";
                        return Err(Stop::reject(Reason::XmlLimits, detail));
                    }
                    // Decoded, split and compared.
                    self.steps.count(Step::Text, 4 * attribute.raw.len())?;
                }
                let kind = element.attribute("Type").unwrap_or_default();
                let target = element.attribute("Target").unwrap_or_default();
                let mode = element.attribute("TargetMode").unwrap_or_default();
                self.relationship(
                    kind.trim(),
                    &target,
                    mode.trim().eq_ignore_ascii_case("external"),
                );
            }
            (_, "Relationship") => {
                return Err(invalid("relationship in another namespace"));
            }
            _ => {}
        }
        Ok(())
    }
}

impl Collector<'_, '_> {
    fn relationship(&mut self, kind: &str, target: &str, external: bool) {
        let target_kind = types::target_kind(kind);
        if target_kind == TargetKind::Macro {
            self.relations
                .macro_type
                .get_or_insert_with(|| kind.chars().take(120).collect());
        }
        if self.of_package {
            self.package_relationship(kind, target, external);
        }
        // A target that names another computer is outside, whatever its mode says.
        if external || reference::names_scheme(target) {
            self.outside(kind, &target_kind, target);
        }
        if !external && let Some(key) = part_name::resolve(self.folder, target) {
            self.inside(kind, &target_kind, key);
        }
    }

    /// A relationship of the package itself.
    fn package_relationship(&mut self, kind: &str, target: &str, external: bool) {
        if types::is_office_document(kind) && self.relations.mains.len() < 2 {
            self.relations
                .mains
                .push(match part_name::resolve("", target) {
                    _ if external => {
                        MainTarget::Outside(reference::classify(target).host().to_owned())
                    }
                    Some(key) => MainTarget::Inside(key),
                    None => MainTarget::Escaping,
                });
        }
        self.relations.foreign_main |= types::is_foreign_document(kind);
    }

    fn outside(&mut self, kind: &str, target_kind: &TargetKind, target: &str) {
        let reference = reference::classify(target);
        let flag = match reference {
            // The workbook behind a chart is a link to cells, as that of a workbook is.
            _ if self.of_chart && *target_kind == TargetKind::Object => Flag::ExternalLink,
            Reference::Remote { .. } => types::remote_flag(target_kind),
            Reference::Local => types::local_flag(target_kind),
        };
        let detail = || {
            format!(
                "{kind:?} -> {:?}",
                target.chars().take(200).collect::<String>()
            )
        };
        self.watch.observe(flag, reference.host(), detail);
    }

    fn inside(&mut self, kind: &str, target_kind: &TargetKind, key: String) {
        if let Some(flag) = types::inside_flag(target_kind) {
            self.watch.observe(flag, "", || format!("{key:?}"));
        }
        // Only what exists is kept, so that the archive bounds the sets.
        if self.archive.find(&key).is_none() {
            return;
        }
        if self.relations.leftovers.include_name(&key) {
            self.relations.leftovers.note_use(key);
        } else if *target_kind == TargetKind::Chunk {
            self.relations.chunks.insert(key);
        } else if types::is_text(kind) {
            self.relations.texts.insert(key);
        }
    }
}

fn invalid(detail: &str) -> Stop {
    Stop::reject(Reason::OpcInvalid, detail)
}
