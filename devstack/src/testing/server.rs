//! One MongoDB for all tests of a process.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use std::{fs, io, thread};

use super::cleanup::CleanupProcess;
use crate::environment;
use crate::mongod::{self, Mongod, MongodOptions, free_port};
use crate::process::Signal;
use crate::progress::Progress;

/// Another program may take a free port before mongod does.
const PORTS_TO_TRY: usize = 5;

/// Why tests have no MongoDB.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// None was given by `MONGODB_URI`, and none could be started.
    #[error("these tests need a MongoDB replica set, and none could be had: {}", chain(.0))]
    Unavailable(Arc<mongod::Error>),
}

/// The error and all its causes in one sentence.
fn chain(error: &mongod::Error) -> String {
    let mut sentence = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        sentence = format!("{sentence}: {error}");
        cause = error.source();
    }
    sentence
}

/// A running server and what removes it when this process ends.
struct Shared {
    uri: String,
    _cleanup: CleanupProcess,
}

static SHARED: OnceLock<Result<Shared, Error>> = OnceLock::new();

/// The address of the replica set for tests: `MONGODB_URI` if that is set, otherwise of one
/// server that is started for this process and vanishes with it.
///
/// # Errors
///
/// When no server can be had; the sentence says why and what to do.
pub async fn mongodb_uri() -> Result<String, Error> {
    if let Some(given) = environment::mongodb_uri() {
        return Ok(given);
    }
    let shared = tokio::task::spawn_blocking(|| SHARED.get_or_init(start_apart));
    match shared
        .await
        .expect("the start of the test server does not panic")
    {
        Ok(shared) => Ok(shared.uri.clone()),
        Err(error) => Err(error.clone()),
    }
}

/// Starts the server on a runtime of its own: that of the first test ends with that test.
fn start_apart() -> Result<Shared, Error> {
    let starting = thread::spawn(|| {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        runtime
            .map_err(io_error("start a runtime"))?
            .block_on(start())
    });
    let started = starting
        .join()
        .expect("the start of the test server does not panic");
    started.map_err(|error| Error::Unavailable(Arc::new(error)))
}

async fn start() -> Result<Shared, mongod::Error> {
    let binary = mongod::find(Progress::detect())?;
    let folder = new_folder()?;
    let mut attempts = 0;
    let server = loop {
        attempts += 1;
        match Mongod::start(&binary, &options(folder.clone())?).await {
            Err(mongod::Error::Ended { .. }) if attempts < PORTS_TO_TRY => {}
            outcome => break outcome?,
        }
    };
    let cleanup = CleanupProcess::spawn(server.process(), &folder);
    let cleanup = cleanup.map_err(io_error("start the clean-up process of the test server"))?;
    Ok(Shared {
        uri: server.uri(""),
        _cleanup: cleanup,
    })
}

fn options(folder: PathBuf) -> Result<MongodOptions, mongod::Error> {
    Ok(MongodOptions {
        data_dir: folder.join("data"),
        log: folder.join("log"),
        port: free_port().map_err(io_error("find a free port"))?,
        cache_tenths_gb: 3,
        death_signal: Signal::KILL,
        patience: Duration::from_secs(60),
        test_commands: true,
    })
}

fn new_folder() -> Result<PathBuf, mongod::Error> {
    let scratch = environment::scratch_dir();
    fs::create_dir_all(&scratch).map_err(io_error("create the folder of the test server"))?;
    let folder = tempfile::Builder::new()
        .prefix("mongod-")
        .tempdir_in(scratch);
    Ok(folder
        .map_err(io_error("create the folder of the test server"))?
        .keep())
}

fn io_error(operation: &'static str) -> impl FnOnce(io::Error) -> mongod::Error {
    move |source| mongod::Error::Io {
        operation: operation.into(),
        source,
    }
}
