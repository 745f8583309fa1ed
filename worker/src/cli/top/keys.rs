//! What keys mean.

use crossterm::event::{Event, KeyCode, KeyEventKind, KeyModifiers};

/// What a key means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Key {
    Up,
    Down,
    Pause,
    Refresh,
    Help,
    Yes,
    No,
    Quit,
    /// Ctrl-C, whatever is shown.
    Interrupt,
    Other,
}

impl Key {
    /// The key that `event` tells of, if it does.
    pub(super) fn of(event: &Event) -> Option<Self> {
        let Event::Key(pressed) = event else {
            return None;
        };
        if pressed.kind == KeyEventKind::Release {
            return None;
        }
        let with_control = pressed.modifiers.contains(KeyModifiers::CONTROL);
        Some(match pressed.code {
            KeyCode::Char('c') if with_control => Self::Interrupt,
            KeyCode::Up | KeyCode::Char('k') => Self::Up,
            KeyCode::Down | KeyCode::Char('j') => Self::Down,
            KeyCode::Char('p') => Self::Pause,
            KeyCode::Char('r') => Self::Refresh,
            KeyCode::Char('?') => Self::Help,
            KeyCode::Char('y' | 'Y') => Self::Yes,
            KeyCode::Char('n' | 'N') => Self::No,
            KeyCode::Char('q') | KeyCode::Esc => Self::Quit,
            _ => Self::Other,
        })
    }
}
