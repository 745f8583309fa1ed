//! Asking a running process whether it is ready, from its own command line: for images without a
//! shell and without an HTTP client.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, anyhow, bail};
use dossier_common::config::{Environment, read_address};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// How long the whole question may take; `/readyz` gives the database two seconds.
const DEADLINE: Duration = Duration::from_secs(3);

/// How much of an answer is read.
const LONGEST_ANSWER: u64 = 64 * 1024;

/// How many headers an answer may have.
const MOST_HEADERS: usize = 64;

/// Asks the process of `program` whose operators' listener is `METRICS_ADDR` for `/readyz`. The exit code is 0
/// when it takes work; its answer, which has the ids of its keys, is printed.
///
/// # Errors
///
/// When `METRICS_ADDR` cannot be read, nobody answers within three seconds, what answers is another program, or it is
/// not ready.
pub async fn healthcheck(
    mut env: Environment,
    program: &str,
    default_port: u16,
) -> anyhow::Result<ExitCode> {
    let address = read_address(&mut env, "METRICS_ADDR", default_port);
    if address.port() == 0 {
        let rule = "must name a port other than 0: nobody can ask at one that the process picks";
        env.problem("METRICS_ADDR", rule);
    }
    let address = to_connect_to(env.finish(Some(address))?);
    let answer = timeout(DEADLINE, ask(address)).await;
    let answer = answer.map_err(|_| {
        let seconds = DEADLINE.as_secs();
        anyhow!("{address} did not answer within {seconds} s: look at the log of the process")
    })?;
    let answer = answer.with_context(|| {
        format!("cannot ask {address}: does the process run, with this METRICS_ADDR?")
    })?;
    if answer.code != 200 {
        let (code, reason) = (answer.code, answer.body.lines().next());
        let reason = reason.unwrap_or_default();
        bail!("not ready: {address} answered {code}, {reason}");
    }
    if answer.program.as_deref() != Some(program) {
        bail!("what answers at {address} is no {program}: what else uses this METRICS_ADDR?");
    }
    crate::print_line!("{}", answer.body.trim_end());
    Ok(ExitCode::SUCCESS)
}

/// What a process answered.
#[derive(Debug, PartialEq)]
struct Answer {
    code: u16,
    /// What `Server` says.
    program: Option<String>,
    body: String,
}

/// Where a process that listens on `address` is reached from its own machine.
fn to_connect_to(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}

async fn ask(address: SocketAddr) -> anyhow::Result<Answer> {
    let mut connection = TcpStream::connect(address).await?;
    let request = format!("GET /readyz HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    connection.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    connection
        .take(LONGEST_ANSWER)
        .read_to_end(&mut answer)
        .await?;
    read(&answer)
}

fn read(answer: &[u8]) -> anyhow::Result<Answer> {
    let mut headers = [httparse::EMPTY_HEADER; MOST_HEADERS];
    let mut head = httparse::Response::new(&mut headers);
    let parsed = head.parse(answer).context("the answer is not HTTP")?;
    let (httparse::Status::Complete(length), Some(code)) = (parsed, head.code) else {
        bail!("the answer ended too early");
    };
    let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
    let mut headers = head.headers.iter();
    let server = headers.find(|it| it.name.eq_ignore_ascii_case("server"));
    Ok(Answer {
        code,
        program: server.map(|header| text(header.value)),
        body: text(&answer[length..]),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_listens_everywhere_is_asked_on_this_machine() {
        for (listens, asked) in [
            ("0.0.0.0:9100", "127.0.0.1:9100"),
            ("[::]:9101", "[::1]:9101"),
            ("10.1.2.3:9100", "10.1.2.3:9100"),
        ] {
            let listens = listens.parse().expect("an address");
            assert_eq!(to_connect_to(listens).to_string(), asked);
        }
    }

    #[test]
    fn of_an_answer_the_status_the_program_and_the_body_are_read() {
        let answer = b"HTTP/1.1 503 Service Unavailable\r\nserver: dossier-api\r\nretry-after: 2\r\n\r\nnot now\nmore\n";
        let expected = Answer {
            code: 503,
            program: Some("dossier-api".to_owned()),
            body: "not now\nmore\n".to_owned(),
        };
        assert_eq!(read(answer).expect("HTTP"), expected);
        let expected = Answer {
            code: 200,
            program: None,
            body: String::new(),
        };
        let bare = b"HTTP/1.1 200 OK\r\n\r\n";
        assert_eq!(read(bare).expect("HTTP"), expected);
    }

    #[test]
    fn what_is_no_whole_answer_is_an_error() {
        for answer in [&b""[..], b"HTTP/1.1 200 OK\r\n", b"SSH-2.0-OpenSSH_9.2\r\n"] {
            assert!(read(answer).is_err(), "{}", answer.escape_ascii());
        }
    }
}
