//! The stages of an archive: container, package, content.

use super::archive::Archive;
use super::facts::Facts;
use super::flag::Flag;
use super::kind::Kind;
use super::limits::Limits;
use super::policy::Policy;
use super::reader::PartReader;
use super::stop::Stop;
use super::watch::Watch;
use super::window::Window;
use super::{content, package};

/// Inspects an archive.
pub(super) fn inspect(
    window: &mut Window<'_>,
    limits: &Limits,
    policy: &Policy,
    facts: &mut Facts,
) -> Result<Kind, Stop> {
    let archive = Archive::open(window, limits)?;
    facts.entries = archive.entries().len() as u64;
    facts.inflated_bytes = archive.inflated_bytes();
    let mut reader = PartReader::new(window, limits);
    let types_entry = package::types_entry(&archive, &mut reader)?;

    let mut watch = Watch::new(policy, facts);
    if archive.has_trailing_data() {
        watch.observe(Flag::TrailingData, "", || {
            "bytes after the archive".to_owned()
        });
    }
    let package = package::read(&mut reader, &archive, types_entry, &mut watch)?;
    let kind = package.main.kind;
    content::inspect(&mut reader, &archive, &package, watch)?;
    Ok(kind)
}
