//! A whole stack for one test: real processes, real MongoDB, real SMTP.

use std::ops::{Deref, DerefMut};
use std::time::Duration;

use dossier_devstack::process::Profile;
use dossier_devstack::progress::Progress;
use dossier_devstack::stack::{Login, Prepared, Stack, StackOptions};
use dossier_devstack::story::{Client, Inbox};
use dossier_devstack::testing::{TestDatabase, eventually_within};
use serde_json::json;
use tempfile::TempDir;
use tokio::sync::{OnceCell, Semaphore, SemaphorePermit};

/// How long anything may take that should happen by itself.
pub(crate) const PATIENCE: Duration = Duration::from_secs(45);

static PREPARED: OnceCell<Prepared> = OnceCell::const_new();
/// More stacks at once would wait for each other's processor time.
static STACKS: Semaphore = Semaphore::const_new(2);

/// A stack on a database of its own. Dropping it kills its processes, then drops the
/// database, then deletes its state.
pub(crate) struct TestStack {
    stack: Stack,
    _database: Option<TestDatabase>,
    _state: TempDir,
    _permit: SemaphorePermit<'static>,
}

impl TestStack {
    pub(crate) async fn start(configure: impl FnOnce(StackOptions) -> StackOptions) -> Self {
        let permit = permit().await;
        let database = TestDatabase::create().await;
        let uri = database.uri().to_owned();
        Self::start_with(permit, Some(database), &uri, configure).await
    }

    /// On a database that the test sees to.
    pub(crate) async fn start_on(
        uri: &str,
        configure: impl FnOnce(StackOptions) -> StackOptions,
    ) -> Self {
        Self::start_with(permit().await, None, uri, configure).await
    }

    async fn start_with(
        permit: SemaphorePermit<'static>,
        database: Option<TestDatabase>,
        uri: &str,
        configure: impl FnOnce(StackOptions) -> StackOptions,
    ) -> Self {
        let state = tempfile::tempdir().expect("a temporary folder");
        let options = configure(StackOptions::new(state.path()).database_at(uri));
        let stack = match Stack::start(prepared().await, options).await {
            Ok(stack) => stack,
            Err(error) => panic!("the stack does not start: {error}"),
        };
        Self {
            stack,
            _database: database,
            _state: state,
            _permit: permit,
        }
    }

    /// Somebody who is not logged in.
    pub(crate) fn anyone(&self) -> Client {
        Client::new(self.api_url())
    }

    /// The Ops user, logged in.
    pub(crate) async fn ops(&self) -> Client {
        let Login { email, password } = &self.secrets().ops;
        self.anyone()
            .log_in(email, password)
            .await
            .expect("Ops can log in")
    }

    /// Signs an address up, and checks that it was accepted.
    pub(crate) async fn sign_up(&self, email: &str) {
        let body = json!({ "email": email, "password": "correct horse battery staple" });
        let answer = self.anyone().post("/v1/auth/sign-up", &body).await;
        answer
            .and_then(|answer| answer.expect(202))
            .expect("the sign-up is accepted");
    }

    /// A client who has signed up, verified and logged in.
    pub(crate) async fn client(&self, email: &str) -> Client {
        self.sign_up(email).await;
        let inbox = Inbox::at(&self.mail().inbox_url());
        let (_, token) = inbox
            .verification_link(email)
            .await
            .expect("the mail arrives");
        let body = json!({ "token": token, "password": "correct horse battery staple" });
        let answer = self.anyone().post("/v1/auth/verify-email", &body).await;
        answer
            .and_then(|answer| answer.expect(200))
            .expect("the sign-up is confirmed");
        self.anyone()
            .log_in(email, "correct horse battery staple")
            .await
            .expect("the client can log in")
    }

    /// How many mails an address has got.
    pub(crate) fn mails_to(&self, email: &str) -> usize {
        self.mail().mailbox().messages_to(email).len()
    }

    /// Waits for a mail to an address.
    pub(crate) async fn wait_for_mail(&self, email: &str) {
        let arrived = self
            .mail()
            .mailbox()
            .wait_for(PATIENCE, |message| message.to == email)
            .await;
        assert!(
            arrived.is_some(),
            "no mail to {email} within {} s",
            PATIENCE.as_secs()
        );
    }
}

impl Deref for TestStack {
    type Target = Stack;

    fn deref(&self) -> &Stack {
        &self.stack
    }
}

impl DerefMut for TestStack {
    fn deref_mut(&mut self) -> &mut Stack {
        &mut self.stack
    }
}

async fn permit() -> SemaphorePermit<'static> {
    STACKS.acquire().await.expect("the semaphore stays open")
}

/// Builds the programs, once for all tests.
pub(crate) async fn prepared() -> Prepared {
    let obtain = || async {
        let build = || Prepared::obtain(false, Profile::own(), Progress::Lines);
        tokio::task::spawn_blocking(build)
            .await
            .expect("the build does not panic")
    };
    match PREPARED.get_or_try_init(obtain).await {
        Ok(prepared) => prepared.clone(),
        Err(error) => panic!("the programs cannot be built: {error}"),
    }
}

/// Waits for what should happen by itself.
pub(crate) async fn eventually<T>(what: &str, look: impl AsyncFnMut() -> Option<T>) -> T {
    eventually_within(PATIENCE, what, look).await
}
