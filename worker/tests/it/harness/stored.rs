//! What the API would have written, each with its job.

use std::time::Duration;

use bytes::Bytes;
use dossier_common::digest::Sha256;
use dossier_common::file::{DocumentKind, File, FileState};
use dossier_common::file_name::FileName;
use dossier_common::id::{BlobId, FileId, JobId, LinkId, SignUpId, UserId};
use dossier_common::link::{Link, LinkState};
use dossier_common::queue::Job;
use dossier_common::sign_up::{MAX_TRIES, SignUp};
use dossier_common::storage::{Quota, UsageOf};
use dossier_common::user::{Role, User};
use mongodb::bson::{Document, doc};

use super::Bench;

/// The address that mail goes to.
pub(crate) const CLIENT: &str = "ada@example.com";

const PASSWORD_HASH: &str = "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ$aGFzaA";

impl Bench {
    pub(crate) fn job_id(&self) -> JobId {
        JobId::generate(&self.entropy, self.now())
    }

    /// Somebody with an account.
    pub(crate) async fn user(&self, email: &str, name: Option<&str>) -> User {
        let now = self.now();
        let user = User {
            id: UserId::generate(&self.entropy, now),
            email: email.parse().expect("an address"),
            email_key: email.to_owned(),
            name: name.map(str::to_owned),
            role: Role::Client,
            password_hash: PASSWORD_HASH.to_owned(),
            email_verified_at: Some(now),
            disabled_at: None,
            last_log_in_at: None,
            totp: None,
            created_at: now,
            updated_at: now,
        };
        let adding = self.store().transaction("add a user", |tx| {
            let user = user.clone();
            Box::pin(async move { tx.insert_user(&user).await })
        });
        adding.await.expect("the account can be added");
        user
    }

    /// A sign-up of [`CLIENT`], and the job of its mail.
    pub(crate) async fn sign_up(&self, name: Option<&str>) -> (SignUp, JobId) {
        let now = self.now();
        let sign_up = SignUp {
            id: SignUpId::generate(&self.entropy, now),
            email: CLIENT.parse().expect("an address"),
            email_key: CLIENT.to_owned(),
            name: name.map(str::to_owned),
            password_hash: PASSWORD_HASH.to_owned(),
            mail_due_at: None,
            tries_left: MAX_TRIES,
            created_at: now,
            expires_at: now,
        };
        let job = self.job_id();
        let adding = self.store().transaction("sign up", |tx| {
            let sign_up = sign_up.clone();
            Box::pin(async move { tx.insert_sign_up(sign_up, job).await })
        });
        adding.await.expect("it can be added");
        (sign_up, job)
    }

    pub(crate) async fn enqueue<J: Job + Clone>(&self, job: J) -> JobId {
        let id = self.job_id();
        let enqueuing = self.store().transaction("enqueue a job", |tx| {
            let job = job.clone();
            Box::pin(async move { tx.enqueue(job, id).await })
        });
        enqueuing.await.expect("it can be enqueued");
        id
    }

    /// A document whose bytes are stored, and which nothing speaks of yet.
    pub(crate) async fn new_file(&self, owner: UserId, name: &str, bytes: &[u8]) -> File {
        let now = self.now();
        let blob = BlobId::generate(&self.entropy, now);
        let writer = self.store().write_blob(blob);
        assert!(writer.write(Bytes::copy_from_slice(bytes)).await);
        writer.finish().await.expect("the bytes can be stored");
        File {
            id: FileId::generate(&self.entropy, now),
            owner_id: owner,
            name: FileName::sanitise(name),
            size_bytes: i64::try_from(bytes.len()).expect("small"),
            sha256: Sha256::of(bytes),
            blob_id: blob,
            state: FileState::Received,
            kind: None,
            rejection: None,
            inspection: None,
            revalidation: None,
            recipients: None,
            version: 0,
            expires_at: None,
            job_id: self.job_id(),
            created_at: now,
            validated_at: None,
            withdrawn: None,
            earlier: Vec::new(),
            replacement: None,
            bytes_removed_at: None,
        }
    }

    /// Counts a document as its upload would have.
    pub(crate) async fn count(&self, file: &File) {
        let (store, blob, owner) = (self.store(), file.blob_id, file.owner_id);
        let opened = store.open_reservation(blob, owner, Duration::from_secs(60));
        opened.await.expect("it can be opened");
        let bytes = file.size_bytes.unsigned_abs();
        for of in [UsageOf::Person(owner), UsageOf::Everybody] {
            let held = store.hold_storage(of, blob, bytes, Quota::default()).await;
            assert!(held.expect("it can be held").is_held);
        }
        let settled = store.settle_reservation(blob, owner, Some(file.size_bytes));
        settled.await.expect("it can be counted");
        self.committed().await;
    }

    /// Waits until a majority has all that was written before. Counters and reservations do not wait for it, and a
    /// snapshot shows what a majority has.
    pub(crate) async fn committed(&self) {
        let barrier = self.store().database().collection::<Document>("barrier");
        let written = barrier.insert_one(doc! {}).await;
        written.expect("it can be written");
    }

    /// An uploaded document.
    pub(crate) async fn file(&self, owner: UserId, name: &str, bytes: &[u8]) -> File {
        let file = self.new_file(owner, name, bytes).await;
        let adding = self.store().transaction("add a file", |tx| {
            let file = file.clone();
            Box::pin(async move { tx.insert_file(&file).await })
        });
        adding.await.expect("the file can be added");
        file
    }

    /// A link to an available document that waits for its token.
    pub(crate) async fn link(&self) -> (Link, JobId) {
        let owner = UserId::generate(&self.entropy, self.now());
        let document = ("report.docx", &b"bytes"[..]);
        let file = self
            .file_with_verdict(owner, document, Ok(DocumentKind::Docx), 1)
            .await;
        self.link_to(&file).await
    }

    /// A link to `file` that waits for its token.
    pub(crate) async fn link_to(&self, file: &File) -> (Link, JobId) {
        let now = self.now();
        let link = Link {
            id: LinkId::generate(&self.entropy, now),
            file_id: file.id,
            sha256: file.sha256,
            client_id: UserId::generate(&self.entropy, now),
            state: LinkState::Requested,
            token: None,
            expires_at: now.saturating_add_millis(60_000),
            max_downloads: None,
            downloads: 0,
            opened: Some(0),
            completed: Some(0),
            last_download_at: None,
            created_at: now,
        };
        let job = self.job_id();
        let adding = self.store().transaction("add a link", |tx| {
            let link = link.clone();
            Box::pin(async move { tx.insert_link(&link, job).await })
        });
        adding.await.expect("the link can be added");
        (link, job)
    }
}
