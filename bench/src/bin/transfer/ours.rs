//! An API with one way to keep documents.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, ensure};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use dossier_bench::ObservedStack;
use dossier_common::audit::{Act, AuditEntry};
use dossier_common::clock::Clock;
use dossier_common::email::EmailAddress;
use dossier_common::entropy::Entropy;
use dossier_common::file::{DocumentKind, Inspection};
use dossier_common::id::{FileId, UserId};
use dossier_common::store::collection;
use dossier_common::store::files::FileScope;
use dossier_common::user::{Role, User};
use dossier_devstack::stack::Prepared;
use dossier_devstack::story::Client;
use mongodb::bson::{Bson, Document as Row, doc};
use reqwest::multipart::{Form, Part};
use reqwest::{Method, RequestBuilder};
use serde_json::json;
use tokio::time::timeout;

use crate::document::Document;

/// Who downloads.
const CLIENT: &str = "reader@example.com";

/// How long a transfer may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// Where and how documents are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    is_local: bool,
    is_sealed: bool,
}

impl Place {
    pub(crate) const ALL: [Self; 4] = [
        Self::new(false, false),
        Self::new(false, true),
        Self::new(true, false),
        Self::new(true, true),
    ];

    const fn new(is_local: bool, is_sealed: bool) -> Self {
        Self {
            is_local,
            is_sealed,
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match (self.is_local, self.is_sealed) {
            (false, false) => "database",
            (false, true) => "database, sealed",
            (true, false) => "directory",
            (true, true) => "directory, sealed",
        }
    }
}

/// A running API with its people.
pub(crate) struct Ours {
    place: Place,
    observed: ObservedStack,
    ops: Client,
    client: Client,
}

impl Ours {
    pub(crate) async fn start(
        prepared: &Prepared,
        place: Place,
        folder: &Path,
    ) -> anyhow::Result<Self> {
        let documents = folder.join(place.name().replace(", ", "-"));
        std::fs::create_dir_all(&documents)?;
        let observed = ObservedStack::start(prepared, |options| {
            let options = options.env("RUST_LOG", "warn");
            // What is sent is no document: nobody may find that out.
            let options = options.worker_env("WORKER_QUEUES", "mint-download-token");
            let options = match place.is_local {
                true => options.env("BLOB_URL", format!("file://{}", documents.display())),
                false => options,
            };
            match place.is_sealed {
                true => options.env("BLOB_KEYS", key()),
                false => options,
            }
        });
        let observed = observed.await?;
        add_client(&observed).await?;
        let unknown = observed.client.clone();
        Ok(Self {
            place,
            observed,
            ops: unknown.clone(),
            client: unknown,
        })
    }

    pub(crate) fn name(&self) -> &'static str {
        self.place.name()
    }

    /// The API's process, then its database's.
    pub(crate) fn pids(&self) -> Vec<u32> {
        let stack = &self.observed.stack;
        let processes = stack.record().processes;
        let mongod = processes.iter().find(|process| process.name == "mongod");
        let api = stack.api().pid();
        [api].into_iter().chain(mongod.map(|it| it.pid)).collect()
    }

    /// New sessions: a token lives for a quarter of an hour.
    pub(crate) async fn log_in(&mut self) -> anyhow::Result<()> {
        let ops = &self.observed.stack.secrets().ops;
        let unknown = &self.observed.client;
        self.ops = unknown.log_in(&ops.email, &ops.password).await?;
        self.client = unknown.log_in(CLIENT, &ops.password).await?;
        Ok(())
    }

    pub(crate) async fn upload(&self, document: &Document) -> anyhow::Result<String> {
        let length = u64::try_from(document.bytes.len())?;
        let part = Part::stream_with_length(document.bytes.clone(), length);
        let form = Form::new().text("recipients", CLIENT);
        let form = form.part("file", part.file_name("report.docx"));
        let request = self.ops.request(Method::POST, "/v1/files");
        let request = request.timeout(PATIENCE).multipart(form);
        let answer = self.ops.send(request).await?.expect(202)?;
        Ok(answer.text("id")?)
    }

    /// Says what a worker says of a genuine document, and asks for a link.
    pub(crate) async fn publish(&self, id: &str) -> anyhow::Result<String> {
        let inspection = Inspection {
            outcome: Ok(DocumentKind::Docx),
            rules_version: 1,
            facts: Bson::Null,
        };
        let entry = AuditEntry::of_now(Act::Inspect, &Clock::system(), &Entropy::system());
        let store = &self.observed.store;
        let recorded = store.record_inspection(id.parse()?, &inspection, entry);
        ensure!(recorded.await?, "{id} has a verdict already");
        let path = format!("/v1/files/{id}/links");
        let request = self.client.request(Method::POST, &path).json(&json!({}));
        let request = request.header("prefer", "wait=20");
        let answer = self.client.send(request).await?.expect(201)?;
        Ok(answer.text("download_url")?)
    }

    /// Has the database write what it has to the disk. A directory is synchronised with each upload.
    pub(crate) async fn settle(&self) -> anyhow::Result<()> {
        let admin = self.observed.store.database().client().database("admin");
        timeout(PATIENCE, admin.run_command(doc! { "fsync": 1 })).await??;
        Ok(())
    }

    pub(crate) fn request(&self, address: &str) -> RequestBuilder {
        self.client.request(Method::GET, address).timeout(PATIENCE)
    }

    /// Removes a document with its bytes, which the API does not do at once.
    pub(crate) async fn remove(&self, id: &str) -> anyhow::Result<()> {
        let (store, id): (_, FileId) = (&self.observed.store, id.parse()?);
        let file = store.find_file(id, &FileScope::Everything).await?;
        let file = file.context("a document is gone")?;
        store.delete_blob(file.blob_id).await?;
        let files = store.database().collection::<Row>(collection::FILES);
        files.delete_one(doc! { "_id": id }).await?;
        Ok(())
    }

    pub(crate) async fn stop(self) -> anyhow::Result<()> {
        self.observed.stop(None).await
    }
}

fn key() -> String {
    let key: [u8; 32] = Entropy::system().bytes();
    format!("bench:{}", STANDARD.encode(key))
}

/// An account with the password of Ops, so that no mail is needed.
async fn add_client(observed: &ObservedStack) -> anyhow::Result<()> {
    let (store, ops) = (&observed.store, &observed.stack.secrets().ops);
    let found = store
        .find_user_by_email_key(&ops.email.to_lowercase())
        .await?;
    let hash = found.context("Ops has no account")?.password_hash;
    let (now, email): (_, EmailAddress) = (Clock::system().now(), CLIENT.parse()?);
    let id = UserId::generate(&Entropy::system(), now);
    let user = User::new(id, email, None, Role::Client, hash, now);
    let users = store.database().collection::<User>(collection::USERS);
    users.insert_one(&user).await?;
    Ok(())
}
