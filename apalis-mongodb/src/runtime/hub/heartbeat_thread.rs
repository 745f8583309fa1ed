//! A thread for heartbeats alone, with a runtime and a client of its own: a handler that blocks every
//! thread of its runtime, or takes every connection of its client, does not keep them from being sent.

use std::sync::Weak;
use std::thread;

use mongodb::options::ClientOptions;
use mongodb::{Client, Database};
use tokio::runtime::Builder;
use tokio::sync::{oneshot, watch};

use super::{Hub, heartbeats};
use crate::config::ClientSource;
use crate::error::{Context, Error};

/// Heartbeats are one command after the other; a second connection takes over from one that hangs.
const CONNECTIONS: u32 = 2;

/// What a thread needs to send the heartbeats of a hub.
type Assignment = (Weak<Hub>, watch::Receiver<()>);

/// A thread with a client. It ends with the last worker of its hub, or if it is not given one.
pub(super) struct HeartbeatThread {
    assignment: oneshot::Sender<Assignment>,
}

impl HeartbeatThread {
    /// Starts a thread whose client is made from `source`.
    ///
    /// # Errors
    ///
    /// When the thread cannot start, or the client cannot be made. Whether a server answers is not
    /// known by then.
    pub(super) async fn start(source: ClientSource, database: &str) -> Result<Self, Error> {
        let runtime = Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(Error::HeartbeatThread)?;
        let (assignment, assigned) = oneshot::channel();
        let (ready, started) = oneshot::channel();
        let database = database.to_owned();
        let work = move || {
            runtime.block_on(async {
                match connect(source, &database).await {
                    Ok(db) => {
                        // Whoever started us may be gone.
                        let _ = ready.send(Ok(()));
                        if let Ok((hub, newcomers)) = assigned.await {
                            heartbeats::run(hub, newcomers, Some(db)).await;
                        }
                    }
                    Err(error) => drop(ready.send(Err(error))),
                }
            });
            runtime.shutdown_background();
        };
        let thread = thread::Builder::new().name("apalis-heartbeats".to_owned());
        thread.spawn(work).map_err(Error::HeartbeatThread)?;
        started.await.unwrap_or(Err(Error::Stopped))?;
        Ok(Self { assignment })
    }

    /// Has the thread send the heartbeats of `hub`.
    pub(super) fn serve(self, hub: Weak<Hub>, newcomers: watch::Receiver<()>) {
        // A thread that has a client waits for this.
        let _ = self.assignment.send((hub, newcomers));
    }
}

async fn connect(source: ClientSource, database: &str) -> Result<Database, Error> {
    let mut options = match source {
        ClientSource::Options(options) => *options,
        ClientSource::Uri(uri) => {
            let options = ClientOptions::parse(uri).await;
            options.context("read the database's address")?
        }
    };
    options.min_pool_size = None;
    options.max_pool_size = Some(CONNECTIONS);
    let client = Client::with_options(options).context("create a client for heartbeats")?;
    Ok(client.database(database))
}
