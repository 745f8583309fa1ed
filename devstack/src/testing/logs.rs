//! What the code under test logs.

use std::io;
use std::sync::{Arc, LazyLock, Mutex};

use tracing::Dispatch;
use tracing::subscriber::{DefaultGuard, NoSubscriber};
use tracing_subscriber::util::SubscriberInitExt;

/// Takes nothing. While there is one subscriber, a place that logs for the first time asks only that of its
/// own thread, and a thread without one silences the place for all. With a second one, all are asked.
static SECOND: LazyLock<Dispatch> = LazyLock::new(|| Dispatch::new(NoSubscriber::default()));

/// Collects what is logged on this thread, which a test has to itself.
pub struct Logs {
    text: Text,
    _collecting: DefaultGuard,
}

impl std::fmt::Debug for Logs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Logs")
    }
}

#[derive(Clone, Default)]
struct Text(Arc<Mutex<Vec<u8>>>);

impl Logs {
    /// Collects from now on, until this is dropped.
    #[must_use]
    pub fn collect() -> Self {
        LazyLock::force(&SECOND);
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
    #[must_use]
    pub fn count(&self, words: &str) -> usize {
        self.lines(words).len()
    }

    /// The lines that contain `words`.
    ///
    /// # Panics
    ///
    /// When a thread panicked while it logged.
    #[must_use]
    pub fn lines(&self, words: &str) -> Vec<String> {
        let text = self.text.0.lock().expect("nobody panics here");
        let text = String::from_utf8_lossy(&text);
        let lines = text.lines().filter(|line| line.contains(words));
        lines.map(str::to_owned).collect()
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
