//! The worker's own handlers, in this process, with captured mail.

use std::sync::Arc;

use dossier_common::queue::{QueueName, QueueSettings};
use dossier_worker::document::{Limits, Policy};
use dossier_worker::inspection::Inspector;
use dossier_worker::mail::Mailer;
use dossier_worker::run::monitor;
use dossier_worker::services::Services;
use mail_parser::MessageParser;
use tokio::sync::Notify;
use tokio::task::JoinHandle;

use super::{App, eventually};

/// Workers that take jobs until they are stopped.
pub(crate) struct Workers {
    mailer: Mailer,
    stop: Arc<Notify>,
    running: JoinHandle<()>,
}

impl Workers {
    /// Starts workers of `queues`.
    pub(crate) fn start(app: &App, queues: &[QueueName]) -> Self {
        let mailer = Mailer::capture(
            "Dossier <no-reply@dossier.example.com>"
                .parse()
                .expect("ok"),
        );
        let services = Services {
            store: app.state.store.clone(),
            clock: app.state.clock.clone(),
            entropy: app.state.entropy.clone(),
            token_keys: app.state.token_keys.clone(),
            mailer: mailer.clone(),
            inspector: Inspector::new(Limits::default(), Policy::standard()),
            public_url: app.state.public_url.clone(),
            takes_invitations: app.state.sign_up.takes_invitations(),
        };
        let stop = Arc::new(Notify::new());
        let monitor = monitor(&services, queues, &QueueSettings::default());
        let stopped = stop.clone();
        let running = tokio::spawn(async move {
            let signal = async move {
                stopped.notified().await;
                Ok(())
            };
            let ended = monitor.run_with_signal(signal).await;
            ended.expect("the workers end well");
        });
        Self {
            mailer,
            stop,
            running,
        }
    }

    /// The plain texts of the mails so far, in order.
    pub(crate) fn mails(&self) -> Vec<String> {
        let messages = self.mailer.captured();
        let text = |raw: Vec<u8>| {
            let message = MessageParser::default().parse(&raw).expect("a mail");
            message.body_text(0).expect("a text").into_owned()
        };
        messages.iter().map(|it| text(it.formatted())).collect()
    }

    /// The `count`th mail.
    pub(crate) async fn mail(&self, count: usize) -> String {
        let what = format!("mail {count} is sent");
        eventually(&what, async || self.mails().get(count - 1).cloned()).await
    }

    /// The token of the link in the `count`th mail.
    pub(crate) async fn verification_token(&self, count: usize) -> String {
        self.token("verify-email", count).await
    }

    /// The token of the link to `page` in the `count`th mail.
    pub(crate) async fn token(&self, page: &str, count: usize) -> String {
        let mail = self.mail(count).await;
        let (_, rest) = mail.split_once(&format!("/{page}/")).expect("a link");
        rest.split_whitespace().next().expect("a token").to_owned()
    }

    /// Lets jobs under way end.
    pub(crate) async fn stop(self) {
        self.stop.notify_one();
        self.running.await.expect("the workers do not panic");
    }
}
