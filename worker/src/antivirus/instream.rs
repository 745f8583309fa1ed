//! The `INSTREAM` command of clamd(8): length-prefixed chunks out, one line back.

use bytes::Bytes;
use dossier_common::store::StoreError;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::sync::mpsc::Receiver;

use super::{ScanError, ScanResult};

/// The longest chunk sent at once, in bytes.
const CHUNK_BYTES: usize = 64 * 1024;

/// The longest answer that is read, in bytes.
const ANSWER_BYTES: u64 = 4 * 1024;

/// Sends `bytes` to a clamd and reads its answer.
pub(super) async fn scan<S>(
    stream: &mut S,
    mut bytes: Receiver<Result<Bytes, StoreError>>,
) -> Result<ScanResult, ScanError>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let (mut reader, mut writer) = tokio::io::split(stream);
    let mut answering = std::pin::pin!(answer(&mut reader));
    // A clamd whose limit is passed answers and hangs up while bytes are still on their way, so
    // its answer is listened for from the beginning.
    let sent = tokio::select! {
        biased;
        early = &mut answering => return interpret(&early.map_err(ScanError::Unreachable)?),
        sent = send(&mut writer, &mut bytes) => sent,
    };
    match (sent, answering.await) {
        (Err(SendError::Store(error)), _) => Err(error.into()),
        (_, Ok(answer)) => interpret(&answer),
        (Err(SendError::Io(error)), _) | (Ok(()), Err(error)) => Err(ScanError::Unreachable(error)),
    }
}

enum SendError {
    Io(std::io::Error),
    Store(StoreError),
}

impl From<std::io::Error> for SendError {
    fn from(error: std::io::Error) -> Self {
        Self::Io(error)
    }
}

async fn send<S: AsyncWrite + Unpin>(
    stream: &mut S,
    bytes: &mut Receiver<Result<Bytes, StoreError>>,
) -> Result<(), SendError> {
    stream.write_all(b"zINSTREAM\0").await?;
    while let Some(piece) = bytes.recv().await {
        for chunk in piece.map_err(SendError::Store)?.chunks(CHUNK_BYTES) {
            let length = u32::try_from(chunk.len()).unwrap_or(u32::MAX);
            stream.write_u32(length).await?;
            stream.write_all(chunk).await?;
        }
    }
    stream.write_u32(0).await?;
    stream.flush().await?;
    Ok(())
}

/// Reads to the byte that ends an answer, or to the end of the stream.
async fn answer<S: AsyncRead + Unpin>(stream: &mut S) -> std::io::Result<String> {
    let mut answer = Vec::new();
    let mut stream = BufReader::new(stream.take(ANSWER_BYTES));
    stream.read_until(0, &mut answer).await?;
    let text = String::from_utf8_lossy(&answer);
    Ok(text.trim_matches(['\0', '\n', ' ']).to_owned())
}

fn interpret(answer: &str) -> Result<ScanResult, ScanError> {
    let text = answer.strip_prefix("stream: ").unwrap_or(answer);
    if text == "OK" {
        return Ok(ScanResult::Clean);
    }
    if let Some(signature) = text.strip_suffix(" FOUND") {
        return Ok(ScanResult::Infected(signature.to_owned()));
    }
    if text.contains("size limit exceeded") {
        return Err(ScanError::TooLarge);
    }
    Err(ScanError::Failed(answer.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_ok_is_clean() {
        assert!(matches!(interpret("stream: OK"), Ok(ScanResult::Clean)));
        let found = interpret("stream: Eicar-Test-Signature FOUND");
        assert!(matches!(found, Ok(ScanResult::Infected(name)) if name == "Eicar-Test-Signature"));
        let large = interpret("INSTREAM size limit exceeded. ERROR");
        assert!(matches!(large, Err(ScanError::TooLarge)));
        for other in ["stream: x ERROR", "OK?", "stream: not OK"] {
            assert!(
                matches!(interpret(other), Err(ScanError::Failed(_))),
                "{other}"
            );
        }
    }
}
