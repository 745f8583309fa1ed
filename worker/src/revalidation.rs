//! What newer rules make of a document that has a verdict: a pure decision.

use dossier_common::file::{FileState, Inspection};
use dossier_common::revalidation::RevalidationOutcome;

/// What `inspection` makes of a document in `state`.
pub fn outcome(state: FileState, inspection: &Inspection) -> RevalidationOutcome {
    match (state, &inspection.outcome) {
        (FileState::Available, Err(_)) => RevalidationOutcome::Rejected,
        (FileState::Rejected, Ok(_)) => RevalidationOutcome::Acceptable,
        _ => RevalidationOutcome::Unchanged,
    }
}
