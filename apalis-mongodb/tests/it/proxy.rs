//! A proxy in front of the server, on which connections fail in the ways of networks.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use mongodb::options::ClientOptions;
use mongodb::{Client, Database};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};

/// A proxy in front of a server.
#[derive(Clone)]
pub(crate) struct Proxy {
    port: u16,
    state: Arc<State>,
}

#[derive(Default)]
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
    /// A proxy in front of the server with that connection string.
    pub(crate) async fn before(uri: &str) -> Self {
        let options = ClientOptions::parse(uri).await.unwrap();
        let target = options.hosts[0].to_string();
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = Arc::new(State::default());
        let shared = Arc::clone(&state);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let server = TcpStream::connect(&target).await.unwrap();
                let number = shared.connections.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(connect(client, server, number, Arc::clone(&shared)));
            }
        });
        Self { port, state }
    }

    /// The database `db`, by way of this proxy.
    pub(crate) async fn database(&self, db: &Database) -> Database {
        let uri = format!("mongodb://127.0.0.1:{}/?directConnection=true", self.port);
        let client = Client::with_uri_str(uri).await.unwrap();
        client.database(db.name())
    }

    /// From now on nothing passes on the connections there are, in either direction; they stay
    /// open. New connections work.
    pub(crate) fn black_hole(&self) {
        let connections = self.state.connections.load(Ordering::SeqCst);
        self.state.dead_before.store(connections, Ordering::SeqCst);
    }

    /// From now on nothing passes, on new connections neither; all of them stay open.
    pub(crate) fn cut_off(&self) {
        self.state.dead_before.store(usize::MAX, Ordering::SeqCst);
    }

    /// From now on replies have `bytes`, where they would have others as long.
    pub(crate) fn forge(&self, others: Vec<u8>, bytes: Vec<u8>) {
        assert_eq!(others.len(), bytes.len());
        *self.state.forged.lock().unwrap() = Some([others, bytes]);
    }

    /// The next request that has `bytes` in it reaches the server; the connection breaks before
    /// its reply.
    pub(crate) fn lose_reply_to(&self, bytes: &'static [u8]) {
        *self.lost() = Some(bytes);
    }

    /// Whether a reply is still to be lost.
    pub(crate) fn has_lost_reply(&self) -> bool {
        self.lost().is_none()
    }

    fn lost(&self) -> std::sync::MutexGuard<'_, Option<&'static [u8]>> {
        let lost = self.state.lose_reply_to.lock();
        lost.unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn is_dead(&self, connection: usize) -> bool {
        connection < self.dead_before.load(Ordering::SeqCst)
    }

    fn forge(&self, reply: &mut [u8]) {
        let forged = self.forged.lock().unwrap();
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
        let mut lost = self.lose_reply_to.lock().unwrap();
        let has = |bytes: &[u8]| request.windows(bytes.len()).any(|window| window == bytes);
        let loses = lost.is_some_and(has);
        if loses {
            *lost = None;
        }
        loses
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
    let mut bytes = vec![0; 1 << 20];
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
            // So that the server carries it out before it sees the connection break.
            tokio::time::sleep(std::time::Duration::from_millis(300)).await;
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
    let mut bytes = vec![0; 1 << 20];
    while let Ok(count @ 1..) = from.read(&mut bytes).await {
        state.forge(&mut bytes[..count]);
        if !state.is_dead(number) && to.write_all(&bytes[..count]).await.is_err() {
            return;
        }
    }
}
