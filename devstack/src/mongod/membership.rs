//! Makes freshly started servers members of a replica set.

use std::time::{Duration, Instant};

use mongodb::Client;
use mongodb::bson::{Bson, Document, doc};
use mongodb::error::ErrorKind;
use mongodb::options::ClientOptions;

use super::error::Error;

/// Every replica set we start has this name.
pub(super) const NAME: &str = "rs0";

const NOT_YET_INITIALIZED: i32 = 94;

/// Initiates the set, or renames its only member when the port has changed since, and waits
/// until it accepts writes. `false` means that the deadline passed first.
pub(super) async fn ensure(port: u16, deadline: Instant) -> Result<bool, Error> {
    let client = connect(port).await.map_err(Error::database("connect"))?;
    let outcome = ensure_on(&client, port, deadline).await;
    client.shutdown().await;
    outcome
}

async fn ensure_on(client: &Client, port: u16, deadline: Instant) -> Result<bool, Error> {
    let member = host(port);
    match current_config(client).await? {
        None => initiate(client, set_of(&[port])).await?,
        Some(config) if only_member(&config) == Some(&member) => {}
        Some(config) => move_member(client, config, &member).await?,
    }
    while Instant::now() < deadline {
        if is_primary(client).await {
            return Ok(true);
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Ok(false)
}

/// Makes the servers on `ports`, which belong to no set yet, one set; the first one is told. An
/// election comes sooner than MongoDB's ten seconds after a primary is gone.
pub(super) async fn initiate_several(ports: &[u16]) -> Result<(), Error> {
    let mut config = set_of(ports);
    config.insert(
        "settings",
        doc! { "electionTimeoutMillis": 3000, "heartbeatIntervalMillis": 500 },
    );
    let client = connect(ports[0])
        .await
        .map_err(Error::database("connect"))?;
    let outcome = initiate(&client, config).await;
    client.shutdown().await;
    outcome
}

/// Whether the server on `port` is a primary that accepts writes.
pub(super) async fn is_primary_on(port: u16) -> bool {
    let Ok(client) = connect(port).await else {
        return false;
    };
    let answer = is_primary(&client).await;
    client.shutdown().await;
    answer
}

/// Has the primary on `port` step down for a few seconds, in favour of a secondary that has
/// everything it has.
pub(super) async fn step_down(port: u16) -> Result<(), Error> {
    let client = connect(port).await.map_err(Error::database("connect"))?;
    let command = doc! { "replSetStepDown": 5, "secondaryCatchUpPeriodSecs": 3 };
    let outcome = run(&client, "step down", command).await;
    client.shutdown().await;
    outcome
}

/// Waits until a server answers on `port`.
pub(super) async fn hear_from(port: u16) -> Result<(), Error> {
    let client = connect(port).await.map_err(Error::database("connect"))?;
    let outcome = run(&client, "answer", doc! { "hello": 1 }).await;
    client.shutdown().await;
    outcome
}

fn host(port: u16) -> String {
    format!("127.0.0.1:{port}")
}

fn set_of(ports: &[u16]) -> Document {
    let members: Vec<Document> = (0_i32..)
        .zip(ports)
        .map(|(id, port)| doc! { "_id": id, "host": host(*port) })
        .collect();
    doc! { "_id": NAME, "members": members }
}

async fn connect(port: u16) -> Result<Client, mongodb::error::Error> {
    let uri = format!("mongodb://{}/?directConnection=true", host(port));
    let mut options = ClientOptions::parse(uri).await?;
    options.server_selection_timeout = Some(Duration::from_secs(10));
    Client::with_options(options)
}

async fn current_config(client: &Client) -> Result<Option<Document>, Error> {
    match client
        .database("admin")
        .run_command(doc! { "replSetGetConfig": 1 })
        .await
    {
        Ok(answer) => Ok(answer.get_document("config").ok().cloned()),
        Err(error) if is_code(&error, NOT_YET_INITIALIZED) => Ok(None),
        Err(error) => Err(Error::database("show its replica set")(error)),
    }
}

async fn initiate(client: &Client, config: Document) -> Result<(), Error> {
    let command = doc! { "replSetInitiate": config };
    run(client, "initiate its replica set", command).await
}

/// An old data folder on a new port: the server does not find itself in its own set, which
/// only a forced change can mend.
async fn move_member(client: &Client, mut config: Document, member: &str) -> Result<(), Error> {
    let version = config.get_i32("version").unwrap_or(1);
    config.insert("version", version + 1);
    config.insert(
        "members",
        vec![Bson::from(doc! { "_id": 0, "host": member })],
    );
    run(
        client,
        "move its replica set to another port",
        doc! { "replSetReconfig": config, "force": true },
    )
    .await
}

async fn run(client: &Client, operation: &'static str, command: Document) -> Result<(), Error> {
    match client.database("admin").run_command(command).await {
        Ok(_) => Ok(()),
        // The command may cut the connection it came on; whether it worked shows later.
        Err(error) if is_cut(&error) => Ok(()),
        Err(error) => Err(Error::database(operation)(error)),
    }
}

/// A server that changes its mind about its set cuts its connections: no answer is a no.
async fn is_primary(client: &Client) -> bool {
    let hello = client
        .database("admin")
        .run_command(doc! { "hello": 1 })
        .await;
    hello.is_ok_and(|hello| hello.get_bool("isWritablePrimary").unwrap_or(false))
}

fn only_member(config: &Document) -> Option<&str> {
    let member = config.get_array("members").ok()?.first()?.as_document()?;
    member.get_str("host").ok()
}

fn is_code(error: &mongodb::error::Error, code: i32) -> bool {
    matches!(error.kind.as_ref(), ErrorKind::Command(command) if command.code == code)
}

fn is_cut(error: &mongodb::error::Error) -> bool {
    matches!(
        error.kind.as_ref(),
        ErrorKind::Io(_) | ErrorKind::ConnectionPoolCleared { .. }
    )
}
