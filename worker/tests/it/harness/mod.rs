//! Workers on a database of their own, with a mail server of their own.

pub(crate) mod clamd;
pub(crate) mod inspected;
mod program;
pub(crate) mod smtp_server;
mod stored;

pub(crate) use dossier_devstack::testing::{FERNET_KEY, PATIENCE, eventually};
pub(crate) use program::{Program, Running};
pub(crate) use stored::CLIENT;

use std::sync::Arc;
use std::time::Duration;

use dossier_common::blob::BlobSettings;
use dossier_common::clock::Clock;
use dossier_common::config::Environment;
use dossier_common::entropy::Entropy;
use dossier_common::id::JobId;
use dossier_common::queue::backend::JobRecord;
use dossier_common::queue::backend::operator::{RetryOptions, Selection};
use dossier_common::queue::{Job, JobState, QueueName, QueueSettings};
use dossier_common::store::Store;
use dossier_common::token::TokenKeys;
use dossier_devstack::mail::MailCatcher;
use dossier_devstack::testing::{START, TestDatabase};
use dossier_worker::document::{Limits, Policy};
use dossier_worker::inspection::Inspector;
use dossier_worker::jobs::{Handler, handlers_of};
use dossier_worker::mail::{MailSettings, Mailer};
use dossier_worker::run::monitor_of;
use dossier_worker::services::Services;
use mongodb::bson::DateTime;
use tokio::sync::Notify;
use tokio::task::JoinHandle;

pub(crate) const PUBLIC_URL: &str = "https://dossier.example.com";
pub(crate) const MAIL_FROM: &str = "Dossier <no-reply@dossier.example.com>";

/// The first pause between two attempts at a mail.
pub(crate) const RETRY_BASE: Duration = Duration::from_millis(100);

/// Everything that handlers work with.
pub(crate) struct Bench {
    pub(crate) services: Services,
    pub(crate) entropy: Entropy,
    pub(crate) mail: MailCatcher,
    pub(crate) settings: QueueSettings,
    database: TestDatabase,
}

impl Bench {
    pub(crate) async fn new() -> Self {
        let database = TestDatabase::prepared(async |database| {
            let migrated = dossier_migrations::migrate(database, |_| {}).await;
            migrated.expect("the migrations run");
        })
        .await;
        let settings = QueueSettings {
            mail_retry_base: RETRY_BASE,
            concurrency: 2,
            ..QueueSettings::default()
        };
        let store = Store::connect(database.uri(), "tests", &settings).await;
        let mail = MailCatcher::start().await.expect("a mail server");
        let entropy = Entropy::seeded(5);
        let services = Services {
            store: store.expect("the database can be reached"),
            clock: Clock::manual(START),
            entropy: entropy.clone(),
            token_keys: TokenKeys::parse(&FERNET_KEY.into()).expect("the key is good"),
            mailer: mailer(&mail.smtp_url()),
            inspector: Inspector::new(Limits::default(), Policy::standard()),
            public_url: PUBLIC_URL.into(),
            takes_invitations: true,
        };
        Self {
            services,
            entropy,
            mail,
            settings,
            database,
        }
    }

    /// Keeps new documents where `settings` say, sealed if they have keys.
    pub(crate) fn keeping_documents(mut self, settings: BlobSettings) -> Self {
        let store = self.services.store.clone();
        let store = store.with_blobs(settings, self.entropy.clone());
        self.services.store = store.expect("the place is there");
        self
    }

    pub(crate) fn store(&self) -> &Store {
        &self.services.store
    }

    pub(crate) fn uri(&self) -> &str {
        self.database.uri()
    }

    pub(crate) fn now(&self) -> DateTime {
        self.services.clock.now()
    }

    /// Starts workers of `queues`.
    pub(crate) fn work(&self, queues: &[QueueName]) -> Workers {
        self.work_with(handlers_of(queues))
    }

    /// Starts workers with `handlers`.
    pub(crate) fn work_with<'h>(&self, handlers: impl IntoIterator<Item = &'h Handler>) -> Workers {
        let stop = Arc::new(Notify::new());
        let monitor = monitor_of(&self.services, handlers, &self.settings);
        let stopped = stop.clone();
        let running = tokio::spawn(async move {
            let signal = async move {
                stopped.notified().await;
                Ok(())
            };
            let ended = monitor.run_with_signal(signal).await;
            ended.expect("the workers end well");
        });
        Workers { stop, running }
    }

    pub(crate) async fn job(&self, id: JobId) -> JobRecord {
        let operator = self.store().queue_operator();
        let found = operator.find_job(&id.to_string()).await;
        found.expect("it can be read").expect("it is there")
    }

    /// Waits until a job is in `state`.
    pub(crate) async fn reaches(&self, id: JobId, state: JobState) -> JobRecord {
        eventually(&format!("{id} is {state}"), async || {
            let job = self.job(id).await;
            (job.state == state).then_some(job)
        })
        .await
    }

    /// Has the first attempt made at a job of `J`, and waits for its end.
    pub(crate) async fn attempt<J: Job>(&self, id: JobId) -> JobRecord {
        let workers = self.work(&[QueueName::of::<J>()]);
        let ended = eventually(&format!("an attempt at {id} has ended"), async || {
            let job = self.job(id).await;
            (!job.history.is_empty()).then_some(job)
        })
        .await;
        workers.stop().await;
        ended
    }

    /// Gives a dead job another run.
    pub(crate) async fn retry(&self, id: JobId) {
        let selection = Selection::id(id.to_string());
        let operator = self.store().queue_operator();
        let report = operator
            .retry_jobs(&selection, RetryOptions::default())
            .await;
        assert_eq!(report.expect("it can be retried").changed, 1);
    }
}

/// A mailer that knows one mail server.
pub(crate) fn mailer(smtp_url: &str) -> Mailer {
    mailer_with(smtp_url, [])
}

/// A mailer that knows one mail server and has these settings besides.
pub(crate) fn mailer_with<const N: usize>(smtp_url: &str, more: [(&str, &str); N]) -> Mailer {
    let variables = [("SMTP_URL", smtp_url), ("MAIL_FROM", MAIL_FROM)];
    let variables = variables.into_iter().chain(more);
    let owned = variables.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let mut environment = Environment::of(owned);
    let settings = MailSettings::read(&mut environment);
    Mailer::smtp(settings.expect("the settings are good"))
}

/// Workers that take jobs until they are stopped.
pub(crate) struct Workers {
    stop: Arc<Notify>,
    running: JoinHandle<()>,
}

impl Workers {
    /// Lets jobs under way end.
    pub(crate) async fn stop(self) {
        self.stop.notify_one();
        self.running.await.expect("the workers do not panic");
    }
}
