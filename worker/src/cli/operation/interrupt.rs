//! Ctrl-C, for work that asks for it now and then.

use std::io;
use std::pin::Pin;

use futures_util::FutureExt;

/// Whether Ctrl-C came.
pub(super) struct Interrupt {
    signal: Pin<Box<dyn Future<Output = io::Result<()>> + Send>>,
    has_come: bool,
}

impl Interrupt {
    /// From now on Ctrl-C does not end the process.
    pub(super) fn new() -> Self {
        let mut interrupt = Self {
            signal: Box::pin(tokio::signal::ctrl_c()),
            has_come: false,
        };
        interrupt.ask();
        interrupt
    }

    /// Whether it came.
    pub(super) fn ask(&mut self) -> bool {
        if !self.has_come {
            self.has_come = self.signal.as_mut().now_or_never().is_some();
        }
        self.has_come
    }
}
