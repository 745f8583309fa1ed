//! Whether this process can write to a directory.

use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::process;

/// Makes a file in `directory` and removes it: permissions alone do not tell of volumes that are mounted read-only.
///
/// # Errors
///
/// What goes wrong, with what to do.
pub(super) fn check(directory: &Path) -> io::Result<()> {
    let probe = directory.join(format!(".writable-{}", process::id()));
    let tried = File::create(&probe).and_then(|_| fs::remove_file(&probe));
    tried.map_err(|error| {
        let place = directory.display();
        let advice = "give the directory to the user that the program runs as";
        io::Error::new(
            error.kind(),
            format!("{place} cannot be written to: {error}; {advice}"),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_is_left_as_it_was_and_what_is_none_is_named() {
        let place = std::env::temp_dir().join(format!("dossier-writable-{}", process::id()));
        fs::create_dir(&place).expect("it is made");
        check(&place).expect("it can be written to");
        assert_eq!(fs::read_dir(&place).expect("readable").count(), 0);
        fs::remove_dir(&place).expect("it is empty");
        let error = check(&place).expect_err("it is gone").to_string();
        assert!(error.contains("cannot be written to"), "{error}");
    }
}
