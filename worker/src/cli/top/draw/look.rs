//! Colours, or none.

use ratatui::style::{Color, Modifier, Style};

/// Whether there are colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::cli::top) enum Look {
    /// There are.
    Coloured,
    /// There are none: what matters is bold or reversed.
    Plain,
}

impl Look {
    /// Something that is as it should be.
    pub(super) fn usual(self) -> Style {
        Style::new()
    }

    /// The names of columns.
    pub(super) fn title(self) -> Style {
        Style::new().add_modifier(Modifier::BOLD)
    }

    /// Something that somebody may have to see to.
    pub(super) fn notable(self) -> Style {
        self.coloured(Color::Yellow)
    }

    /// Something that is wrong.
    pub(super) fn wrong(self) -> Style {
        self.coloured(Color::Red).add_modifier(Modifier::BOLD)
    }

    /// What is chosen.
    pub(super) fn chosen(self) -> Style {
        Style::new().add_modifier(Modifier::REVERSED)
    }

    fn coloured(self, colour: Color) -> Style {
        match self {
            Self::Coloured => Style::new().fg(colour),
            Self::Plain => Style::new(),
        }
    }
}
