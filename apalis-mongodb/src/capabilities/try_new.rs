use apalis_core::backend::TryNewBackend;
use apalis_core::backend::codec::Codec;
use futures_util::FutureExt;
use mongodb::Client;
use mongodb::options::ClientOptions;

use crate::MongoStorage;
use crate::codec::MongoCompact;
use crate::config::Config;
use crate::error::{Context, Error};

impl<Args, C> TryNewBackend for MongoStorage<Args, C>
where
    C: Codec<Args> + Default,
    C::Compact: MongoCompact,
{
    type Backend = Self;

    /// Connects lazily to [`Config::database_uri`]; must be called inside a tokio runtime.
    fn try_new(config: Config) -> Result<Self, Error> {
        config.validate()?;
        let uri = config.database_uri.clone().ok_or(Error::NoDatabase)?;
        // Only an address that has to be looked up first (mongodb+srv) has to wait.
        let options = ClientOptions::parse(uri)
            .into_future()
            .now_or_never()
            .ok_or(Error::NoDatabase)?
            .context("read the database's address")?;
        let client = Client::with_options(options).context("create a client")?;
        let db = client.default_database().ok_or(Error::NoDatabase)?;
        Ok(Self::with_codec(&db, config, C::default()))
    }
}
