//! The signals that ask a program to end.

use std::io;

use tokio::signal::unix::{Signal, SignalKind, signal};

/// Listens from its creation on for Ctrl-C, SIGTERM and the end of the terminal.
#[derive(Debug)]
pub struct EndSignal {
    interrupt: Signal,
    terminate: Signal,
    hangup: Signal,
}

impl EndSignal {
    /// Starts listening; from now on these signals no longer end the program by themselves.
    ///
    /// # Errors
    ///
    /// When the system refuses.
    pub fn listen() -> io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hangup: signal(SignalKind::hangup())?,
        })
    }

    /// Waits for the first of them.
    pub async fn received(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
            _ = self.hangup.recv() => {}
        }
    }
}
