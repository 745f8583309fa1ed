//! What is said to the mail server about one mail.

use lettre::address::Envelope;
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::{MailBodyParameter, MailParameter};
use lettre::transport::smtp::response::{Response, Severity};

use super::deadline::Deadline;
use super::send_error::{END_OF_MAIL, Failure, SendError};
use super::step::Step;

/// One mail transaction (RFC 5321 §3.3). Every reply is checked against its command: a reply too
/// many would otherwise let a refused mail pass for one that was taken.
pub(super) async fn hand_over(
    connection: &mut AsyncSmtpConnection,
    deadline: &Deadline,
    envelope: &Envelope,
    mail: &[u8],
) -> Result<String, SendError> {
    let unavailable = |error| SendError::Unavailable(Failure::at(deadline, error));
    let refused = |error| SendError::Refused(Failure::at(deadline, error));
    let mut parameters = Vec::new();
    if !mail.is_ascii() {
        parameters.push(MailParameter::Body(MailBodyParameter::EightBitMime));
    }
    deadline.wait_for(Step::Sender);
    let from = Mail::new(envelope.from().cloned(), parameters);
    let sender = connection.command(from).await;
    expect(250, "MAIL", &sender.map_err(unavailable)?)?;
    deadline.wait_for(Step::Recipient);
    for to in envelope.to() {
        let recipient = connection.command(Rcpt::new(to.clone(), Vec::new())).await;
        let recipient = recipient.map_err(refused)?;
        if !recipient.has_code(251) {
            expect(250, "RCPT", &recipient)?;
        }
    }
    deadline.wait_for(Step::Data);
    let ready = connection.command(Data).await;
    expect(354, "DATA", &ready.map_err(refused)?)?;
    deadline.wait_for(Step::Content);
    let taken = connection.message(mail).await.map_err(|error| {
        // Without its end, the server cannot have the mail.
        match error.status().is_none() && deadline.step() == Step::Answer {
            true => SendError::Unanswered(error),
            false => refused(error),
        }
    })?;
    // The first digit decides (RFC 5321 §4.2); another 354 is no answer to it.
    if taken.code().severity != Severity::PositiveCompletion {
        return Err(out_of_step(END_OF_MAIL, &taken));
    }
    let text: Vec<&str> = taken.message().collect();
    Ok(format!("{} {}", taken.code(), text.join(" ")))
}

fn expect(code: u16, command: &'static str, reply: &Response) -> Result<(), SendError> {
    match reply.has_code(code) {
        true => Ok(()),
        false => Err(out_of_step(command, reply)),
    }
}

fn out_of_step(command: &'static str, reply: &Response) -> SendError {
    let code = reply.code().into();
    SendError::OutOfStep { command, code }
}

#[cfg(test)]
mod tests {
    use std::io::{self, ErrorKind};
    use std::net::SocketAddr;
    use std::pin::Pin;
    use std::task::{Context, Poll};
    use std::time::Duration;

    use dossier_common::email::EmailAddress;
    use lettre::transport::smtp::client::AsyncTokioStream;
    use lettre::transport::smtp::extension::ClientId;
    use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

    use super::*;
    use crate::mail::error::MailError;
    use crate::mail::readable_stream::ReadableStream;

    /// A server that has said all it will say, and may break off before it has the end of a mail.
    #[derive(Debug)]
    struct Server {
        says: &'static [u8],
        breaks_off: bool,
    }

    impl AsyncRead for Server {
        fn poll_read(
            self: Pin<&mut Self>,
            cx: &mut Context<'_>,
            buffer: &mut ReadBuf<'_>,
        ) -> Poll<io::Result<()>> {
            Pin::new(&mut self.get_mut().says).poll_read(cx, buffer)
        }
    }

    impl AsyncWrite for Server {
        fn poll_write(
            self: Pin<&mut Self>,
            _: &mut Context<'_>,
            bytes: &[u8],
        ) -> Poll<io::Result<usize>> {
            Poll::Ready(match self.breaks_off && bytes == b"\r\n.\r\n" {
                true => Err(ErrorKind::BrokenPipe.into()),
                false => Ok(bytes.len()),
            })
        }

        fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Ok(()))
        }

        fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Ok(()))
        }
    }

    impl AsyncTokioStream for Server {
        fn peer_addr(&self) -> io::Result<SocketAddr> {
            Ok(([127, 0, 0, 1], 25).into())
        }
    }

    async fn sent(says: &'static str, breaks_off: bool) -> Result<String, MailError> {
        let says = says.as_bytes();
        let deadline = Deadline::after(Duration::from_secs(60));
        let stream = ReadableStream::new(Server { says, breaks_off }, deadline.clone());
        let hello = ClientId::default();
        let connecting = AsyncSmtpConnection::connect_with_transport(Box::new(stream), &hello);
        let mut connection = connecting.await.expect("a greeting");
        let to: EmailAddress = "ada@example.com".parse().expect("an address");
        let address: lettre::Address = to.as_str().parse().expect("an address");
        let envelope = Envelope::new(Some(address.clone()), vec![address]);
        let envelope = envelope.expect("a recipient");
        let answer = hand_over(
            &mut connection,
            &deadline,
            &envelope,
            b"Subject: a\r\n\r\nb",
        )
        .await;
        answer.map_err(|error| MailError::of_server(&error, &to))
    }

    #[tokio::test]
    async fn a_mail_may_have_been_taken_once_its_end_is_written_and_any_2xx_takes_it() {
        const BEGUN: &str = "220 hi\n250 hi\n250 ok\n250 ok\n354 go\n";
        let broken = sent(BEGUN, true).await;
        assert!(
            matches!(broken, Err(MailError::Interrupted(_))),
            "{broken:?}"
        );
        let unanswered = sent(BEGUN, false).await;
        assert!(
            matches!(unanswered, Err(MailError::Unanswered(_))),
            "{unanswered:?}"
        );
        let taken = sent("220 hi\n250 hi\n250 ok\n250 ok\n354 go\n251 taken\n", false).await;
        assert_eq!(taken.expect("it was taken"), "251 taken");
        let again = sent("220 hi\n250 hi\n250 ok\n250 ok\n354 go\n354 go\n", false).await;
        assert!(matches!(again, Err(MailError::Unanswered(_))), "{again:?}");
    }
}
