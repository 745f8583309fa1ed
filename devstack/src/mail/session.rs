//! One connection that brings mail.

use std::io;
use std::net::IpAddr;

use mailin::{Action, AuthMechanism, Handler, Response, Session, SessionBuilder};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::sync::watch;

use super::behaviour::{Behaviour, Mode};
use super::encryption::{Encrypted, Encryption, LOGIN};
use super::mailbox::Mailbox;
use super::message::Envelope;
use super::state::SmtpState;
use super::stream::Stream;

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
    fn auth_plain(&mut self, _on_behalf_of: &str, user: &str, password: &str) -> Response {
        match (user, password) == LOGIN {
            true => mailin::response::AUTH_OK,
            false => mailin::response::INVALID_CREDENTIALS,
        }
    }

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
    let (envelope, present) = watch::channel(Envelope::default());
    let handler = SmtpHandler {
        mailbox: state.mailbox.clone(),
        behaviour: state.behaviour.clone(),
        envelope,
        raw: Vec::new(),
        is_too_long: false,
    };
    let encryption = state.encryption.clone();
    let mut stream: Stream = Box::new(stream);
    let mut session = begin(peer, handler, encryption.as_ref());
    if let Some(encryption) = encryption
        .as_ref()
        .filter(|it| it.begins == Encrypted::AtOnce)
    {
        stream = encryption.accept(stream).await?;
        session.tls_active();
    }
    let mut stream = BufReader::new(stream);
    let mut answer = Vec::new();
    session.greeting().write_to(&mut answer)?;
    stream.write_all(&answer).await?;
    let (mut line, mut in_mail) = (Vec::new(), false);
    while next_line(&mut stream, &mut line).await? {
        let ends_mail = in_mail && line == END_OF_MAIL;
        if ends_mail && !stall_is_over(&mut stream, state, &present).await? {
            return Ok(());
        }
        let response = session.process(&line);
        in_mail = (in_mail && !ends_mail) || response.code == 354;
        answer.clear();
        response.write_to(&mut answer)?;
        stream.write_all(&answer).await?;
        if let (Action::UpgradeTls, Some(encryption)) = (&response.action, &encryption) {
            // What was sent before encryption is not taken for sent under it (RFC 3207 §5).
            let plain = stream.into_inner();
            stream = BufReader::new(encryption.accept(plain).await?);
            session.tls_active();
        }
        // The state machine does not leave a mail it refused: start over on a new connection.
        let is_stuck = ends_mail && response.is_error;
        if response.action == Action::Close || is_stuck {
            return Ok(());
        }
    }
    Ok(())
}

fn begin(
    peer: IpAddr,
    handler: SmtpHandler,
    encryption: Option<&Encryption>,
) -> Session<SmtpHandler> {
    let mut builder = SessionBuilder::new("dossier.test");
    if let Some(encryption) = encryption {
        builder.enable_auth(AuthMechanism::Plain);
        if encryption.begins == Encrypted::WhenAsked {
            builder.enable_start_tls();
        }
    }
    builder.build(peer, handler)
}

/// Reads a line with its end; `false` at the end of the connection or an endless line.
async fn next_line(read: &mut BufReader<Stream>, line: &mut Vec<u8>) -> io::Result<bool> {
    line.clear();
    read.take(MAX_LINE_BYTES).read_until(b'\n', line).await?;
    Ok(line.ends_with(b"\n"))
}

/// Waits while this mail is to be held back; `false` if the sender went away meanwhile, so
/// that a mail nobody waits for any more is not kept.
async fn stall_is_over(
    read: &mut BufReader<Stream>,
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
