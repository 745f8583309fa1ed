//! Why there is no primary: each server that MONGODB_URI names is asked by itself.

use std::time::Duration;

use mongodb::Client;
use mongodb::bson::{Document, doc};
use mongodb::options::ServerAddress;

use super::{SchemaError, Store};

/// How long one server may take to answer.
const ANSWER_LIMIT: Duration = Duration::from_secs(1);

/// How many servers are asked.
const MOST_SERVERS: usize = 7;

impl SchemaError {
    /// Whether waiting does not help.
    pub(super) fn stays(&self) -> bool {
        matches!(
            self,
            Self::Standalone | Self::NotInitiated { .. } | Self::AnotherSet { .. }
        )
    }
}

impl Store {
    /// What the servers say about themselves that explains why no primary was found.
    pub(super) async fn diagnose(&self) -> Option<SchemaError> {
        let hosts = &self.options.hosts[..self.options.hosts.len().min(MOST_SERVERS)];
        let mut without_primary = None;
        for host in hosts {
            let client = self.client_for(host)?;
            let hello = client
                .database("admin")
                .run_command(doc! { "hello": 1 })
                .await;
            client.shutdown().await;
            let Ok(hello) = hello else {
                continue;
            };
            match self.explain(host, &hello) {
                Some(reason) if reason.stays() => return Some(reason),
                reason => without_primary = without_primary.or(reason),
            }
        }
        let names: Vec<String> = hosts.iter().map(ToString::to_string).collect();
        without_primary.or_else(|| {
            Some(SchemaError::Unreachable {
                hosts: names.join(", "),
            })
        })
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

    fn explain(&self, host: &ServerAddress, hello: &Document) -> Option<SchemaError> {
        let host = host.to_string();
        if hello.get_str("msg").ok() == Some("isdbgrid") {
            return None;
        }
        let Ok(found) = hello.get_str("setName") else {
            return match hello.get_bool("isreplicaset") {
                Ok(true) => Some(SchemaError::NotInitiated { host }),
                _ => Some(SchemaError::Standalone),
            };
        };
        match &self.options.repl_set_name {
            Some(wanted) if wanted != found => Some(SchemaError::AnotherSet {
                host,
                found: found.to_owned(),
                wanted: wanted.clone(),
            }),
            _ => Some(SchemaError::NoPrimary { host }),
        }
    }
}
