//! What the heartbeats' own client is made of.

use mongodb::options::ClientOptions;

use super::Config;

/// What a client is made of.
#[derive(Debug)]
pub(crate) enum ClientSource {
    Options(Box<ClientOptions>),
    Uri(String),
}

impl Config {
    /// What the client of the heartbeats' own thread is made of, if they have one.
    pub(crate) fn heartbeat_source(&self) -> Option<ClientSource> {
        let options = self.heartbeat_client.clone();
        let options = options.map(|options| ClientSource::Options(Box::new(options)));
        options.or_else(|| self.database_uri.clone().map(ClientSource::Uri))
    }
}
