//! The terminal while it is ours.

use std::io;

use anstream::{AutoStream, ColorChoice};
use ratatui::DefaultTerminal;

use super::draw::{Look, draw};
use super::state::State;

/// The whole terminal, without echo and on a page of its own; given back when it is dropped, and by a
/// hook before a panic is told.
pub(super) struct Screen {
    terminal: DefaultTerminal,
    look: Look,
}

impl Screen {
    /// Takes the terminal.
    pub(super) fn open() -> io::Result<Self> {
        // NO_COLOR, TERM=dumb and the like.
        let choice = AutoStream::choice(&io::stdout());
        let look = match choice {
            ColorChoice::Never => Look::Plain,
            _ => Look::Coloured,
        };
        let terminal = ratatui::try_init().inspect_err(|_| ratatui::restore())?;
        Ok(Self { terminal, look })
    }

    /// Shows `state`.
    pub(super) fn show(&mut self, state: &State) -> io::Result<()> {
        let look = self.look;
        self.terminal.draw(|frame| draw(frame, state, look))?;
        Ok(())
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        ratatui::restore();
    }
}
