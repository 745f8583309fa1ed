//! Room on the disk. Programs that have none fail in many ways, of which few name the reason.

use std::io;
use std::path::Path;

/// With less than this nothing works: the kernel keeps some, and writes fail in turns.
const NOTHING: u64 = 1024 * 1024;

/// Whether a file operation failed because the disk, or this user's share of it, is full.
pub(crate) fn is_full(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded
    )
}

/// Whether nothing more can be written where `folder` lies.
pub(crate) fn is_exhausted(folder: &Path) -> bool {
    free_bytes(folder).is_some_and(|free| free < NOTHING)
}

/// How many bytes this user may still write where `folder` lies; `None` where the file system does
/// not say.
pub(crate) fn free_bytes(folder: &Path) -> Option<u64> {
    let room = rustix::fs::statvfs(folder).ok()?;
    (room.f_blocks > 0).then(|| room.f_bavail.saturating_mul(room.f_frsize))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_can_be_written_to_has_room() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("file"), "text").expect("there is room");
        assert!(!is_exhausted(folder.path()));
        assert!(free_bytes(folder.path()) > Some(NOTHING));
    }

    #[test]
    fn what_does_not_say_how_much_room_it_has_is_not_taken_for_full() {
        assert_eq!(free_bytes(Path::new("/nowhere/at/all")), None);
        assert!(!is_exhausted(Path::new("/nowhere/at/all")));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_error_of_a_full_disk_is_told_from_others() {
        let full = std::fs::write("/dev/full", "text").expect_err("it has no room");
        assert!(is_full(&full));
        let absent = std::fs::read("/nowhere/at/all").expect_err("it is not there");
        assert!(!is_full(&absent));
    }
}
