//! Whether verdicts can be sent to the server at all.

use mongodb::bson::doc;

use super::ack::removes;
use crate::compat::encoded_bytes;
use crate::config::Config;
use crate::error::Error;
use crate::model::field as f;
use crate::settlement::{Settlement, Verdict};

/// How long one command may become when it has several statements; the server takes 16 MiB.
const MAX_COMMAND_BYTES: usize = 8 * 1024 * 1024;

/// How long a document may become at all.
const MAX_DOCUMENT_BYTES: usize = 16 * 1024 * 1024;

/// Whether the verdicts of `settlements` have a BSON form and fit into one command. The server
/// closes the connection on a command that is too long, which looks like a passing failure.
pub(crate) fn check(settlements: &[Settlement], config: &Config) -> Result<(), Error> {
    let mut bytes = 0;
    for settlement in settlements {
        bytes += settlement.lease.id.len();
        bytes += match &settlement.verdict {
            verdict if removes(verdict, config) => 0,
            Verdict::Done {
                result: Some(result),
            } => {
                let document = doc! { f::RESULT: result.clone() };
                encoded_bytes(&document).map_err(|error| Error::Codec(error.into()))?
            }
            // The text stands with the job and in its history.
            verdict => verdict.reason().map_or(0, |error| 2 * error.len()),
        };
    }
    let limit = match settlements {
        [_] => MAX_DOCUMENT_BYTES,
        _ => MAX_COMMAND_BYTES,
    };
    if bytes <= limit {
        return Ok(());
    }
    Err(Error::Codec(
        format!("{bytes} bytes are over the limit of {limit}").into(),
    ))
}
