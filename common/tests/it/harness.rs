//! A migrated database of one's own, and one of everything that is stored.

pub(crate) use dossier_devstack::testing::eventually;

use dossier_common::audit::{Act, AuditEntry};
use dossier_common::digest::Sha256;
use dossier_common::entropy::Entropy;
use dossier_common::file::{File, FileState};
use dossier_common::file_name::FileName;
use dossier_common::group::{Group, GroupName};
use dossier_common::id::{
    AuditId, BlobId, FileId, GroupId, InvitationId, JobId, LinkId, ResetId, SessionId, SignUpId,
    UserId,
};
use dossier_common::invitation::Invitation;
use dossier_common::link::{Link, LinkState};
use dossier_common::queue::QueueSettings;
use dossier_common::reset::{Reset, ResetOf};
use dossier_common::session::{RefreshSeed, Session};
use dossier_common::sign_up::{MAX_TRIES, SignUp};
use dossier_common::store::Store;
use dossier_common::totp::Totp;
use dossier_common::user::{Role, User};
use dossier_devstack::testing::{START, TestDatabase};
use mongodb::bson::DateTime;

/// When all of it happens.
pub(crate) const NOW: DateTime = START;

pub(crate) const LATER: DateTime = DateTime::from_millis(4_102_448_400_000);

async fn connect(uri: &str) -> Store {
    let store = Store::connect(uri, "tests", &QueueSettings::default()).await;
    store.expect("the database can be reached")
}

/// The store over a database of its own.
pub(crate) struct TestStore {
    pub(crate) store: Store,
    pub(crate) entropy: Entropy,
    database: TestDatabase,
}

impl TestStore {
    pub(crate) async fn new() -> Self {
        let database = TestDatabase::prepared(async |database| {
            let migrated = dossier_migrations::migrate(database, |_| {}).await;
            migrated.expect("the migrations run");
        });
        Self::on(database.await).await
    }

    pub(crate) async fn without_migrations() -> Self {
        Self::on(TestDatabase::create().await).await
    }

    async fn on(database: TestDatabase) -> Self {
        Self {
            store: connect(database.uri()).await,
            entropy: Entropy::seeded(3),
            database,
        }
    }

    /// The store of another process over the same database.
    pub(crate) async fn another(&self) -> Store {
        connect(self.database.uri()).await
    }

    pub(crate) fn database(&self) -> &mongodb::Database {
        self.database.database()
    }

    pub(crate) fn user(&self, email: &str) -> User {
        let email: dossier_common::email::EmailAddress = email.parse().expect("an address");
        User {
            id: UserId::generate(&self.entropy, NOW),
            email_key: email.key(),
            email,
            name: Some("Ada 👩‍💻".to_owned()),
            role: Role::Client,
            password_hash: "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ$aGFzaA".to_owned(),
            email_verified_at: Some(NOW),
            disabled_at: None,
            last_log_in_at: None,
            totp: None,
            created_at: NOW,
            updated_at: NOW,
        }
    }

    pub(crate) fn sign_up(&self, email: &str) -> SignUp {
        let user = self.user(email);
        SignUp {
            id: SignUpId::generate(&self.entropy, NOW),
            email: user.email,
            email_key: user.email_key,
            name: user.name,
            password_hash: user.password_hash,
            mail_due_at: None,
            tries_left: MAX_TRIES,
            created_at: NOW,
            expires_at: LATER,
        }
    }

    pub(crate) fn invitation(&self, email: &str) -> Invitation {
        let user = self.user(email);
        Invitation {
            id: InvitationId::generate(&self.entropy, NOW),
            email: user.email,
            email_key: user.email_key,
            role: Role::Ops,
            invited_by: user.id,
            mail_due_at: Some(NOW),
            created_at: NOW,
            expires_at: LATER,
        }
    }

    pub(crate) fn reset(&self) -> Reset {
        let id = ResetId::generate(&self.entropy, NOW);
        Reset::new(id, ResetOf::Password, "ada@example.com", NOW, NOW)
    }

    pub(crate) fn totp(&self) -> Totp {
        Totp {
            sealed_seed: "x".repeat(160),
            begun_at: Some(NOW),
            enabled_at: None,
            last_step: 0,
            recovery_sha256: vec![Sha256::of(b"a code"), Sha256::of(b"another")],
        }
    }

    pub(crate) fn session(&self, user: &User) -> Session {
        let id = SessionId::generate(&self.entropy, NOW);
        Session {
            refresh_seed: Some(RefreshSeed::generate(&self.entropy)),
            ..Session::open(id, user, Sha256::of(b"token"), NOW)
        }
    }

    pub(crate) fn file(&self, owner: &User) -> File {
        File {
            id: FileId::generate(&self.entropy, NOW),
            owner_id: owner.id,
            name: FileName::sanitise("report.docx"),
            size_bytes: 5,
            sha256: Sha256::of(b"bytes"),
            blob_id: BlobId::generate(&self.entropy, NOW),
            state: FileState::Received,
            kind: None,
            rejection: None,
            inspection: None,
            revalidation: None,
            recipients: Some(vec![owner.email_key.clone()]),
            version: 0,
            expires_at: None,
            job_id: self.job(),
            created_at: NOW,
            validated_at: None,
            withdrawn: None,
            earlier: Vec::new(),
            replacement: None,
            bytes_removed_at: None,
        }
    }

    pub(crate) fn group(&self, owner: &User) -> Group {
        let name: GroupName = "Board".parse().expect("a name");
        Group {
            id: GroupId::generate(&self.entropy, NOW),
            name_key: name.key(),
            name,
            members: vec![owner.email_key.clone()],
            created_by: owner.id,
            created_at: NOW,
            updated_at: NOW,
        }
    }

    pub(crate) fn link(&self, client: &User, file: &File) -> Link {
        Link {
            id: LinkId::generate(&self.entropy, NOW),
            file_id: file.id,
            sha256: file.sha256,
            client_id: client.id,
            state: LinkState::Requested,
            token: None,
            expires_at: LATER,
            max_downloads: Some(2),
            downloads: 0,
            opened: Some(0),
            completed: Some(0),
            last_download_at: None,
            created_at: NOW,
        }
    }

    /// An entry of the audit.
    pub(crate) fn entry(&self) -> AuditEntry {
        let id = AuditId::generate(&self.entropy, NOW);
        AuditEntry::new(id, NOW, Act::Inspect)
    }

    pub(crate) fn job(&self) -> JobId {
        JobId::generate(&self.entropy, NOW)
    }
}
