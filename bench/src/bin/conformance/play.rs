//! Runs the cases against a subject, and makes rows of the outcomes.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use apalis_mongodb::testing::{Outcome, Subject, all};

use crate::server::Server;

/// Longer reasons are cut.
const REASON: usize = 140;

/// Which cases are run, in which order, and what they are about.
pub(crate) struct Plan {
    wanted: Vec<String>,
}

/// What one backend did.
pub(crate) struct Column {
    backend: &'static str,
    store: String,
    cases: Vec<(&'static str, Option<u8>)>,
    outcomes: BTreeMap<&'static str, Outcome>,
}

impl Column {
    pub(crate) fn backend(&self) -> &str {
        self.backend
    }

    pub(crate) fn version(&self) -> Vec<String> {
        vec![self.backend.to_owned(), self.store.clone()]
    }
}

impl Plan {
    /// All cases whose names contain one of `wanted`, or all if that is empty.
    pub(crate) fn new(wanted: Vec<String>) -> Self {
        Self { wanted }
    }

    fn wants(&self, name: &str) -> bool {
        self.wanted.is_empty() || self.wanted.iter().any(|part| name.contains(part.as_str()))
    }

    /// Runs the cases one by one, then stops the server.
    pub(crate) async fn play<S: Subject>(
        &self,
        backend: &'static str,
        server: Server,
        subject: anyhow::Result<S>,
    ) -> anyhow::Result<Column> {
        let played = match subject {
            Ok(subject) => Ok(self.outcomes(backend, &Arc::new(subject)).await),
            Err(error) => Err(error),
        };
        server.stop().await;
        let (cases, outcomes) = played?;
        Ok(Column {
            backend,
            store: server.version,
            cases,
            outcomes,
        })
    }

    async fn outcomes<S: Subject>(
        &self,
        backend: &str,
        subject: &Arc<S>,
    ) -> (
        Vec<(&'static str, Option<u8>)>,
        BTreeMap<&'static str, Outcome>,
    ) {
        let mut cases = Vec::new();
        let mut outcomes = BTreeMap::new();
        for case in all::<S>() {
            if !self.wants(case.name()) {
                continue;
            }
            let start = Instant::now();
            let outcome = case.run(subject).await;
            let seconds = start.elapsed().as_secs_f64();
            anstream::eprintln!("{backend}: {} ({seconds:.1} s): {outcome}", case.name());
            cases.push((case.sentence(), case.defect()));
            outcomes.insert(case.sentence(), outcome);
        }
        (cases, outcomes)
    }

    /// A row for each case.
    pub(crate) fn rows(&self, columns: &[Column]) -> Vec<Vec<String>> {
        let cases = columns.first().map(|column| column.cases.as_slice());
        let row = |(sentence, defect): &(&'static str, Option<u8>)| {
            let defect = defect.map_or_else(String::new, |number| format!("D{number}"));
            let mut row = vec![(*sentence).to_owned(), defect];
            row.extend(
                columns
                    .iter()
                    .map(|column| cell(&column.outcomes[sentence])),
            );
            row
        };
        cases.unwrap_or_default().iter().map(row).collect()
    }
}

fn cell(outcome: &Outcome) -> String {
    let text = match outcome {
        Outcome::Unsupported(reason) => format!("– ({reason})"),
        other => other.to_string(),
    };
    let line = text.lines().collect::<Vec<_>>().join(" ").replace('|', "/");
    if line.chars().count() <= REASON {
        return line;
    }
    line.chars().take(REASON).chain("…".chars()).collect()
}
