//! The stages of an archive: container, package, content.

use super::archive::Archive;
use super::facts::Facts;
use super::limits::Limits;
use super::policy::Policy;
use super::reader::PartReader;
use super::stop::Stop;
use super::verdict::{Accepted, Verdict};
use super::watch::Watch;
use super::window::Window;
use super::{content, package};

/// Inspects an archive.
pub(super) fn inspect(
    window: &mut Window<'_>,
    limits: &Limits,
    policy: &Policy,
    facts: &mut Facts,
) -> Result<Verdict, Stop> {
    let archive = Archive::open(window, limits)?;
    facts.entries = archive.entries().len() as u64;
    facts.inflated_bytes = archive.inflated_bytes();
    let mut reader = PartReader::new(window, limits);
    let types_entry = package::types_entry(&archive, &mut reader)?;
    archive.check_budget(limits)?;

    let mut watch = Watch::new(policy, facts);
    let package = package::read(&mut reader, &archive, types_entry, &mut watch)?;
    let kind = package.main.kind;
    content::inspect(&mut reader, &archive, &package, watch)?;
    Ok(Verdict::Accepted(Accepted {
        kind,
        facts: std::mem::take(facts),
    }))
}
