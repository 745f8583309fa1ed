//! Waiting for the primary of a replica set.

use std::time::Duration;

use mongodb::error::ErrorKind;
use mongodb::options::ClientOptions;
use tokio::time::{Instant, sleep};

use crate::ServerError;
use crate::diagnosis::diagnose;
use crate::hello::{ask, ensure_replicated};

/// How long a start waits for a primary: as long as a usual election.
const START_LIMIT: Duration = Duration::from_secs(10);

/// How long one attempt may take.
const ATTEMPT_LIMIT: Duration = Duration::from_secs(2);

/// The pause between two attempts.
const PAUSE: Duration = Duration::from_millis(200);

/// For the start of a program: waits up to about ten seconds for a primary, whatever the options say
/// of time limits, and says what is wrong with the servers if there is none, or if they are no replica
/// set.
///
/// # Errors
///
/// [`ServerError`], whose text says what to do.
pub async fn wait_for_primary(options: &ClientOptions) -> Result<(), ServerError> {
    let deadline = Instant::now() + START_LIMIT;
    loop {
        let error = match ask(options.clone(), ATTEMPT_LIMIT).await {
            Ok(hello) => return ensure_replicated(&hello),
            Err(error) if is_final(&error) => return Err(error.into()),
            Err(error) => error,
        };
        let is_late = Instant::now() >= deadline;
        match diagnose(options).await {
            Some(reason) if is_late || reason.is_permanent() => return Err(reason),
            None if is_late => return Err(error.into()),
            _ => sleep(PAUSE).await,
        }
    }
}

/// Whether asking again does not help: the server refused, or the options cannot be used.
fn is_final(error: &mongodb::error::Error) -> bool {
    matches!(
        *error.kind,
        ErrorKind::Authentication { .. }
            | ErrorKind::Command(_)
            | ErrorKind::InvalidArgument { .. }
            | ErrorKind::InvalidTlsConfig { .. }
    )
}
