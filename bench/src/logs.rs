//! The logs of processes.

use std::path::Path;

use anyhow::Context;

/// Copies the logs in one folder to another.
///
/// # Errors
///
/// When a file cannot be read or written.
pub fn keep_logs(from: &Path, to: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let path = entry?.path();
        if path.extension().is_some_and(|it| it == "log")
            && let Some(name) = path.file_name()
        {
            let copied = std::fs::copy(&path, to.join(name));
            copied.with_context(|| format!("keep {}", path.display()))?;
        }
    }
    Ok(())
}
