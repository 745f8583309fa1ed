//! Documents that have a verdict already, as older workers left them.

use dossier_common::audit::{Act, AuditEntry};
use dossier_common::file::{DocumentKind, File, Inspection, Rejection};
use dossier_common::id::{FileId, UserId};
use dossier_common::queue::backend::{JobFilter, JobSummary};
use dossier_common::queue::{Job, JobState, QueueName, RevalidateUpload, SendEmail};
use dossier_common::store::files::FileScope;
use dossier_worker::document::RULES_VERSION;
use mongodb::bson::{Bson, doc};

use super::Bench;

/// A document that every version of the rules accepts.
pub(crate) const REPORT: (&str, &[u8]) = (
    "report.docx",
    include_bytes!("../../../../fixtures/report.docx"),
);

/// A document that the current rules reject.
pub(crate) const MACROS: (&str, &[u8]) = (
    "macros.docx",
    include_bytes!("../../../../fixtures/macros-renamed.docx"),
);

/// The verdict on both by older rules.
pub(crate) const AVAILABLE: Result<DocumentKind, &str> = Ok(DocumentKind::Docx);

impl Bench {
    /// A document with this verdict by rules of `version`, and without a job.
    pub(crate) async fn file_with_verdict(
        &self,
        owner: UserId,
        (name, bytes): (&str, &[u8]),
        outcome: Result<DocumentKind, &str>,
        version: u32,
    ) -> File {
        let file = self.new_file(owner, name, bytes).await;
        let files = self.store().database().collection::<File>("files");
        files.insert_one(&file).await.expect("it can be added");
        let outcome = outcome.map_err(|code| Rejection {
            code: code.to_owned(),
            message: "An older sentence.".to_owned(),
            detail: None,
        });
        let inspection = Inspection {
            outcome,
            rules_version: version,
            facts: Bson::Null,
        };
        let services = &self.services;
        let entry = AuditEntry::of_now(Act::Inspect, &services.clock, &self.entropy);
        let recording = self.store().record_inspection(file.id, &inspection, entry);
        assert!(recording.await.expect("it can be recorded"));
        self.find(file.id).await
    }

    pub(crate) async fn find(&self, id: FileId) -> File {
        let found = self.store().find_file(id, &FileScope::Everything).await;
        found.expect("readable").expect("there")
    }

    /// The jobs of mails.
    pub(crate) async fn mails(&self) -> Vec<JobSummary> {
        let filter = JobFilter::queue(SendEmail::QUEUE);
        let operator = self.store().queue_operator();
        let page = operator.list_jobs(&filter, None, 100).await;
        page.expect("they can be listed").items
    }

    /// Has mails that wait for others sent at once.
    pub(crate) async fn make_mails_due(&self) {
        let operator = self.store().queue_operator();
        for job in self.mails().await {
            if job.state == JobState::Scheduled {
                operator.run_now(&job.id).await.expect("it can be");
            }
        }
    }

    /// Removes a document, as if it had been deleted.
    pub(crate) async fn remove(&self, file: &File) {
        let files = self.store().database().collection::<File>("files");
        let removed = files.delete_one(doc! { "_id": file.id }).await;
        assert_eq!(removed.expect("it can be").deleted_count, 1);
        let deleted = self.store().delete_blob(file.blob_id).await;
        deleted.expect("its bytes can be deleted");
    }

    /// Has a document inspected again, and waits for the end: what the job left in its log.
    pub(crate) async fn revalidated(&self, id: FileId) -> Vec<String> {
        let rules_version = RULES_VERSION;
        let job = self
            .enqueue(RevalidateUpload {
                file_id: id,
                rules_version,
            })
            .await;
        let workers = self.work(&[QueueName::of::<RevalidateUpload>()]);
        let job = self.reaches(job, JobState::Done).await;
        workers.stop().await;
        assert_eq!(job.attempts, 1, "{job:?}");
        job.log.into_iter().map(|line| line.line).collect()
    }
}
