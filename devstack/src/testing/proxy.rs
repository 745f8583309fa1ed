//! A proxy in front of the server, on which connections fail in the ways of networks.

use std::net::Ipv4Addr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use std::{io, mem};

use mongodb::Client;
use mongodb::options::ClientOptions;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};

/// How long a connection outlives the request whose reply is lost, so that the server carries the
/// request out before it sees the connection break.
const BREAK_AFTER: Duration = Duration::from_millis(300);

/// A message of the driver fits into one read, unless it is one of many large documents.
const BUFFER_BYTES: usize = 1 << 20;

/// A proxy in front of a MongoDB server, which may come and go behind it.
///
/// It lives as long as the runtime it was started on.
#[derive(Debug, Clone)]
pub struct Proxy {
    port: u16,
    state: Arc<State>,
}

#[derive(Debug, Default)]
struct State {
    /// Connections are numbered in the order in which they come.
    connections: AtomicUsize,
    /// All connections before this one have died without a word.
    dead_before: AtomicUsize,
    /// The next request that has these bytes reaches the server, and its reply nobody.
    lose_reply_to: Mutex<Option<&'static [u8]>>,
    /// Bytes of replies, and what arrives instead.
    forged: Mutex<Option<[Vec<u8>; 2]>>,
}

impl Proxy {
    /// A proxy in front of the first server that a connection string names.
    ///
    /// # Errors
    ///
    /// When the string is none, or no port is free.
    pub async fn before(uri: &str) -> Result<Self, mongodb::error::Error> {
        let options = ClientOptions::parse(uri).await?;
        Ok(Self::before_address(options.hosts[0].to_string()).await?)
    }

    async fn before_address(target: String) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let port = listener.local_addr()?.port();
        let state = Arc::new(State::default());
        let shared = Arc::clone(&state);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let number = shared.connections.fetch_add(1, Ordering::SeqCst);
                // Without a server the client is refused, as it would be without a proxy.
                if let Ok(server) = TcpStream::connect(&target).await {
                    tokio::spawn(connect(client, server, number, Arc::clone(&shared)));
                }
            }
        });
        Ok(Self { port, state })
    }

    /// The address of a database on the server by way of this proxy.
    #[must_use]
    pub fn uri(&self, database: &str) -> String {
        format!(
            "mongodb://127.0.0.1:{}/{database}?directConnection=true",
            self.port
        )
    }

    /// The same database by way of this proxy.
    ///
    /// # Errors
    ///
    /// When there can be no such client.
    pub async fn database(
        &self,
        database: &mongodb::Database,
    ) -> Result<mongodb::Database, mongodb::error::Error> {
        let client = Client::with_uri_str(self.uri(database.name())).await?;
        Ok(client.database(database.name()))
    }

    /// From now on nothing passes on the connections there are, in either direction; they stay
    /// open. New connections work.
    pub fn black_hole(&self) {
        let connections = self.state.connections.load(Ordering::SeqCst);
        self.state.dead_before.store(connections, Ordering::SeqCst);
    }

    /// From now on nothing passes, on new connections neither; all of them stay open.
    pub fn cut_off(&self) {
        self.state.dead_before.store(usize::MAX, Ordering::SeqCst);
    }

    /// From now on replies have `bytes`, where they would have others as long.
    ///
    /// # Panics
    ///
    /// When they are not as long as the others: the length of a message is part of it.
    pub fn forge(&self, others: Vec<u8>, bytes: Vec<u8>) {
        assert_eq!(others.len(), bytes.len());
        let forged = self.state.forged.lock();
        *forged.unwrap_or_else(PoisonError::into_inner) = Some([others, bytes]);
    }

    /// The next request that has `bytes` in it reaches the server; the connection breaks before
    /// its reply.
    pub fn lose_reply_to(&self, bytes: &'static [u8]) {
        *self.state.lost() = Some(bytes);
    }

    /// Whether the reply that [`Proxy::lose_reply_to`] asked for has been lost.
    #[must_use]
    pub fn has_lost_reply(&self) -> bool {
        self.state.lost().is_none()
    }
}

impl State {
    fn is_dead(&self, connection: usize) -> bool {
        connection < self.dead_before.load(Ordering::SeqCst)
    }

    fn forge(&self, reply: &mut [u8]) {
        let forged = self.forged.lock().unwrap_or_else(PoisonError::into_inner);
        let Some([others, bytes]) = forged.as_ref() else {
            return;
        };
        for at in 0..reply.len() {
            if reply[at..].starts_with(others) {
                reply[at..at + bytes.len()].copy_from_slice(bytes);
            }
        }
    }

    fn loses_reply_to(&self, request: &[u8]) -> bool {
        let mut lost = self.lost();
        let has = |bytes: &[u8]| request.windows(bytes.len()).any(|window| window == bytes);
        lost.is_some_and(has) && mem::take(&mut *lost).is_some()
    }

    fn lost(&self) -> MutexGuard<'_, Option<&'static [u8]>> {
        let lost = self.lose_reply_to.lock();
        lost.unwrap_or_else(PoisonError::into_inner)
    }
}

async fn connect(client: TcpStream, server: TcpStream, number: usize, state: Arc<State>) {
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    let replies = tokio::spawn(pass_replies(
        from_server,
        to_client,
        number,
        Arc::clone(&state),
    ));
    pass_requests(from_client, to_server, number, &state).await;
    replies.abort();
}

/// Ends when the client does, or when the next reply is to be lost.
async fn pass_requests(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    number: usize,
    state: &State,
) {
    let mut bytes = vec![0; BUFFER_BYTES];
    while let Ok(count @ 1..) = from.read(&mut bytes).await {
        if state.is_dead(number) {
            continue;
        }
        let request = &bytes[..count];
        let loses = state.loses_reply_to(request);
        if to.write_all(request).await.is_err() {
            return;
        }
        if loses {
            tokio::time::sleep(BREAK_AFTER).await;
            return;
        }
    }
}

async fn pass_replies(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    number: usize,
    state: Arc<State>,
) {
    let mut bytes = vec![0; BUFFER_BYTES];
    while let Ok(count @ 1..) = from.read(&mut bytes).await {
        state.forge(&mut bytes[..count]);
        if !state.is_dead(number) && to.write_all(&bytes[..count]).await.is_err() {
            return;
        }
    }
}
