//! What was measured, round by round.

use std::collections::BTreeMap;

use dossier_bench::median;
use serde_json::{Value, json};

use crate::contender::Contender;

/// Figures by contender and key, one a round; and what failed.
#[derive(Default)]
pub(crate) struct Figures {
    rounds: BTreeMap<(Contender, String), Vec<f64>>,
    failures: Vec<String>,
}

impl Figures {
    pub(crate) fn add(&mut self, contender: Contender, key: &str, figure: f64) {
        let of_key = self.rounds.entry((contender, key.to_owned()));
        of_key.or_default().push(figure);
    }

    /// Remembers that a measurement failed, and goes on.
    pub(crate) fn failed(&mut self, contender: Contender, what: &str, error: &anyhow::Error) {
        let sentence = format!("{}, {what}: {error:#}", contender.name());
        anstream::eprintln!("failed: {sentence}");
        self.failures.push(sentence);
    }

    pub(crate) fn failures(&self) -> &[String] {
        &self.failures
    }

    /// The median over the rounds.
    pub(crate) fn median(&self, contender: Contender, key: &str) -> Option<f64> {
        let rounds = self.rounds.get(&(contender, key.to_owned()))?;
        Some(median(rounds))
    }

    /// The median for people, or a dash.
    pub(crate) fn cell(&self, contender: Contender, key: &str, decimals: usize) -> String {
        match self.median(contender, key) {
            Some(figure) => format!("{figure:.decimals$}"),
            None => "–".to_owned(),
        }
    }

    /// Every round of everything.
    pub(crate) fn all(&self) -> Value {
        let mut all = json!({});
        for ((contender, key), rounds) in &self.rounds {
            all[contender.name()][key] = json!(rounds);
        }
        all
    }
}
