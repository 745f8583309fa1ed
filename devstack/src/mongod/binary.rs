//! A mongod on disk: does it run here, and how old is it?

use std::path::{Path, PathBuf};
use std::process::Command;

use serde::{Deserialize, Serialize};

use super::error::Error;

/// The oldest major version the project runs on.
pub const MINIMUM_MAJOR: u32 = 6;

/// A server that was seen to run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MongodBinary {
    /// Where it is.
    pub path: PathBuf,
    /// What it calls itself, such as `6.0.5`.
    pub version: String,
}

impl MongodBinary {
    /// Asks the program at `path` for its version.
    ///
    /// # Errors
    ///
    /// When it does not run, naming the library it misses and the package that brings it.
    pub fn probe(path: &Path) -> Result<Self, Error> {
        let broken = |reason: String| Error::Broken {
            binary: path.to_path_buf(),
            reason,
        };
        let output = Command::new(path)
            .arg("--version")
            .output()
            .map_err(|error| {
                broken(format!("{error} (it needs glibc, which musl systems lack)"))
            })?;
        let complaint = String::from_utf8_lossy(&output.stderr);
        if let Some((library, remedy)) = missing_library(&complaint) {
            return Err(Error::MissingLibrary {
                binary: path.to_path_buf(),
                library,
                remedy,
            });
        }
        let version = parse_version(&String::from_utf8_lossy(&output.stdout)).ok_or_else(|| {
            broken(format!(
                "`--version` gave {}: {}",
                output.status,
                complaint.trim()
            ))
        })?;
        Ok(Self {
            path: path.to_path_buf(),
            version,
        })
    }

    /// Whether the project runs on it.
    #[must_use]
    pub fn is_new_enough(&self) -> bool {
        let major = self
            .version
            .split('.')
            .next()
            .and_then(|major| major.parse::<u32>().ok());
        major.is_some_and(|major| major >= MINIMUM_MAJOR)
    }
}

fn parse_version(output: &str) -> Option<String> {
    output
        .lines()
        .find_map(|line| line.strip_prefix("db version v"))
        .map(|version| version.trim().to_owned())
}

/// Reads the dynamic loader's complaint; returns the library and what to do.
fn missing_library(complaint: &str) -> Option<(String, String)> {
    if let Some((_, rest)) = complaint.split_once("error while loading shared libraries: ") {
        let library = rest.split(':').next().unwrap_or(rest).trim().to_owned();
        let remedy = match library.split(".so").next() {
            Some("libssl" | "libcrypto") => "install OpenSSL 3 (Debian: `apt-get install libssl3`)",
            Some("libcurl") => "install libcurl 4 (Debian: `apt-get install libcurl4`)",
            _ => "install the package of your system that contains it",
        };
        return Some((library, remedy.to_owned()));
    }
    let symbol = complaint
        .split("version `GLIBC_")
        .nth(1)?
        .split('\'')
        .next()?;
    let remedy = "use a newer system, or set MONGODB_URI to a replica set".to_owned();
    Some((format!("glibc {symbol}"), remedy))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_read_from_the_first_line() {
        let output = "db version v6.0.5\nBuild Info: {\n";
        assert_eq!(parse_version(output).as_deref(), Some("6.0.5"));
    }

    #[test]
    fn five_is_too_old_and_ten_is_not() {
        let with = |version: &str| MongodBinary {
            path: PathBuf::new(),
            version: version.into(),
        };
        assert!(!with("5.0.31").is_new_enough());
        assert!(with("6.0.0").is_new_enough());
        assert!(with("10.1.0").is_new_enough());
    }

    #[test]
    fn a_missing_library_is_named_with_the_package_that_brings_it() {
        let complaint = "mongod: error while loading shared libraries: libcurl.so.4: cannot open shared object file: No such file";
        let (library, remedy) = missing_library(complaint).expect("the loader complained");
        assert_eq!(library, "libcurl.so.4");
        assert!(remedy.contains("apt-get install libcurl4"), "{remedy}");
    }

    #[test]
    fn an_old_glibc_is_named() {
        let complaint =
            "mongod: /lib/libc.so.6: version `GLIBC_2.34' not found (required by mongod)";
        assert_eq!(
            missing_library(complaint).expect("the loader complained").0,
            "glibc 2.34"
        );
    }
}
