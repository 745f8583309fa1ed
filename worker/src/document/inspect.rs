//! The inspection from the first byte to the verdict.

use super::cancel::Cancel;
use super::error::InspectError;
use super::facts::Facts;
use super::gate::{self, Family};
use super::kind::Kind;
use super::limits::Limits;
use super::policy::Policy;
use super::reason::Reason;
use super::source::Source;
use super::steps::Steps;
use super::stop::Stop;
use super::verdict::{Accepted, Rejected, Verdict};
use super::window::Window;
use super::{compound, stages};

/// Inspects one file.
///
/// The verdict depends on the bytes, the limits and the policy alone, and several findings give the same
/// verdict whatever their order in the file.
///
/// # Errors
///
/// [`InspectError`] when the bytes could not be read or `cancel` was set. A hostile file is never an error.
pub fn inspect(
    source: &mut dyn Source,
    limits: &Limits,
    policy: &Policy,
    cancel: &Cancel,
) -> Result<Verdict, InspectError> {
    let mut facts = Facts::default();
    let steps = Steps::new(limits.steps);
    let mut window = Window::new(source, cancel, &steps);
    let found = verdict(&mut window, limits, policy, &mut facts);
    facts.steps = steps.used();
    match found {
        Ok(kind) => Ok(Verdict::Accepted(Accepted { kind, facts })),
        Err(Stop::Fail(error)) => Err(error),
        Err(Stop::Reject(finding)) => Ok(Verdict::Rejected(Rejected {
            reason: finding.reason,
            detail: finding.detail,
            part: finding.part,
            facts,
        })),
    }
}

/// The gate, then the inspection of the family found.
fn verdict(
    window: &mut Window<'_>,
    limits: &Limits,
    policy: &Policy,
    facts: &mut Facts,
) -> Result<Kind, Stop> {
    let size = window.size();
    if size == 0 {
        return Err(Stop::reject(Reason::EmptyFile, "0 bytes"));
    }
    if size > limits.file_bytes {
        return Err(Stop::reject(
            Reason::FileTooLarge {
                limit: limits.file_bytes,
            },
            format!("{size} bytes"),
        ));
    }
    let family = gate::family(window.at_most(0, gate::HEAD_BYTES)?);
    match family {
        Family::Archive => stages::inspect(window, limits, policy, facts),
        Family::Compound => Err(compound::inspect(window)?),
        Family::Other(detected) => Err(Stop::reject(
            Reason::NotOffice {
                detected: detected.to_owned(),
            },
            "by its first bytes",
        )),
    }
}
