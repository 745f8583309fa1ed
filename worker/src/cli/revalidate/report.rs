//! What came of it; in a dry run, what would.

use dossier_common::file::{File, Inspection, Rejection};
use dossier_common::id::{FileId, UserId};
use dossier_common::revalidation::RevalidationOutcome;
use dossier_common::store::Store;
use serde::Serialize;

use super::rest::Rest;
use crate::document::RULES_VERSION;
use crate::revalidation;

/// Documents a page.
const PAGE: i64 = 500;

/// What came of it; in a dry run, what would.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    pub(super) dry_run: bool,
    pub(super) rules_version: u32,
    /// Whether Ctrl-C came before the end.
    pub(super) interrupted: bool,
    /// How many documents keep their verdict.
    pub(super) unchanged: u64,
    /// Available before, rejected now.
    pub(super) rejected: Vec<Change>,
    /// Rejected, and staying so; they would be accepted if they were uploaded now.
    pub(super) acceptable: Vec<Change>,
    /// What was not inspected.
    #[serde(flatten)]
    pub(super) rest: Rest,
}

/// A document.
#[derive(Debug, Serialize)]
pub(super) struct Named {
    pub(super) file_id: FileId,
    pub(super) name: String,
    pub(super) owner_id: UserId,
}

/// A document whose verdict newer rules change.
#[derive(Debug, Serialize)]
pub(super) struct Change {
    #[serde(flatten)]
    pub(super) file: Named,
    /// Why it is rejected now; of one that would be accepted, why it was rejected.
    #[serde(flatten)]
    pub(super) rejection: Option<Rejection>,
}

impl Report {
    /// A dry run that has inspected nothing yet.
    pub(super) fn of_dry_run() -> Self {
        Self {
            dry_run: true,
            rules_version: RULES_VERSION,
            interrupted: false,
            unchanged: 0,
            rejected: Vec::new(),
            acceptable: Vec::new(),
            rest: Rest::default(),
        }
    }

    /// What has come of all inspections by these rules, in this run and in earlier ones, and what
    /// remains of the documents with a verdict by rules older than version `before`.
    pub(super) async fn of_store(store: &Store, before: u32) -> anyhow::Result<Self> {
        let mut report = Self {
            dry_run: false,
            unchanged: store.count_unchanged_files(RULES_VERSION).await?,
            rest: Rest::find(store, before).await?,
            ..Self::of_dry_run()
        };
        let mut last = None;
        loop {
            let page = store.list_changed_files(RULES_VERSION, last, PAGE).await?;
            let Some(newest) = page.last() else {
                return Ok(report);
            };
            last = Some(newest.id);
            for file in &page {
                let outcome = file.revalidation.as_ref().map(|it| it.outcome);
                let rejection = file.rejection.as_ref();
                report.add(
                    file,
                    outcome.unwrap_or(RevalidationOutcome::Unchanged),
                    rejection,
                );
            }
        }
    }

    /// Adds what `inspection` would change of `file`.
    pub(super) fn add_inspected(&mut self, file: &File, inspection: &Inspection) {
        let outcome = revalidation::outcome(file.state, inspection);
        let rejection = inspection.outcome.as_ref().err();
        self.add(file, outcome, rejection.or(file.rejection.as_ref()));
    }

    fn add(&mut self, file: &File, outcome: RevalidationOutcome, rejection: Option<&Rejection>) {
        let change = || Change {
            file: Named::of(file),
            rejection: rejection.cloned(),
        };
        match outcome {
            RevalidationOutcome::Unchanged => self.unchanged += 1,
            RevalidationOutcome::Rejected => self.rejected.push(change()),
            RevalidationOutcome::Acceptable => self.acceptable.push(change()),
        }
    }

    /// How many documents were inspected.
    pub(super) fn inspected(&self) -> u64 {
        self.unchanged + (self.rejected.len() + self.acceptable.len()) as u64
    }
}

impl Named {
    pub(super) fn of(file: &File) -> Self {
        Self {
            file_id: file.id,
            name: file.name.as_str().to_owned(),
            owner_id: file.owner_id,
        }
    }
}
