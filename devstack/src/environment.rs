//! The one place that reads environment variables and the places derived from them.

use std::path::{Path, PathBuf};

/// Reads a variable; an empty value counts as unset.
#[must_use]
#[allow(
    clippy::disallowed_methods,
    reason = "the one reader of the environment in this crate"
)]
pub fn variable(name: &str) -> Option<String> {
    std::env::var(name)
        .ok()
        .filter(|value| !value.trim().is_empty())
}

/// The MongoDB the caller brought along, if any.
#[must_use]
pub fn mongodb_uri() -> Option<String> {
    variable("MONGODB_URI")
}

/// The checkout this program was built from.
#[must_use]
pub fn checkout() -> PathBuf {
    let built_from = Path::new(env!("CARGO_MANIFEST_DIR"));
    let moved_to = variable("CARGO_MANIFEST_DIR").map(PathBuf::from);
    let member = if built_from.is_dir() {
        built_from
    } else {
        moved_to.as_deref().unwrap_or(built_from)
    };
    member.parent().unwrap_or(member).to_path_buf()
}

/// Where the state of this checkout's stack lives: `DOSSIER_STATE_DIR` or `.dossier`. Paths need not
/// be text.
#[must_use]
#[allow(
    clippy::disallowed_methods,
    reason = "one of the readers of the environment in this crate"
)]
pub fn state_dir() -> PathBuf {
    let named = std::env::var_os("DOSSIER_STATE_DIR").filter(|name| !name.is_empty());
    named.map_or_else(|| checkout().join(".dossier"), PathBuf::from)
}

/// The user's cache for downloads that outlive a checkout.
#[must_use]
pub fn cache_dir() -> PathBuf {
    let base = variable("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .or_else(|| std::env::home_dir().map(|home| home.join(".cache")))
        .unwrap_or_else(std::env::temp_dir);
    base.join("dossier")
}

/// A place for data that may vanish at any time: `tmp` in the build directory of the
/// running program, or the system's.
#[must_use]
pub fn scratch_dir() -> PathBuf {
    let program = std::env::current_exe().unwrap_or_default();
    program
        .ancestors()
        .find(|place| place.join("CACHEDIR.TAG").is_file())
        .map_or_else(std::env::temp_dir, |target| target.join("tmp"))
}
