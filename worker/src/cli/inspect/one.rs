//! Inspecting one file.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use dossier_common::telemetry::explain;
use tokio::task::spawn_blocking;

use super::input;
use super::line::Line;
use crate::document::{Cancel, InspectError, Limits, Policy, Source, inspect};
use crate::inspection::compare_extension;

/// How long one file may take once it is open. A pipe may be written to for as long as it takes.
const TIME_LIMIT: Duration = Duration::from_secs(30);

/// Inspects the file at `path`, off the async threads.
pub(super) async fn inspect_in_time(path: PathBuf, recursive: bool, policy: Policy) -> Line {
    let failed = || Line::failed(&path, "INTERNAL", "the inspector failed".to_owned());
    let opening = spawn_blocking({
        let path = path.clone();
        move || input::open(&path, recursive, &Limits::default())
    });
    let source = match opening.await {
        Ok(Ok(source)) => source,
        Ok(Err(error)) => return failure(&path, &InspectError::Io(error)),
        Err(_) => return failed(),
    };
    let cancel = Cancel::new();
    let mut work = spawn_blocking({
        let (path, cancel) = (path.clone(), cancel.clone());
        move || inspect_source(&path, source, &policy, &cancel)
    });
    let finished = tokio::select! {
        finished = &mut work => finished,
        () = tokio::time::sleep(TIME_LIMIT) => {
            cancel.cancel();
            work.await
        }
    };
    finished.unwrap_or_else(|_| failed())
}

fn inspect_source(
    path: &Path,
    mut source: Box<dyn Source + Send>,
    policy: &Policy,
    cancel: &Cancel,
) -> Line {
    let started = Instant::now();
    let verdict = match inspect(&mut *source, &Limits::default(), policy, cancel) {
        Ok(verdict) => compare_extension(verdict, &path.to_string_lossy(), policy),
        Err(error) => return failure(path, &error),
    };
    let micros = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
    Line::inspected(path, &verdict, micros)
}

fn failure(path: &Path, error: &InspectError) -> Line {
    Line::failed(path, error.code(), explain(error))
}
