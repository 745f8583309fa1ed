//! Fields of a Word document: does one start a DDE conversation, or take content from another computer?
//!
//! A field's instruction may be cut over any number of runs, and may take its first word from a field
//! nested in it, so the instruction is put together as Word would before its first word is looked at.

use crate::document::package::remote_host;

/// How much of an instruction is kept, its runs of white space as one space: the first word, what it stands
/// for in a `QUOTE`, and a source, which in real documents is no longer than this.
const MAX_INSTRUCTION_CHARS: usize = 2_048;
/// Fields that take text or pictures from elsewhere when they are updated.
const LOADING: [&str; 7] = [
    "LINK",
    "INCLUDEPICTURE",
    "INCLUDETEXT",
    "INCLUDE",
    "IMPORT",
    "DATABASE",
    "RD",
];
/// How many words of an instruction are looked at for a source; the second or third is one.
const MAX_SOURCES: usize = 16;
/// So much of an instruction takes as long to put together as a source to look at.
const QUOTE_BYTES: usize = 64;
/// Fields open at once; more than any reader nests.
const MAX_OPEN: usize = 4_096;

/// Follows the fields of one part.
#[derive(Default)]
pub(super) struct Fields {
    open: Vec<Field>,
    /// How many fields were open when each of the branches began that are open.
    branches: Vec<usize>,
    /// Whether a field's first word depends on which branches a program takes.
    ambiguous: bool,
    /// Instructions outside any field, which only a damaged document has.
    stray: Field,
    found: bool,
    /// The first other computer that a field takes content from.
    remote: Option<String>,
    /// How many sources were looked at and not counted yet.
    examined: usize,
}

#[derive(Default)]
struct Field {
    instruction: String,
    length: usize,
    /// Whether its first word is complete.
    has_keyword: bool,
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
                self.check_branch(self.open.len());
                if let Some(field) = self.open.last_mut() {
                    field.in_result = true;
                    let instruction = std::mem::take(&mut field.instruction);
                    self.judge(&instruction);
                }
            }
            "end" => {
                self.ambiguous |= !self.open.is_empty() && self.is_outside(self.open.len());
                if let Some(field) = self.open.pop() {
                    self.judge(&field.instruction);
                    if !field.in_result
                        && let Some(result) = quoted_result(&field.instruction)
                    {
                        self.examined += field.instruction.len() / QUOTE_BYTES;
                        self.check_branch(self.open.len());
                        self.innermost().append(&result);
                    }
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// How many sources were looked at since this was asked last.
    pub(super) fn take_examined(&mut self) -> usize {
        std::mem::take(&mut self.examined)
    }

    /// How many fields are open.
    pub(super) fn open_count(&self) -> usize {
        self.open.len()
    }

    /// A piece of instruction text.
    pub(super) fn instruction(&mut self, text: &str) {
        if !text.trim().is_empty() {
            self.check_branch(self.open.len());
        }
        let field = self.innermost();
        if !field.in_result {
            field.append(text);
        }
    }

    /// A part of the text begins that some programs leave out.
    pub(super) fn enter_branch(&mut self) {
        self.branches.push(self.open.len());
    }

    /// The branch that began last ends, and with it the fields that began in it.
    pub(super) fn leave_branch(&mut self) {
        let before = self.branches.pop().unwrap_or_default();
        while self.open.len() > before {
            let Some(field) = self.open.pop() else { break };
            self.ambiguous |= !field.in_result && !field.has_keyword;
            self.judge(&field.instruction);
        }
    }

    /// Whether the first so many open fields all began before the branch.
    fn is_outside(&self, fields: usize) -> bool {
        self.branches.last().is_some_and(|&before| fields <= before)
    }

    /// Something is about to be done, in a branch perhaps, to the instruction of the last of so many open fields.
    fn check_branch(&mut self, fields: usize) {
        if !self.is_outside(fields) {
            return;
        }
        let field = match fields.checked_sub(1) {
            Some(last) => self.open.get(last),
            None => Some(&self.stray),
        };
        self.ambiguous |= field.is_some_and(|field| !field.in_result && !field.has_keyword);
    }

    /// Whether some field is one thing to one program, and another to another one.
    pub(super) fn is_ambiguous(&self) -> bool {
        self.ambiguous
    }

    /// A piece of ordinary text: the result of a nested field is part of the outer one's instruction.
    pub(super) fn text(&mut self, text: &str) {
        if let [.., outer, inner] = &self.open[..]
            && inner.in_result
            && !outer.in_result
        {
            self.check_branch(self.open.len() - 1);
            if let [.., outer, _] = &mut self.open[..] {
                outer.append(text);
            }
        }
    }

    /// A whole field in one element.
    pub(super) fn simple(&mut self, instruction: &str) {
        self.judge(instruction);
    }

    fn judge(&mut self, instruction: &str) {
        self.found |= is_dde(instruction);
        if self.remote.is_none() {
            self.examined += sources(instruction).count();
            self.remote = remote_source(instruction);
        }
    }

    /// The other computer that some field, finished or not, takes content from.
    pub(super) fn remote(&self) -> Option<String> {
        let unfinished = self.open.iter().chain([&self.stray]);
        self.remote.clone().or_else(|| {
            unfinished
                .filter_map(|field| remote_source(&field.instruction))
                .next()
        })
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
        if self.length >= MAX_INSTRUCTION_CHARS {
            return;
        }
        for c in text.chars() {
            let c = if c.is_whitespace() { ' ' } else { c };
            if c == ' ' && (self.instruction.is_empty() || self.instruction.ends_with(' ')) {
                continue;
            }
            if self.length == MAX_INSTRUCTION_CHARS {
                return;
            }
            self.instruction.push(c);
            self.length += 1;
            self.has_keyword |= c == ' ';
        }
    }
}

/// The words of a field that may name another computer, where the field is of a kind that takes content from
/// one.
fn sources(instruction: &str) -> impl Iterator<Item = &str> {
    let (first, rest) = instruction
        .trim()
        .split_once(char::is_whitespace)
        .unwrap_or_default();
    let first = first.trim_matches('"');
    let loads = LOADING.iter().any(|name| first.eq_ignore_ascii_case(name));
    let words = rest.split(['"', ' ', '\u{201C}', '\u{201D}']);
    let names_place = |word: &&str| {
        let separator = |byte: &u8| matches!(byte, b'/' | b'\\');
        let mut pairs = word.as_bytes().windows(2);
        word.contains('%') || pairs.any(|pair| pair.iter().all(separator))
    };
    words
        .filter(move |_| loads)
        .filter(names_place)
        .take(MAX_SOURCES)
}

/// The other computer that a field takes content from.
fn remote_source(instruction: &str) -> Option<String> {
    // In quotes a backslash is written twice; a share may come with two or with four.
    sources(instruction)
        .find_map(|word| remote_host(&word.replace("\\\\", "\\")).or_else(|| remote_host(word)))
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

/// What a `QUOTE` field stands for: its words, where a number is a character's code. `None` of other fields.
fn quoted_result(instruction: &str) -> Option<String> {
    let mut words = instruction.split_whitespace();
    if !words.next()?.eq_ignore_ascii_case("QUOTE") {
        return None;
    }
    let mut result = String::new();
    for word in words {
        match word.parse::<u32>().ok().and_then(char::from_u32) {
            Some(c) => result.push(c),
            None => result.push_str(word.trim_matches('"')),
        }
    }
    Some(result)
}
