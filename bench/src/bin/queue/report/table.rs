//! A table with one row a candidate.

use dossier_bench::Report;

use crate::candidate::Candidate;
use crate::measure::Bench;

/// A table that is being put together, column by column.
pub(super) struct Table {
    name: &'static str,
    title: Vec<String>,
    columns: Vec<(String, usize)>,
}

impl Table {
    pub(super) fn new(name: &'static str) -> Self {
        Self {
            name,
            title: vec![name.to_owned()],
            columns: Vec::new(),
        }
    }

    /// Adds the figures under `key`, with so many decimals.
    pub(super) fn column(
        mut self,
        title: impl Into<String>,
        key: impl Into<String>,
        decimals: usize,
    ) -> Self {
        self.title.push(title.into());
        self.columns.push((key.into(), decimals));
        self
    }

    /// Writes the rows of those candidates of whom anything was measured.
    pub(super) fn write(&self, bench: &Bench<'_>, report: &mut Report) {
        let candidates = bench.candidates.iter().copied();
        let measured = candidates.filter(|candidate| self.has(bench, *candidate));
        let rows: Vec<_> = measured
            .map(|candidate| self.row(bench, candidate))
            .collect();
        if !rows.is_empty() {
            let title: Vec<&str> = self.title.iter().map(String::as_str).collect();
            report.table(self.name, &title, rows);
        }
    }

    fn has(&self, bench: &Bench<'_>, candidate: Candidate) -> bool {
        let mut keys = self.columns.iter().map(|(key, _)| key);
        keys.any(|key| bench.figures.median(candidate, key).is_some())
    }

    fn row(&self, bench: &Bench<'_>, candidate: Candidate) -> Vec<String> {
        let cells = self.columns.iter();
        let cells = cells.map(|(key, decimals)| bench.figures.cell(candidate, key, *decimals));
        std::iter::once(candidate.name().to_owned())
            .chain(cells)
            .collect()
    }
}

/// `1 process`, `2 processes`.
pub(super) fn processes(count: usize) -> String {
    match count {
        1 => "1 process".to_owned(),
        _ => format!("{count} processes"),
    }
}
