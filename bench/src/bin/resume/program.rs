//! Programs that download and resume.

use std::path::Path;
use std::process::Stdio;

use tokio::process::Command;

/// A program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Program {
    Curl,
    Wget,
    Aria2c,
}

impl Program {
    pub(crate) const ALL: [Self; 3] = [Self::Curl, Self::Wget, Self::Aria2c];

    /// As it is called.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Curl => "curl",
            Self::Wget => "wget",
            Self::Aria2c => "aria2c",
        }
    }

    /// Whether it is in PATH.
    pub(crate) async fn is_there(self) -> bool {
        let mut version = Command::new(self.name());
        version.arg("--version").kill_on_drop(true);
        let version = version.stdout(Stdio::null()).stderr(Stdio::null());
        version.status().await.is_ok_and(|status| status.success())
    }

    /// Downloads `url` to `file`, or goes on with what is there, and ends with the first connection that breaks.
    pub(crate) fn download(self, url: &str, bearer: &str, file: &Path) -> Command {
        let header = format!("Authorization: Bearer {bearer}");
        let mut command = Command::new(self.name());
        match self {
            Self::Curl => command
                .args(["--silent", "--fail", "--continue-at", "-"])
                .args(["--header", &header, "--output"])
                .arg(file),
            Self::Wget => command
                .args(["--quiet", "--continue", "--tries=1", "--header", &header])
                .arg("--output-document")
                .arg(file),
            Self::Aria2c => command
                .args(["--quiet", "--continue=true", "--max-tries=1", "--split=4"])
                .args(["--max-connection-per-server=4", "--min-split-size=1M"])
                .args(["--allow-overwrite=true", "--auto-file-renaming=false"])
                .args(["--no-conf", "--header", &header, "--dir"])
                .arg(file.parent().unwrap_or(file))
                .arg("--out")
                .arg(file.file_name().unwrap_or_default()),
        };
        command
            .arg(url)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true);
        command
    }

    /// Whether it ended with this because the server refused, so that another attempt is of no use.
    pub(crate) fn is_refused(self, code: i32) -> bool {
        match self {
            Self::Curl => code == 22,
            Self::Wget => code == 8,
            Self::Aria2c => matches!(code, 3 | 22 | 24),
        }
    }
}
