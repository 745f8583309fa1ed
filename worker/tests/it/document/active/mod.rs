//! What could load or run something: fields, formulas, connections, merged parts, programs.

mod formulas;
mod merged;
mod programs;
mod targets;

use dossier_worker::document::{Policy, Verdict};

use crate::document::{code, verdict, verdict_by};

fn flags(verdict: &Verdict) -> Vec<&'static str> {
    verdict
        .facts()
        .flags
        .iter()
        .map(|flag| flag.as_str())
        .collect()
}

/// Flagged by the standard policy, and refused with that code by the strict one.
fn assert_flagged(bytes: &[u8], kind: &str, flag: &str, strict: &str) {
    let found = verdict(bytes);
    assert_eq!(code(&found), kind, "{found:?}");
    assert!(flags(&found).contains(&flag), "{found:?}");
    assert_eq!(code(&verdict_by(bytes, &Policy::strict())), strict);
}
