//! The document inspector, from the outside: real files, made files, and arbitrary bytes.

mod active;
mod archive;
pub(crate) mod builder;
mod compound;
mod content;
mod corpus;
mod cost;
mod differentials;
mod edges;
mod entries;
mod fixtures;
mod genuine;
mod hidden;
mod package;
mod policy;
mod properties;
mod readers;
mod reasons;
mod source;
mod xml;

use dossier_worker::document::{Cancel, Limits, Policy, Verdict, inspect};

/// The verdict under the standard policy.
pub(crate) fn verdict(bytes: &[u8]) -> Verdict {
    verdict_by(bytes, &Policy::standard())
}

/// The verdict under a policy.
pub(crate) fn verdict_by(bytes: &[u8], policy: &Policy) -> Verdict {
    inspect(&mut &*bytes, &Limits::default(), policy, &Cancel::new())
        .expect("bytes in memory can be read")
}

/// The code of a rejection, or the kind of an accepted document.
pub(crate) fn code(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Accepted(accepted) => accepted.kind.as_str(),
        Verdict::Rejected(rejected) => rejected.reason.code(),
    }
}

/// A verdict as the snapshots show it.
pub(crate) fn describe(verdict: &Verdict) -> String {
    let facts = verdict.facts();
    let flags: Vec<&str> = facts.flags.iter().map(|flag| flag.as_str()).collect();
    let outcome = match verdict {
        Verdict::Accepted(accepted) => format!("accepted: {}", accepted.kind),
        Verdict::Rejected(rejected) => format!(
            "rejected: {}\ndetail: {}",
            rejected.reason.code(),
            rejected.detail
        ),
    };
    format!(
        "{outcome}\nflags: {}\nparts: {} of {} entries",
        flags.join(", "),
        facts.parts,
        facts.entries
    )
}

/// Compares the verdict on a file with the one on record for this test.
macro_rules! assert_verdict {
    ($bytes:expr) => {
        insta::assert_snapshot!(crate::document::describe(&crate::document::verdict(
            &$bytes
        )))
    };
    ($bytes:expr, $policy:expr) => {
        insta::assert_snapshot!(crate::document::describe(&crate::document::verdict_by(
            &$bytes, &$policy
        )))
    };
}
pub(crate) use assert_verdict;
