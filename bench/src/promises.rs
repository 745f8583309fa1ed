//! What a program of the bench finds kept or broken.

use crate::Report;

/// Promises, in the order in which they were looked at.
#[derive(Debug, Default)]
pub struct Promises(Vec<Promise>);

#[derive(Debug)]
struct Promise {
    of: String,
    what: String,
    seen: String,
    is_kept: bool,
}

impl Promises {
    /// Of `of` it is promised that `what`; `seen` is what was seen of it.
    pub fn add(
        &mut self,
        of: &str,
        what: impl Into<String>,
        seen: impl std::fmt::Display,
        is_kept: bool,
    ) {
        let promise = Promise {
            of: of.to_owned(),
            what: what.into(),
            seen: seen.to_string(),
            is_kept,
        };
        let Promise { what, seen, .. } = &promise;
        let verdict = verdict(is_kept);
        anstream::eprintln!("{of}: {verdict}: {what} ({seen})");
        self.0.push(promise);
    }

    /// Whether all were kept.
    #[must_use]
    pub fn are_kept(&self) -> bool {
        self.0.iter().all(|promise| promise.is_kept)
    }

    /// Adds them as a table, whose title of the first column is `of`.
    pub fn report(&self, report: &mut Report, of: &str) {
        let rows = self.0.iter().map(|promise| {
            vec![
                promise.of.clone(),
                promise.what.clone(),
                promise.seen.clone(),
                verdict(promise.is_kept).to_owned(),
            ]
        });
        let header = [of, "promise", "seen", "verdict"];
        report.table("promises", &header, rows.collect());
        report.figures("kept", serde_json::json!(self.are_kept()));
    }
}

fn verdict(is_kept: bool) -> &'static str {
    match is_kept {
        true => "kept",
        false => "broken",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_broken_promise_is_enough() {
        let mut promises = Promises::default();
        assert!(promises.are_kept());
        promises.add("it", "works", 1, true);
        assert!(promises.are_kept());
        promises.add("it", "is quick", "2 s", false);
        assert!(!promises.are_kept());
    }
}
