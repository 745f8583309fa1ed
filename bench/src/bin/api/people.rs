//! Who asks: clients, each with a session of their own, and Ops.

use std::time::{Duration, Instant};

use anyhow::Context;
use dossier_common::clock::Clock;
use dossier_common::email::EmailAddress;
use dossier_common::entropy::Entropy;
use dossier_common::id::UserId;
use dossier_common::store::{Store, collection};
use dossier_common::user::{Role, User};
use dossier_devstack::stack::{Login, Stack};
use dossier_devstack::story::Client;
use futures_util::{StreamExt, TryStreamExt, stream};
use serde_json::{Value, json};

/// Each of them hashes a password.
const LOG_INS_AT_ONCE: usize = 4;

/// Half of what an access token lives.
const REFRESH_AFTER: Duration = Duration::from_secs(450);

/// Everybody's sessions.
pub(crate) struct People {
    api: Client,
    clients: Vec<Session>,
    ops: Session,
    refreshed: Instant,
}

/// A session of one person.
struct Session {
    access_token: String,
    refresh_token: String,
}

impl People {
    /// Makes the accounts of so many clients and logs everybody in.
    pub(crate) async fn log_in(stack: &Stack, store: &Store, clients: u16) -> anyhow::Result<Self> {
        let (api, ops) = (Client::new(stack.api_url()), &stack.secrets().ops);
        let logins = make_clients(store, ops, clients).await?;
        let clients = stream::iter(&logins)
            .map(|login| Session::open(&api, login))
            .buffered(LOG_INS_AT_ONCE)
            .try_collect()
            .await?;
        Ok(Self {
            ops: Session::open(&api, ops).await?,
            clients,
            api,
            refreshed: Instant::now(),
        })
    }

    /// Trades all tokens in, unless they are new.
    pub(crate) async fn refresh(&mut self) -> anyhow::Result<()> {
        if self.refreshed.elapsed() < REFRESH_AFTER {
            return Ok(());
        }
        for session in self.clients.iter_mut().chain([&mut self.ops]) {
            let token = json!({ "refresh_token": session.refresh_token });
            *session = Session::get(&self.api, "/v1/auth/refresh", &token).await?;
        }
        self.refreshed = Instant::now();
        Ok(())
    }

    /// The access token of each client.
    pub(crate) fn clients(&self) -> Vec<&str> {
        let tokens = self.clients.iter();
        tokens.map(|client| client.access_token.as_str()).collect()
    }

    /// The access token of Ops.
    pub(crate) fn ops(&self) -> &str {
        &self.ops.access_token
    }
}

impl Session {
    async fn open(api: &Client, login: &Login) -> anyhow::Result<Self> {
        let login = json!({ "email": login.email, "password": login.password });
        Self::get(api, "/v1/auth/login", &login).await
    }

    async fn get(api: &Client, path: &str, body: &Value) -> anyhow::Result<Self> {
        let answer = api.post(path, body).await?.expect(200)?;
        Ok(Self {
            access_token: answer.text("access_token")?,
            refresh_token: answer.text("refresh_token")?,
        })
    }
}

/// Accounts with the password of Ops, so that nothing has to be hashed for them.
async fn make_clients(store: &Store, ops: &Login, count: u16) -> anyhow::Result<Vec<Login>> {
    let found = store
        .find_user_by_email_key(&ops.email.to_lowercase())
        .await?;
    let password_hash = found.context("Ops has no account")?.password_hash;
    let (now, entropy) = (Clock::system().now(), Entropy::system());
    let clients = (0..count).map(|number| {
        let email: EmailAddress = format!("client-{number}@example.com").parse()?;
        let (id, name) = (UserId::generate(&entropy, now), Some("Ada".to_owned()));
        let hash = password_hash.clone();
        Ok(User::new(id, email, name, Role::Client, hash, now))
    });
    let clients = clients.collect::<anyhow::Result<Vec<User>>>()?;
    let users = store.database().collection::<User>(collection::USERS);
    users.insert_many(&clients).await?;
    let login = |client: &User| Login {
        email: client.email.as_str().to_owned(),
        password: ops.password.clone(),
    };
    Ok(clients.iter().map(login).collect())
}
