//! Documents that are there already, and what a worker would have said of them.

use bytes::Bytes;
use dossier_common::audit::{Act, AuditEntry};
use dossier_common::file::{DocumentKind, File, FileState, Inspection, Rejection};
use dossier_common::file_name::FileName;
use dossier_common::id::{BlobId, FileId, JobId, LinkId};
use dossier_common::token::DownloadClaims;
use mongodb::bson::{Bson, doc};
use serde_json::{Value, json};

use super::{App, Person};

/// A document to be put into the store.
pub(crate) struct NewFile<'a> {
    pub(crate) name: &'a str,
    pub(crate) bytes: &'a [u8],
    pub(crate) recipients: Option<Vec<String>>,
}

impl Default for NewFile<'_> {
    fn default() -> Self {
        Self {
            name: "report.docx",
            bytes: b"the bytes of a report",
            recipients: None,
        }
    }
}

impl App {
    /// A document as it is after its upload, with its job.
    pub(crate) async fn received(&self, owner: &Person, new: NewFile<'_>) -> File {
        let (entropy, now) = (&self.state.entropy, self.now());
        let writer = self.state.store.write_blob(BlobId::generate(entropy, now));
        assert!(writer.write(Bytes::copy_from_slice(new.bytes)).await);
        let blob = writer.finish().await.expect("the bytes can be stored");
        let file = File {
            id: FileId::generate(entropy, now),
            owner_id: owner.id,
            name: FileName::sanitise(new.name),
            size_bytes: i64::try_from(blob.size_bytes).expect("small"),
            sha256: blob.sha256,
            blob_id: blob.id,
            state: FileState::Received,
            kind: None,
            rejection: None,
            inspection: None,
            revalidation: None,
            recipients: new.recipients,
            version: 0,
            expires_at: None,
            job_id: JobId::generate(entropy, now),
            created_at: now,
            validated_at: None,
            withdrawn: None,
            earlier: Vec::new(),
            replacement: None,
            bytes_removed_at: None,
        };
        let adding = self.state.store.transaction("add a file", |tx| {
            let file = file.clone();
            Box::pin(async move { tx.insert_file(&file).await })
        });
        adding.await.expect("the file can be added");
        file
    }

    /// A document that was found genuine.
    pub(crate) async fn available(&self, owner: &Person, new: NewFile<'_>) -> File {
        let file = self.received(owner, new).await;
        self.record_verdict(&file, Ok(DocumentKind::Docx)).await;
        file
    }

    /// Records a verdict, as a worker does.
    pub(crate) async fn record_verdict(&self, file: &File, outcome: Result<DocumentKind, &str>) {
        let outcome = outcome.map_err(|code| Rejection {
            code: code.to_owned(),
            message: "It is not what it says it is.".to_owned(),
            detail: None,
        });
        let inspection = Inspection {
            outcome,
            rules_version: 1,
            facts: Bson::Null,
        };
        let (clock, entropy) = (&self.state.clock, &self.state.entropy);
        let entry = AuditEntry::of_now(Act::Inspect, clock, entropy);
        let store = &self.state.store;
        let recorded = store.record_inspection(file.id, &inspection, entry);
        assert!(recorded.await.expect("the verdict can be recorded"));
    }

    /// A group of people; its id.
    pub(crate) async fn group(&self, ops: &Person, name: &str, members: &[&str]) -> String {
        let group = json!({ "name": name, "members": members });
        let made = self.post("/v1/groups").by(ops).json(group).send().await;
        let made = made.expect(201).json();
        made["id"].as_str().expect("an id").to_owned()
    }

    /// Makes sure that there is nothing of any upload, whether it is visible or not.
    pub(crate) async fn has_nothing_stored(&self) {
        for collection in [
            "files",
            "apalis_jobs",
            "idempotency_keys",
            "blobs.files",
            "blobs.chunks",
        ] {
            let stored = self.count(collection, doc! {}).await;
            assert_eq!(stored, 0, "{collection}");
        }
    }

    /// Asks for a link and mints its token, as a worker does; the id and the download's path.
    pub(crate) async fn link(
        &self,
        client: &Person,
        file: &File,
        terms: Value,
    ) -> (LinkId, String) {
        let asked = self
            .post(&format!("/v1/files/{}/links", file.id))
            .by(client)
            .header("prefer", "wait=0")
            .json(terms);
        let answer = asked.send().await.expect(202).json();
        let id = answer["id"].as_str().and_then(|id| id.parse().ok());
        let id: LinkId = id.expect("an id");
        let link = self
            .state
            .store
            .find_link(id)
            .await
            .expect("it can be read");
        let link = link.expect("the link is there");
        let claims = DownloadClaims {
            link_id: id,
            file_id: file.id,
            sha256: file.sha256,
            client_id: client.id,
            expires_at: u64::try_from(link.expires_at.timestamp_millis() / 1000).expect("future"),
        };
        let token = self.state.token_keys.seal(&claims, self.now());
        let ready = self.state.store.mark_link_ready(id, &token).await;
        assert!(ready.expect("the token can be stored"));
        (id, format!("/download/{token}"))
    }

    /// A link on the usual terms; the download's path.
    pub(crate) async fn download_path(&self, client: &Person, file: &File) -> String {
        self.link(client, file, json!({})).await.1
    }
}
