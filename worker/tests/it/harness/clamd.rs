//! Virus scanners: a small one that speaks clamd's protocol, and the real one where it is installed.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};

use dossier_common::config::Environment;
use dossier_worker::antivirus::Antivirus;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio::sync::Semaphore;

use super::{PATIENCE, eventually};

/// A scanner at `url`.
pub(crate) fn antivirus(url: &str) -> Antivirus {
    let mut environment = Environment::of([("CLAMD_URL".to_owned(), url.to_owned())]);
    let antivirus = Antivirus::read(&mut environment);
    environment.finish(Some(())).expect("the address is good");
    antivirus
}

/// A scanner that always gives the same answer, and remembers what it was sent.
pub(crate) struct FakeClamd {
    pub(crate) url: String,
    pub(crate) received: Arc<Mutex<Vec<u8>>>,
    gate: Arc<Gate>,
}

/// Where whoever asks for an answer waits for it.
struct Gate {
    waiting: Semaphore,
    open: Semaphore,
}

impl FakeClamd {
    /// Reads every stream to its end (or, with `most`, hangs up after so many bytes) and answers.
    pub(crate) async fn start(answer: &'static str, most: Option<usize>) -> Self {
        let clamd = Self::start_closed(answer, most).await;
        clamd.open();
        clamd
    }

    /// The same, but gives no answer before it is [opened](Self::open).
    pub(crate) async fn start_closed(answer: &'static str, most: Option<usize>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("tcp://{}", listener.local_addr().expect("bound"));
        let received = Arc::new(Mutex::new(Vec::new()));
        let gate = Arc::new(Gate {
            waiting: Semaphore::new(0),
            open: Semaphore::new(0),
        });
        let (bytes, gated) = (received.clone(), gate.clone());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (bytes, gate) = (bytes.clone(), gated.clone());
                tokio::spawn(async move { serve(stream, &bytes, answer, most, &gate).await });
            }
        });
        Self {
            url,
            received,
            gate,
        }
    }

    /// Waits until `count` more documents wait for their answer.
    pub(crate) async fn wait_until_asked(&self, count: u32) {
        let asked = tokio::time::timeout(PATIENCE, self.gate.waiting.acquire_many(count)).await;
        let asked = asked.expect("in time").expect("it is never closed");
        asked.forget();
    }

    /// Gives all answers from now on.
    pub(crate) fn open(&self) {
        self.gate.open.add_permits(1);
    }
}

async fn serve(
    mut stream: TcpStream,
    received: &Mutex<Vec<u8>>,
    answer: &str,
    most: Option<usize>,
    gate: &Gate,
) -> std::io::Result<()> {
    let mut command = [0; 10];
    stream.read_exact(&mut command).await?;
    assert_eq!(&command, b"zINSTREAM\0");
    loop {
        let length = stream.read_u32().await? as usize;
        if length == 0 {
            break;
        }
        let mut chunk = vec![0; length];
        stream.read_exact(&mut chunk).await?;
        let mut received = received.lock().expect("nobody panicked");
        received.extend_from_slice(&chunk);
        if most.is_some_and(|most| received.len() > most) {
            break;
        }
    }
    gate.waiting.add_permits(1);
    let open = gate.open.acquire().await;
    drop(open.expect("it is never closed"));
    stream.write_all(answer.as_bytes()).await?;
    stream.write_all(b"\0").await?;
    // A connection that is closed on unread bytes is reset, and the answer may be lost with it.
    stream.shutdown().await?;
    tokio::io::copy(&mut stream, &mut tokio::io::sink())
        .await
        .map(drop)
}

/// Debian's clamd with one signature, that of the EICAR test file.
pub(crate) struct RealClamd {
    process: Child,
    folder: PathBuf,
    pub(crate) url: String,
}

const SIGNATURE: &str = "Eicar-Test-Signature:0:*:58354f2150254041505b345c505a58353428505e2937434329377d2445494341522d5354414e444152442d414e544956495255532d544553542d46494c452124482b482a\n";

impl RealClamd {
    /// Starts it, if it is installed.
    pub(crate) async fn start() -> Option<Self> {
        let program = ["/usr/sbin/clamd", "/usr/local/sbin/clamd"]
            .into_iter()
            .find(|path| std::path::Path::new(path).exists())?;
        let folder = std::env::temp_dir().join(format!("dossier-clamd-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder");
        std::fs::write(folder.join("test.ndb"), SIGNATURE).expect("a signature");
        let (settings, socket) = (folder.join("clamd.conf"), folder.join("socket"));
        let text = format!(
            "Foreground yes\nLocalSocket {}\nDatabaseDirectory {}\nTemporaryDirectory {}\n",
            socket.display(),
            folder.display(),
            folder.display()
        );
        std::fs::write(&settings, text).expect("settings");
        let process = Command::new(program)
            .arg("--config-file")
            .arg(&settings)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("clamd starts");
        let url = format!("unix://{}", socket.display());
        let clamd = Self {
            process,
            folder,
            url,
        };
        eventually("clamd listens", async || {
            UnixStream::connect(&socket).await.ok()
        })
        .await;
        Some(clamd)
    }
}

impl Drop for RealClamd {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}
