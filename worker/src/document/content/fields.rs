//! Fields of a Word document: does one start a DDE conversation?
//!
//! A field's instruction may be cut over any number of runs, and may take its first word from a field
//! nested in it, so the instruction is put together as Word would before its first word is looked at.

/// How much of an instruction is kept: the first word and, for `QUOTE`, what it stands for.
const MAX_INSTRUCTION_CHARS: usize = 512;
/// Fields open at once; more than any reader nests.
const MAX_OPEN: usize = 4_096;

/// Follows the fields of one part.
#[derive(Default)]
pub(super) struct Fields {
    open: Vec<Field>,
    /// Instructions outside any field, which only a damaged document has.
    stray: Field,
    found: bool,
}

#[derive(Default)]
struct Field {
    instruction: String,
    length: usize,
    in_result: bool,
}

/// More fields are open than can be followed.
#[derive(Debug)]
pub(super) struct TooDeep;

impl Fields {
    /// A field character: `begin`, `separate` or `end`.
    pub(super) fn mark(&mut self, kind: &str) -> Result<(), TooDeep> {
        match kind {
            "begin" if self.open.len() >= MAX_OPEN => return Err(TooDeep),
            "begin" => self.open.push(Field::default()),
            "separate" => {
                if let Some(field) = self.open.last_mut() {
                    field.in_result = true;
                    self.found |= is_dde(&field.instruction);
                }
            }
            "end" => {
                if let Some(field) = self.open.pop() {
                    self.found |= is_dde(&field.instruction);
                    if !field.in_result {
                        let result = quoted_result(&field.instruction);
                        self.innermost().append(&result);
                    }
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// A piece of instruction text.
    pub(super) fn instruction(&mut self, text: &str) {
        let field = self.innermost();
        if !field.in_result {
            field.append(text);
        }
    }

    /// A piece of ordinary text: the result of a nested field is part of the outer one's instruction.
    pub(super) fn text(&mut self, text: &str) {
        if let [.., outer, inner] = &mut self.open[..]
            && inner.in_result
            && !outer.in_result
        {
            outer.append(text);
        }
    }

    /// A whole field in one element.
    pub(super) fn simple(&mut self, instruction: &str) {
        self.found |= is_dde(instruction);
    }

    /// Whether any field, finished or not, is a DDE field.
    pub(super) fn found_dde(&self) -> bool {
        self.found
            || is_dde(&self.stray.instruction)
            || self.open.iter().any(|field| is_dde(&field.instruction))
    }

    fn innermost(&mut self) -> &mut Field {
        self.open.last_mut().unwrap_or(&mut self.stray)
    }
}

impl Field {
    fn append(&mut self, text: &str) {
        let text = if self.length == 0 {
            text.trim_start()
        } else {
            text
        };
        for c in text.chars().take(MAX_INSTRUCTION_CHARS - self.length) {
            self.instruction.push(c);
            self.length += 1;
        }
    }
}

/// Whether an instruction's first word starts a DDE conversation.
fn is_dde(instruction: &str) -> bool {
    let first = instruction
        .split_whitespace()
        .next()
        .unwrap_or_default()
        .trim_matches('"');
    first.eq_ignore_ascii_case("DDE") || first.eq_ignore_ascii_case("DDEAUTO")
}

/// What a `QUOTE` field stands for: its words, where a number is a character's code.
fn quoted_result(instruction: &str) -> String {
    let mut words = instruction.split_whitespace();
    if !words
        .next()
        .is_some_and(|word| word.eq_ignore_ascii_case("QUOTE"))
    {
        return String::new();
    }
    words
        .map(
            |word| match word.parse::<u32>().ok().and_then(char::from_u32) {
                Some(c) => c.to_string(),
                None => word.trim_matches('"').to_owned(),
            },
        )
        .collect()
}
