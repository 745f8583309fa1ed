//! One connection that brings mail.

use std::io;
use std::net::IpAddr;

use mailin::{Action, Handler, Response, SessionBuilder};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::net::tcp::OwnedReadHalf;
use tokio::sync::watch;

use super::behaviour::{Behaviour, Mode};
use super::mailbox::Mailbox;
use super::message::Envelope;
use super::state::SmtpState;

const MAX_LINE_BYTES: u64 = 64 * 1024;
const MAX_MAIL_BYTES: usize = 4 * 1024 * 1024;
const END_OF_MAIL: &[u8] = b".\r\n";

/// Decides about mail as the present behaviour says.
struct SmtpHandler {
    mailbox: Mailbox,
    behaviour: watch::Receiver<Behaviour>,
    envelope: watch::Sender<Envelope>,
    raw: Vec<u8>,
    is_too_long: bool,
}

impl Handler for SmtpHandler {
    fn rcpt(&mut self, to: &str) -> Response {
        self.behaviour
            .borrow()
            .refusal(to)
            .unwrap_or(mailin::response::OK)
    }

    fn data_start(&mut self, _domain: &str, from: &str, _is8bit: bool, to: &[String]) -> Response {
        self.envelope.send_replace(Envelope {
            from: from.to_owned(),
            to: to.to_vec(),
        });
        self.raw.clear();
        self.is_too_long = false;
        mailin::response::OK
    }

    fn data(&mut self, line: &[u8]) -> io::Result<()> {
        self.is_too_long |= self.raw.len() + line.len() > MAX_MAIL_BYTES;
        if !self.is_too_long {
            self.raw.extend_from_slice(line);
        }
        Ok(())
    }

    fn data_end(&mut self) -> Response {
        if self.is_too_long {
            return Response::custom(552, "5.3.4 Mail too long".into());
        }
        self.mailbox.keep(&self.envelope.borrow(), &self.raw);
        mailin::response::OK
    }
}

/// Serves one connection until either side ends it or the server goes down.
pub(super) async fn serve(stream: TcpStream, peer: IpAddr, mut state: SmtpState) -> io::Result<()> {
    let mut going_down = state.behaviour.clone();
    tokio::select! {
        ended = converse(stream, peer, &mut state) => ended,
        _ = going_down.wait_for(|behaviour| behaviour.mode == Mode::Down) => Ok(()),
    }
}

async fn converse(stream: TcpStream, peer: IpAddr, state: &mut SmtpState) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let (read, mut write) = stream.into_split();
    let mut read = BufReader::new(read);
    let (envelope, present) = watch::channel(Envelope::default());
    let handler = SmtpHandler {
        mailbox: state.mailbox.clone(),
        behaviour: state.behaviour.clone(),
        envelope,
        raw: Vec::new(),
        is_too_long: false,
    };
    let mut session = SessionBuilder::new("dossier.test").build(peer, handler);
    let mut answer = Vec::new();
    session.greeting().write_to(&mut answer)?;
    write.write_all(&answer).await?;
    let (mut line, mut in_mail) = (Vec::new(), false);
    while next_line(&mut read, &mut line).await? {
        let ends_mail = in_mail && line == END_OF_MAIL;
        if ends_mail && !stall_is_over(&mut read, state, &present).await? {
            return Ok(());
        }
        let response = session.process(&line);
        in_mail = (in_mail && !ends_mail) || response.code == 354;
        answer.clear();
        response.write_to(&mut answer)?;
        write.write_all(&answer).await?;
        // The state machine does not leave a mail it refused: start over on a new connection.
        let is_stuck = ends_mail && response.is_error;
        if response.action == Action::Close || is_stuck {
            return Ok(());
        }
    }
    Ok(())
}

/// Reads a line with its end; `false` at the end of the connection or an endless line.
async fn next_line(read: &mut BufReader<OwnedReadHalf>, line: &mut Vec<u8>) -> io::Result<bool> {
    line.clear();
    read.take(MAX_LINE_BYTES).read_until(b'\n', line).await?;
    Ok(line.ends_with(b"\n"))
}

/// Waits while this mail is to be held back; `false` if the sender went away meanwhile, so
/// that a mail nobody waits for any more is not kept.
async fn stall_is_over(
    read: &mut BufReader<OwnedReadHalf>,
    state: &mut SmtpState,
    envelope: &watch::Receiver<Envelope>,
) -> io::Result<bool> {
    let to = envelope.borrow().to.clone();
    if !state.behaviour.borrow().stalls(&to) {
        return Ok(true);
    }
    let _waits = state.count_stalled();
    tokio::select! {
        biased;
        // A sender that waits for an answer says nothing: what comes is the end.
        sent = read.fill_buf() => Ok(!sent?.is_empty()),
        _ = state.behaviour.wait_for(|behaviour| !behaviour.stalls(&to)) => Ok(true),
    }
}
