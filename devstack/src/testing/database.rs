//! A database for one test.

use std::thread;
use std::time::Duration;

use mongodb::options::ClientOptions;
use mongodb::{Client, Database};

use super::ended::Ended;
use super::server::mongodb_uri;
use super::uri::with_database;
use crate::environment;

/// A database with a random name that is dropped at the end of the test, or handed on to the next one where it was
/// [prepared](Self::prepared).
///
/// It belongs to the runtime of the test that created it. Dropping the value drops the
/// database too, from a thread of its own; [`TestDatabase::close`] does so in place.
#[derive(Debug)]
pub struct TestDatabase {
    client: Client,
    database: Database,
    uri: String,
    prepared: Option<Ended>,
    is_closed: bool,
}

impl TestDatabase {
    /// Creates a database.
    ///
    /// # Panics
    ///
    /// With one sentence that says what to do, when no MongoDB can be had.
    pub async fn create() -> Self {
        let server = match mongodb_uri().await {
            Ok(server) => server,
            Err(error) => panic!("{error}"),
        };
        Self::named(&server, &format!("test_{:016x}", rand::random::<u64>())).await
    }

    /// Creates a database that `prepare` gives its collections and indexes, or empties that of a test that has
    /// ended: what `prepare` wrote stays. Not for tests that change an index.
    ///
    /// # Panics
    ///
    /// As [`Self::create`], and when the database cannot be read.
    pub async fn prepared(prepare: impl AsyncFnOnce(&Database)) -> Self {
        // On a server that stays, nothing stays of ours.
        if environment::mongodb_uri().is_some() {
            let created = Self::create().await;
            prepare(created.database()).await;
            return created;
        }
        while let Some(ended) = Ended::take() {
            if let Some(reused) = Self::reuse(ended).await {
                return reused;
            }
        }
        let mut created = Self::create().await;
        prepare(created.database()).await;
        let prepared = Ended::as_prepared(created.database()).await;
        created.prepared = Some(prepared.expect("the collections can be listed"));
        created
    }

    /// The database of a test that has ended, unless it cannot be emptied.
    async fn reuse(ended: Ended) -> Option<Self> {
        let server = mongodb_uri().await.ok()?;
        let mut reused = Self::named(&server, &ended.name).await;
        let emptied = ended.empty(reused.database()).await;
        let is_as_prepared = emptied.unwrap_or_default();
        reused.prepared = is_as_prepared.then_some(ended);
        // What is not as it was prepared is dropped.
        reused.prepared.is_some().then_some(reused)
    }

    async fn named(server: &str, name: &str) -> Self {
        let uri = with_database(server, name);
        let client = connect(&uri)
            .await
            .unwrap_or_else(|error| panic!("MONGODB_URI is of no use: {error}"));
        let database = client.database(name);
        Self {
            client,
            database,
            uri,
            prepared: None,
            is_closed: false,
        }
    }

    /// The database.
    #[must_use]
    pub fn database(&self) -> &Database {
        &self.database
    }

    /// The client it is used through; its pool allows 20 connections.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Its address with its name, for programs that connect by themselves.
    #[must_use]
    pub fn uri(&self) -> &str {
        &self.uri
    }

    /// Drops the database now.
    ///
    /// # Errors
    ///
    /// When the server does not do so.
    pub async fn close(mut self) -> Result<(), mongodb::error::Error> {
        self.is_closed = true;
        self.database.drop().await
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        if let Some(prepared) = self.prepared.take().filter(|_| !self.is_closed) {
            prepared.hand_on();
        } else if !self.is_closed {
            let (uri, name) = (self.uri.clone(), self.database.name().to_owned());
            // The test's runtime is about to end, and a driver must not be left half-way:
            // another connection on another thread does it, and we wait. What fails here
            // stays behind on a server that is thrown away, or under a name that says test.
            let _ = thread::spawn(move || drop_from_outside(&uri, &name)).join();
        }
    }
}

fn drop_from_outside(uri: &str, name: &str) -> Option<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .ok()?;
    runtime.block_on(async {
        let client = connect(uri).await.ok()?;
        let outcome = client.database(name).drop().await;
        client.shutdown().await;
        outcome.ok()
    })
}

async fn connect(uri: &str) -> Result<Client, mongodb::error::Error> {
    let mut options = ClientOptions::parse(uri).await?;
    options.max_pool_size = options.max_pool_size.or(Some(20));
    options.server_selection_timeout = options
        .server_selection_timeout
        .or(Some(Duration::from_secs(10)));
    Client::with_options(options)
}
