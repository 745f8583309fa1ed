//! What was measured, round by round.

use std::collections::BTreeMap;

use dossier_bench::median;
use serde_json::{Value, json};

use crate::candidate::Candidate;

/// Figures by candidate and key, one a round; and what failed.
#[derive(Default)]
pub(crate) struct Figures {
    rounds: BTreeMap<(Candidate, String), Vec<f64>>,
    failures: Vec<String>,
}

impl Figures {
    pub(crate) fn add(&mut self, candidate: Candidate, key: &str, figure: f64) {
        let of_key = self.rounds.entry((candidate, key.to_owned()));
        of_key.or_default().push(figure);
    }

    /// Remembers that a measurement failed, and goes on.
    pub(crate) fn failed(&mut self, candidate: Candidate, what: &str, error: &anyhow::Error) {
        let sentence = format!("{}, {what}: {error:#}", candidate.name());
        anstream::eprintln!("failed: {sentence}");
        self.failures.push(sentence);
    }

    pub(crate) fn failures(&self) -> &[String] {
        &self.failures
    }

    /// The median over the rounds.
    pub(crate) fn median(&self, candidate: Candidate, key: &str) -> Option<f64> {
        let rounds = self.rounds.get(&(candidate, key.to_owned()))?;
        Some(median(rounds))
    }

    /// The median for people, or a dash.
    pub(crate) fn cell(&self, candidate: Candidate, key: &str, decimals: usize) -> String {
        match self.median(candidate, key) {
            Some(figure) => format!("{figure:.decimals$}"),
            None => "–".to_owned(),
        }
    }

    /// Every round of everything.
    pub(crate) fn all(&self) -> Value {
        let mut all = json!({});
        for ((candidate, key), rounds) in &self.rounds {
            all[candidate.name()][key] = json!(rounds);
        }
        all
    }
}
