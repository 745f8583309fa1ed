//! What the code under test says in its log.

use std::io;
use std::sync::{Arc, Mutex};

use tracing::subscriber::DefaultGuard;
use tracing_subscriber::util::SubscriberInitExt;

/// Collects what is logged on this thread, which a test has to itself.
pub(crate) struct Logs {
    text: Text,
    _collecting: DefaultGuard,
}

#[derive(Clone, Default)]
struct Text(Arc<Mutex<Vec<u8>>>);

impl Logs {
    pub(crate) fn collect() -> Self {
        let text = Text::default();
        let writer = text.clone();
        let collecting = tracing_subscriber::fmt()
            .with_ansi(false)
            .with_writer(move || writer.clone())
            .set_default();
        Self {
            text,
            _collecting: collecting,
        }
    }

    /// How many lines contain `words`.
    pub(crate) fn count(&self, words: &str) -> usize {
        let text = self.text.0.lock().expect("nobody panics here");
        let text = String::from_utf8_lossy(&text);
        text.lines().filter(|line| line.contains(words)).count()
    }
}

impl io::Write for Text {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("nobody panics here").write(line)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
