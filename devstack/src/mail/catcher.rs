//! The mail server and its inbox as one thing.

use std::io;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::behaviour::{Behaviour, InvalidBehaviour};
use super::encryption::{Encrypted, Encryption};
use super::mailbox::Mailbox;
use super::state::SmtpState;
use super::{smtp, web};
use crate::port::free_port;

/// Where a catcher listens, on 127.0.0.1.
#[derive(Debug, Clone, Copy)]
pub struct MailPorts {
    /// For mail.
    pub smtp: u16,
    /// For the inbox.
    pub web: u16,
}

impl MailPorts {
    /// Not by the system: while a catcher that is down has its port closed, a connection could be given that one.
    fn free() -> io::Result<Self> {
        Ok(Self {
            smtp: free_port()?,
            web: free_port()?,
        })
    }
}

/// A running catcher; it ends when it is dropped.
#[derive(Debug)]
pub struct MailCatcher {
    ports: MailPorts,
    mailbox: Mailbox,
    behaviour: Arc<watch::Sender<Behaviour>>,
    stalled_senders: Arc<watch::Sender<usize>>,
    encryption: Option<Encryption>,
    _tasks: JoinSet<io::Result<()>>,
}

impl MailCatcher {
    /// Starts on free ports.
    ///
    /// # Errors
    ///
    /// When no port can be had.
    pub async fn start() -> io::Result<Self> {
        Self::start_on(MailPorts::free()?).await
    }

    /// Starts on free ports one that takes mail on encrypted connections alone, after [`LOGIN`](super::LOGIN).
    ///
    /// # Errors
    ///
    /// When no port can be had.
    pub async fn start_encrypted(begins: Encrypted) -> io::Result<Self> {
        let encryption = Encryption::new(begins)?;
        Self::start_with(MailPorts::free()?, Some(encryption)).await
    }

    /// Starts on the given ports.
    ///
    /// # Errors
    ///
    /// When a port is taken.
    pub async fn start_on(ports: MailPorts) -> io::Result<Self> {
        Self::start_with(ports, None).await
    }

    async fn start_with(ports: MailPorts, encryption: Option<Encryption>) -> io::Result<Self> {
        let smtp_socket = TcpListener::bind((Ipv4Addr::LOCALHOST, ports.smtp)).await?;
        let web_socket = TcpListener::bind((Ipv4Addr::LOCALHOST, ports.web)).await?;
        let (mailbox, behaviour) = (
            Mailbox::default(),
            Arc::new(watch::Sender::new(Behaviour::ok())),
        );
        let stalled_senders = Arc::new(watch::Sender::new(0));
        let state = SmtpState {
            mailbox: mailbox.clone(),
            behaviour: behaviour.subscribe(),
            stalled_senders: stalled_senders.clone(),
            encryption: encryption.clone(),
        };
        let mut tasks = JoinSet::new();
        tasks.spawn(smtp::listen(smtp_socket, state));
        let inbox = web::router(mailbox.clone(), behaviour.clone());
        tasks.spawn(async move { axum::serve(web_socket, inbox).await });
        Ok(Self {
            ports,
            mailbox,
            behaviour,
            stalled_senders,
            encryption,
            _tasks: tasks,
        })
    }

    /// The port that takes mail.
    #[must_use]
    pub fn smtp_port(&self) -> u16 {
        self.ports.smtp
    }

    /// The address of the mail server.
    #[must_use]
    pub fn smtp_url(&self) -> String {
        format!("smtp://127.0.0.1:{}", self.ports.smtp)
    }

    /// The certificate of the authority that a sender has to trust, in PEM form; of a catcher that encrypts.
    #[must_use]
    pub fn authority(&self) -> Option<&str> {
        self.encryption.as_ref().map(|it| &*it.authority)
    }

    /// The address of the inbox, without a slash at its end.
    #[must_use]
    pub fn inbox_url(&self) -> String {
        format!("http://127.0.0.1:{}", self.ports.web)
    }

    /// The mails taken so far.
    #[must_use]
    pub fn mailbox(&self) -> &Mailbox {
        &self.mailbox
    }

    /// Waits until so many senders are kept waiting by a stall; `false` if that takes longer
    /// than `patience`.
    pub async fn wait_until_stalled(&self, senders: usize, patience: Duration) -> bool {
        let mut stalled_senders = self.stalled_senders.subscribe();
        let reached = stalled_senders.wait_for(|&count| count == senders);
        tokio::time::timeout(patience, reached).await.is_ok()
    }

    /// Changes how mail is treated from now on.
    ///
    /// # Errors
    ///
    /// When no server can behave so.
    pub fn behave(&self, behaviour: Behaviour) -> Result<(), InvalidBehaviour> {
        self.behaviour.send_replace(behaviour.validated()?);
        Ok(())
    }
}
