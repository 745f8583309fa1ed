//! The virus scanner, where there is one: clamd, asked after the inspection.

mod address;
mod instream;

use std::time::Duration;

use dossier_common::config::Environment;
use dossier_common::store::StoreError;
use dossier_common::store::blobs::{BlobReader, ByteRange};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, UnixStream};
use tokio::time::timeout;

use address::Address;

/// How long clamd may take to take the call.
const CONNECT_LIMIT: Duration = Duration::from_secs(5);

/// How long a whole scan may take.
const SCAN_LIMIT: Duration = Duration::from_secs(120);

/// What the scanner found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ScanResult {
    /// Nothing.
    Clean,
    /// Something, by the name of its signature.
    Infected(String),
}

/// Why there is no finding. The document stays unavailable, and the scan is tried again.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ScanError {
    /// Nobody answers at the scanner's address.
    #[error("the virus scanner is not available: {0}")]
    Unreachable(#[source] std::io::Error),
    /// The scanner did not answer in time.
    #[error("the virus scanner did not answer in time")]
    TimedOut,
    /// The document is larger than the scanner takes.
    #[error(
        "the document is larger than the virus scanner takes; raise StreamMaxLength in clamd.conf"
    )]
    TooLarge,
    /// The scanner answered with an error, or with nothing that can be read.
    #[error("the virus scanner answered {0:?}")]
    Failed(String),
    /// The stored bytes could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The scanner of this worker: none, or a clamd.
#[derive(Clone, Debug, Default)]
pub struct Antivirus(Option<Address>);

impl Antivirus {
    /// Reads `CLAMD_URL`; without it there is no scanner.
    pub fn read(env: &mut Environment) -> Self {
        let rule = "must be tcp://host:3310 or unix:///path/of/clamd.sock";
        let Some(text) = env.text("CLAMD_URL") else {
            return Self(None);
        };
        let address = Address::parse(&text);
        if address.is_none() {
            env.problem("CLAMD_URL", rule);
        }
        Self(address)
    }

    /// Whether there is a scanner.
    pub fn is_on(&self) -> bool {
        self.0.is_some()
    }

    /// Has the bytes of `blob` scanned; without a scanner they count as clean.
    ///
    /// # Errors
    ///
    /// [`ScanError`] when there is no finding.
    pub async fn scan(&self, blob: BlobReader) -> Result<ScanResult, ScanError> {
        let Some(address) = &self.0 else {
            return Ok(ScanResult::Clean);
        };
        // Both ends are sockets and a channel here: nothing of the database is dropped half-way.
        match timeout(SCAN_LIMIT, scan_at(address, blob)).await {
            Ok(finding) => finding,
            Err(_) => Err(ScanError::TimedOut),
        }
    }
}

async fn scan_at(address: &Address, blob: BlobReader) -> Result<ScanResult, ScanError> {
    let whole = ByteRange {
        start: 0,
        end: blob.size_bytes(),
    };
    let mut stream = connect(address).await?;
    instream::scan(&mut stream, blob.stream(whole)).await
}

trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<S: AsyncRead + AsyncWrite + Unpin + Send> Stream for S {}

async fn connect(address: &Address) -> Result<Box<dyn Stream>, ScanError> {
    let connecting = async {
        Ok::<Box<dyn Stream>, std::io::Error>(match address {
            Address::Tcp(host) => Box::new(TcpStream::connect(host).await?),
            Address::Unix(path) => Box::new(UnixStream::connect(path).await?),
        })
    };
    match timeout(CONNECT_LIMIT, connecting).await {
        Ok(connected) => connected.map_err(ScanError::Unreachable),
        Err(_) => Err(ScanError::TimedOut),
    }
}
