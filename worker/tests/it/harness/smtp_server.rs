//! Mail servers that misbehave.

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// A server that says `lines` one after the other, each time something comes, and then nothing.
pub(crate) async fn server_that_says<L>(lines: &'static [L]) -> String
where
    L: AsRef<[u8]> + Sync,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("smtp://{}", listener.local_addr().expect("an address"));
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut heard = [0; 64 * 1024];
                for line in lines {
                    if client.write_all(line.as_ref()).await.is_err()
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

/// A server whose greeting is `bytes` again and again, without an end.
pub(crate) async fn server_without_an_end(bytes: &'static [u8]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("smtp://{}", listener.local_addr().expect("an address"));
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            tokio::spawn(async move { while client.write_all(bytes).await.is_ok() {} });
        }
    });
    url
}

/// A server that takes every mail, but closes the connection where one is to be for `address`.
pub(crate) async fn server_that_closes_at(address: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("smtp://{}", listener.local_addr().expect("an address"));
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            tokio::spawn(take_mails(client, address));
        }
    });
    url
}

async fn take_mails(client: TcpStream, address: &str) -> std::io::Result<()> {
    let mut client = BufReader::new(client);
    let (mut line, mut in_mail) = (String::new(), false);
    client.write_all(b"220 here\r\n").await?;
    loop {
        line.clear();
        if client.read_line(&mut line).await? == 0 || line.contains(&format!("TO:<{address}>")) {
            return Ok(());
        }
        let answer: &[u8] = match line.trim_end() {
            "." => b"250 taken\r\n",
            _ if in_mail => continue,
            "DATA" => b"354 go on\r\n",
            _ => b"250 well\r\n",
        };
        in_mail = line.trim_end() == "DATA";
        client.write_all(answer).await?;
    }
}
