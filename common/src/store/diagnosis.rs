//! Why the database cannot be used: each server that MONGODB_URI names is asked by itself.

use std::time::Duration;

use futures_util::future::join_all;
use mongodb::Client;
use mongodb::bson::{Document, doc};
use mongodb::options::ServerAddress;
use tokio::time::timeout;

use super::{SchemaError, Store};

/// How long one server may take to answer.
const ANSWER_LIMIT: Duration = Duration::from_secs(1);

/// How many servers are asked.
const MOST_SERVERS: usize = 7;

impl SchemaError {
    /// Whether waiting does not help.
    pub(super) fn stays(&self) -> bool {
        self.rank() == 0
    }

    /// Which one to tell of several servers: the lowest.
    fn rank(&self) -> u8 {
        match self {
            Self::Standalone | Self::NotInitiated { .. } | Self::AnotherSet { .. } => 0,
            Self::NotInTime { .. } => 1,
            _ => 2,
        }
    }
}

impl Store {
    /// What the servers say about themselves that explains why the database cannot be used.
    pub(super) async fn diagnose(&self) -> SchemaError {
        let hosts = &self.options.hosts[..self.options.hosts.len().min(MOST_SERVERS)];
        let answers = join_all(hosts.iter().map(|host| self.ask(host))).await;
        let reasons = answers.into_iter().flatten();
        reasons.min_by_key(SchemaError::rank).unwrap_or_else(|| {
            let names: Vec<String> = hosts.iter().map(ToString::to_string).collect();
            SchemaError::Unreachable {
                hosts: names.join(", "),
            }
        })
    }

    /// What `host` says about itself, if it answers in time.
    async fn ask(&self, host: &ServerAddress) -> Option<SchemaError> {
        let client = self.client_for(host)?;
        // In a task of its own: a database call must not be dropped half-way.
        let asking = tokio::spawn(async move {
            let admin = client.database("admin");
            let hello = admin.run_command(doc! { "hello": 1 }).await;
            client.shutdown().await;
            hello.ok()
        });
        let hello = timeout(2 * ANSWER_LIMIT, asking).await.ok()?.ok()??;
        Some(self.explain(host, &hello))
    }

    /// A client that talks to `host` alone, whatever it is. There is none for addresses that only
    /// make sense as a whole.
    fn client_for(&self, host: &ServerAddress) -> Option<Client> {
        let mut options = self.options.as_ref().clone();
        options.hosts = vec![host.clone()];
        options.direct_connection = Some(true);
        options.repl_set_name = None;
        options.server_selection_timeout = Some(ANSWER_LIMIT);
        options.connect_timeout = Some(ANSWER_LIMIT);
        Client::with_options(options).ok()
    }

    fn explain(&self, host: &ServerAddress, hello: &Document) -> SchemaError {
        let host = host.to_string();
        let says = |field| hello.get_bool(field).unwrap_or(false);
        let is_router = hello.get_str("msg").ok() == Some("isdbgrid");
        let (found, wanted) = (hello.get_str("setName"), &self.options.repl_set_name);
        match (found, wanted) {
            _ if is_router => SchemaError::NotInTime { host },
            (Err(_), _) if says("isreplicaset") => SchemaError::NotInitiated { host },
            (Err(_), _) => SchemaError::Standalone,
            (Ok(found), Some(wanted)) if wanted != found => SchemaError::AnotherSet {
                host,
                found: found.to_owned(),
                wanted: wanted.clone(),
            },
            _ if says("isWritablePrimary") => SchemaError::NotInTime { host },
            _ => SchemaError::NoPrimary { host },
        }
    }
}
