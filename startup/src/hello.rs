//! Asking a server what it is.

use std::io;
use std::time::Duration;

use mongodb::Client;
use mongodb::bson::{Document, doc};
use mongodb::options::ClientOptions;
use tokio::time::timeout;

use crate::ServerError;

/// Makes sure that the server that answered `hello` has transactions and change streams.
///
/// # Errors
///
/// [`ServerError::Standalone`].
pub fn ensure_replicated(hello: &Document) -> Result<(), ServerError> {
    if hello.contains_key("setName") || is_router(hello) {
        return Ok(());
    }
    Err(ServerError::Standalone)
}

/// Whether a router of a sharded cluster answered `hello`.
pub(crate) fn is_router(hello: &Document) -> bool {
    hello.get_str("msg").ok() == Some("isdbgrid")
}

/// Asks the primary what it is; it has about `limit` to be found, and as long for its answer.
pub(crate) async fn ask(
    mut options: ClientOptions,
    limit: Duration,
) -> mongodb::error::Result<Document> {
    options.server_selection_timeout = Some(limit);
    options.connect_timeout = Some(limit);
    let client = Client::with_options(options)?;
    // In a task of its own, which goes on: a database call must not be dropped half-way.
    let asking = tokio::spawn(async move {
        let admin = client.database("admin");
        let hello = admin.run_command(doc! { "hello": 1 }).await;
        client.shutdown().await;
        hello
    });
    match timeout(2 * limit, asking).await {
        Ok(Ok(hello)) => hello,
        Ok(Err(broken)) => Err(io::Error::other(broken).into()),
        Err(_) => Err(io::Error::from(io::ErrorKind::TimedOut).into()),
    }
}
