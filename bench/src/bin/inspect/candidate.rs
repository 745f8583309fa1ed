//! Those that are compared.

use std::io::Write;
use std::process::{Command, Stdio};

use dossier_worker::document::{Cancel, Limits, Policy, inspect};

use crate::corpus::Sample;

/// Somebody with an opinion on a file: its kind when it takes it for one of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Candidate {
    /// The whole inspection.
    Dossier,
    /// The beginning of the file, by `infer`.
    Infer,
    /// libmagic, by `file --mime-type`.
    Libmagic,
}

impl Candidate {
    /// Those that are here.
    pub(crate) fn all() -> Vec<Self> {
        let probe = Command::new("file").arg("--version").output();
        let mut all = vec![Self::Dossier, Self::Infer];
        match probe {
            Ok(output) if output.status.success() => all.push(Self::Libmagic),
            _ => anstream::eprintln!("left out: libmagic (no `file` on PATH)"),
        }
        all
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Dossier => "dossier",
            Self::Infer => "infer alone",
            Self::Libmagic => "libmagic",
        }
    }

    /// What it says of every sample.
    pub(crate) fn opinions(self, samples: &[Sample]) -> Vec<Option<String>> {
        match self {
            Self::Dossier => samples.iter().map(by_inspection).collect(),
            Self::Infer => samples.iter().map(by_infer).collect(),
            Self::Libmagic => by_libmagic(samples),
        }
    }
}

fn by_inspection(sample: &Sample) -> Option<String> {
    let mut source = sample.bytes.as_slice();
    let (limits, policy) = (Limits::default(), Policy::standard());
    let verdict = inspect(&mut source, &limits, &policy, &Cancel::new()).ok()?;
    verdict.kind().map(|kind| kind.as_str().to_owned())
}

fn by_infer(sample: &Sample) -> Option<String> {
    let head = &sample.bytes[..sample.bytes.len().min(8192)];
    let kind = infer::get(head)?;
    of_ours(kind.extension())
}

fn by_libmagic(samples: &[Sample]) -> Vec<Option<String>> {
    let mut child = Command::new("file")
        .args(["--brief", "--mime-type", "--files-from", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("`file` was here a moment ago");
    let mut stdin = child.stdin.take().expect("stdin is piped");
    let names: Vec<String> = samples
        .iter()
        .map(|sample| sample.path.display().to_string())
        .collect();
    let writer = std::thread::spawn(move || stdin.write_all((names.join("\n") + "\n").as_bytes()));
    let output = child.wait_with_output().expect("`file` ends");
    let _ = writer.join();
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .map(|mime| match mime.rsplit('.').next() {
            Some("document") => of_ours("docx"),
            Some("presentation") => of_ours("pptx"),
            Some("sheet") => of_ours("xlsx"),
            _ => None,
        })
        .collect()
}

fn of_ours(extension: &str) -> Option<String> {
    matches!(extension, "docx" | "pptx" | "xlsx").then(|| extension.to_owned())
}
