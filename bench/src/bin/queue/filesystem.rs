//! On what the servers keep their data.

use std::path::Path;

/// The kind of file system that `path` lies on, such as `ext4`; "durable" means nothing on a
/// `tmpfs`.
pub(crate) fn kind_of(path: &Path) -> String {
    let mounts = std::fs::read_to_string("/proc/mounts").unwrap_or_default();
    let fields = mounts.lines().filter_map(|line| {
        let mut fields = line.split(' ').skip(1);
        Some((fields.next()?, fields.next()?))
    });
    let holding = fields.filter(|(place, _)| path.starts_with(place));
    let deepest = holding.max_by_key(|(place, _)| place.len());
    deepest.map_or("unknown", |(_, kind)| kind).to_owned()
}
