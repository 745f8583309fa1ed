//! What became of a document.

use dossier_common::file::{File, FileState};
use dossier_common::id::FileId;
use dossier_common::queue::about;
use dossier_common::queue::backend::JobFilter;
use dossier_common::store::Store;
use dossier_common::store::files::FileScope;

use super::conclusion;
use super::report::Report;
use crate::cli::known::Known;

/// So many of the newest jobs and links are shown.
const MOST: u32 = 20;

/// What became of the document `id`.
pub(super) async fn explain(store: &Store, id: FileId) -> anyhow::Result<Report> {
    let mut report = Report::default();
    let file = store.find_file(id, &FileScope::Everything).await?;
    let links = store.list_links_of_file(id, i64::from(MOST)).await?;
    report.known.extend(file.as_ref().map(Known::file));
    report.known.extend(links.iter().map(Known::link));
    let links = links.iter().map(|link| link.id.to_string());
    let filter = JobFilter {
        any_of: vec![about("file_id", [id.to_string()]), about("link_id", links)],
        ..JobFilter::default()
    };
    let operator = store.queue_operator();
    let page = operator.list_jobs(&filter, None, MOST).await?;
    for job in page.items {
        // It may have been removed since the list was read.
        if let Some(job) = operator.find_job(&job.id).await? {
            report.conclusions.push(conclusion::of(store, &job).await?);
            report.jobs.push(job);
        }
    }
    report.conclusions.push(verdict(file.as_ref()));
    Ok(report)
}

/// What the state of the document means.
fn verdict(file: Option<&File>) -> String {
    let Some(file) = file else {
        return "there is no such document (any more)".to_owned();
    };
    match file.state {
        FileState::Received => format!(
            "the document has no verdict yet: its job is {}, and the document is `failed` while that is dead or gone",
            file.job_id
        ),
        FileState::Available => "people for whom it is meant can download the document".to_owned(),
        FileState::Rejected => {
            "the document is rejected for good; its uploader was told why, and may upload another one".to_owned()
        }
    }
}
