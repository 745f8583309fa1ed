//! Mail servers that misbehave.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// A server that says `lines` one after the other, each time something comes, and then nothing.
pub(crate) async fn server_that_says(lines: &'static [&'static str]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("smtp://{}", listener.local_addr().expect("an address"));
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut heard = [0; 64 * 1024];
                for line in lines {
                    if client.write_all(line.as_bytes()).await.is_err()
                        || !matches!(client.read(&mut heard).await, Ok(1..))
                    {
                        return;
                    }
                }
                std::future::pending::<()>().await;
            });
        }
    });
    url
}

/// A server whose greeting is a line without an end.
pub(crate) async fn server_with_an_endless_line() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("smtp://{}", listener.local_addr().expect("an address"));
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            tokio::spawn(async move { while client.write_all(&[b'2'; 4096]).await.is_ok() {} });
        }
    });
    url
}
