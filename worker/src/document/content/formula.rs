//! Cell formulas that start a DDE conversation: `program|topic!item`.

/// Follows one formula, which comes in pieces.
#[derive(Debug, Default)]
pub(super) struct Formula {
    inside: Inside,
    brackets: u32,
    /// Whether what was read last may end a program's name.
    after_name: bool,
    after_bar: bool,
    found: bool,
}

/// What the formula is in the middle of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Inside {
    #[default]
    Nothing,
    /// Text, between double quotes.
    Text,
    /// A name of a sheet, program or topic, between single quotes.
    Quoted,
}

impl Formula {
    /// Reads the next piece.
    pub(super) fn read(&mut self, text: &str) {
        for c in text.chars() {
            self.take(c);
        }
    }

    /// Whether a bar led from a name to an item. Nothing else has a bar outside text, names and brackets.
    pub(super) fn is_dde(&self) -> bool {
        self.found
    }

    fn take(&mut self, c: char) {
        match (self.inside, c) {
            (Inside::Text, '"') | (Inside::Quoted, '\'') => {
                self.after_name = self.inside == Inside::Quoted;
                self.inside = Inside::Nothing;
            }
            (Inside::Text | Inside::Quoted, _) => {}
            (Inside::Nothing, '[') => self.brackets += 1,
            (Inside::Nothing, ']') => self.brackets = self.brackets.saturating_sub(1),
            _ if self.brackets > 0 => {}
            (Inside::Nothing, '"') => self.inside = Inside::Text,
            (Inside::Nothing, '\'') => self.inside = Inside::Quoted,
            (Inside::Nothing, '|') => self.after_bar |= self.after_name,
            (Inside::Nothing, '!') => self.found |= self.after_bar,
            (Inside::Nothing, _) => {
                self.after_name = c.is_alphanumeric() || matches!(c, '_' | '.' | '\\');
                // An operator ends the topic.
                self.after_bar &=
                    !matches!(c, '+' | '*' | '&' | '=' | '<' | '>' | ',' | ';' | '(' | ')');
            }
        }
    }
}
