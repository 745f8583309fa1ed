//! Builds the project's programs with cargo, in the profile this program was built in; those of another
//! checkout as well.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::{env, io};

use serde::Deserialize;

use crate::environment;

/// Which of cargo's profiles to build in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    /// Quick to build.
    Debug,
    /// Quick to run.
    Release,
}

impl Profile {
    /// The profile of the running program.
    #[must_use]
    pub fn own() -> Self {
        if cfg!(debug_assertions) {
            Self::Debug
        } else {
            Self::Release
        }
    }
}

/// Why there are no programs to run.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// Cargo could not be run.
    #[error("could not run cargo")]
    Cargo(#[source] io::Error),
    /// The code does not compile; the compiler has said why.
    #[error("the build failed; what the compiler says stands above")]
    Failed,
    /// Cargo built no such program.
    #[error("the package {0} has no such program")]
    Missing(&'static str),
}

/// A program and the package it lies in.
#[derive(Debug, Clone, Copy)]
pub struct Program {
    /// Its package.
    pub package: &'static str,
    /// Its name.
    pub name: &'static str,
}

/// What is built, and where the result goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Workspace {
    /// The checkout.
    pub folder: PathBuf,
    /// The build directory; cargo's own choice if not said.
    pub target: Option<PathBuf>,
}

impl Workspace {
    /// The checkout that the running program was built from.
    #[must_use]
    pub fn own() -> Self {
        Self {
            folder: environment::checkout(),
            target: None,
        }
    }
}

#[derive(Deserialize)]
struct Artifact {
    reason: String,
    target: Option<Target>,
    executable: Option<PathBuf>,
}

#[derive(Deserialize)]
struct Target {
    name: String,
    kind: Vec<String>,
}

/// Builds programs of `workspace`, showing cargo's own progress, and returns where they are.
///
/// # Errors
///
/// When cargo cannot be run or the code does not compile.
pub fn build<const N: usize>(
    workspace: &Workspace,
    programs: [Program; N],
    profile: Profile,
) -> Result<[PathBuf; N], BuildError> {
    let mut cargo = command(workspace, &programs, profile)
        .spawn()
        .map_err(BuildError::Cargo)?;
    let output = cargo.stdout.take().expect("its output is piped");
    let built: Vec<(String, PathBuf)> = BufReader::new(output)
        .lines()
        .map_while(Result::ok)
        .filter_map(|line| built_program(&line))
        .collect();
    if !cargo.wait().map_err(BuildError::Cargo)?.success() {
        return Err(BuildError::Failed);
    }
    let path_of = |program: &Program| {
        let found = built.iter().find(|(name, _)| name == program.name);
        found
            .map(|(_, path)| path.clone())
            .ok_or(BuildError::Missing(program.package))
    };
    let paths: Vec<PathBuf> = programs.iter().map(path_of).collect::<Result<_, _>>()?;
    Ok(paths.try_into().expect("every program has one path"))
}

fn command(workspace: &Workspace, programs: &[Program], profile: Profile) -> Command {
    let mut cargo = Command::new(environment::variable("CARGO").unwrap_or_else(|| "cargo".into()));
    if let Some(target) = &workspace.target {
        cargo.env("CARGO_TARGET_DIR", target);
    }
    cargo.current_dir(&workspace.folder).args([
        "build",
        "--message-format",
        "json-render-diagnostics",
    ]);
    // Without their packages: then their dependencies have the features that the whole workspace needs of them, and
    // are those that tests were built with.
    for program in programs {
        cargo.args(["--bin", program.name]);
    }
    if profile == Profile::Release {
        cargo.arg("--release");
    }
    // What cargo set for this program would make it build the others anew.
    for (name, _) in env::vars_os() {
        let name = name.to_string_lossy();
        if name.starts_with("CARGO_PKG_")
            || name.starts_with("CARGO_MANIFEST_")
            || name.starts_with("CARGO_BIN_")
        {
            cargo.env_remove(name.as_ref());
        }
    }
    cargo.stdin(Stdio::null()).stdout(Stdio::piped());
    cargo
}

fn built_program(line: &str) -> Option<(String, PathBuf)> {
    let artifact: Artifact = serde_json::from_str(line).ok()?;
    let target = artifact
        .target
        .filter(|target| target.kind.iter().any(|kind| kind == "bin"))?;
    (artifact.reason == "compiler-artifact").then_some((target.name, artifact.executable?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_programs_are_taken_from_what_cargo_says() {
        let program = r#"{"reason":"compiler-artifact","target":{"name":"x","kind":["bin"]},"executable":"/t/x"}"#;
        let library = r#"{"reason":"compiler-artifact","target":{"name":"x","kind":["lib"]},"executable":null}"#;
        assert_eq!(built_program(program), Some(("x".into(), "/t/x".into())));
        assert_eq!(built_program(library), None);
        assert_eq!(built_program("   Compiling x v0.1.0"), None);
    }
}
