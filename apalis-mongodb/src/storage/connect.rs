//! A storage from an address alone.

use mongodb::Client;
use mongodb::options::ClientOptions;

use super::MongoStorage;
use crate::config::Config;
use crate::error::{Context, Error};

impl<Args> MongoStorage<Args> {
    /// The queue that `config` names, in the database that `uri` names, by a client of its own. Its
    /// workers' heartbeats have a thread of their own: see [`Config::heartbeat_client`].
    ///
    /// Nothing is sent to the server yet. To enqueue inside transactions, start their sessions with
    /// `storage.database().client()`.
    ///
    /// ```no_run
    /// # use apalis_mongodb::{Config, Error, MongoStorage};
    /// # async fn storage() -> Result<MongoStorage<String>, Error> {
    /// let uri = "mongodb://127.0.0.1:27017/app?replicaSet=rs0";
    /// MongoStorage::connect(uri, Config::new("send-email").concurrency(8)).await
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// - [`Error::InvalidQueueName`] and [`Error::InvalidConfig`], as [`Config::validate`].
    /// - [`Error::Database`] when `uri` cannot be understood or resolved.
    /// - [`Error::NoDatabase`] when it names none.
    pub async fn connect(uri: impl AsRef<str>, config: Config) -> Result<Self, Error> {
        config.validate()?;
        let options = ClientOptions::parse(uri.as_ref()).await;
        let options = options.context("read the database's address")?;
        let client = Client::with_options(options.clone()).context("create a client")?;
        let db = client.default_database().ok_or(Error::NoDatabase)?;
        Ok(Self::new(&db, config.heartbeat_client(options)))
    }
}
