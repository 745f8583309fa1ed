//! Rich text: fields and objects in it, as far as they could run or load something.

use super::fields::Fields;
use super::rich_object::Objects;

/// Groups open at once whose kind is remembered; deeper ones are taken for text.
const MAX_DEPTH: usize = 1_024;
/// How much of a control word is kept; the longest that matters has ten letters.
const MAX_WORD_CHARS: usize = 32;

/// Reads rich text, which comes in pieces.
pub(super) struct RichText {
    fields: Fields,
    groups: Vec<Group>,
    state: State,
    word: String,
    number: String,
    /// Bytes of binary data to skip.
    binary: u64,
    /// How many characters stand for one in Unicode, for programs that do not know it, and how many of
    /// them follow.
    stand_ins: usize,
    to_skip: usize,
    /// Whether more fields were open than can be followed.
    too_deep: bool,
    objects: Objects,
    updates: bool,
}

/// An open group: what its text is, and what its end ends.
#[derive(Clone, Copy, Debug, Default)]
struct Group {
    destination: Destination,
    /// Whether the destination began with this group.
    own: bool,
    /// For a whole field: how many fields were open before it.
    field: Option<usize>,
    /// Whether it is a whole object.
    object: bool,
}

/// What the text of a group is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Destination {
    #[default]
    Text,
    Instruction,
    Result,
    Class,
    ObjectData,
    OtherData,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Text,
    /// Behind a backslash.
    Control,
    Word,
    Number,
    /// Behind `\'`, with the first digit where it was read.
    Hex(Option<u8>),
}

impl Default for RichText {
    fn default() -> Self {
        Self {
            fields: Fields::default(),
            groups: Vec::new(),
            state: State::Text,
            word: String::new(),
            number: String::new(),
            binary: 0,
            stand_ins: 1,
            to_skip: 0,
            too_deep: false,
            objects: Objects::default(),
            updates: false,
        }
    }
}

impl RichText {
    /// Ends what the text left open.
    pub(super) fn finish(&mut self) {
        while !self.groups.is_empty() {
            self.close();
        }
    }

    /// Reads the next piece.
    pub(super) fn read(&mut self, piece: &[u8]) {
        for &byte in piece {
            if self.binary > 0 {
                self.binary -= 1;
            } else {
                self.take(byte);
            }
        }
    }

    /// How many sources of fields were looked at since this was asked last.
    pub(super) fn take_examined(&mut self) -> usize {
        self.fields.take_examined()
    }

    /// Whether a field starts a DDE conversation.
    pub(super) fn found_dde(&self) -> bool {
        self.too_deep || self.fields.found_dde()
    }

    /// Whether an object is loaded on opening, or belongs to a program that is not Office's.
    pub(super) fn found_object(&self) -> bool {
        self.updates || self.objects.found_foreign()
    }

    /// The other computer that a field takes content from.
    pub(super) fn remote(&self) -> Option<String> {
        self.fields.remote()
    }

    fn take(&mut self, byte: u8) {
        match self.state {
            State::Text => self.outside(byte),
            State::Control if byte.is_ascii_alphabetic() => {
                self.word.clear();
                self.number.clear();
                self.word.push(char::from(byte));
                self.state = State::Word;
            }
            State::Control => {
                self.state = State::Text;
                match byte {
                    b'\'' => self.state = State::Hex(None),
                    b'\\' | b'{' | b'}' => self.text(char::from(byte)),
                    b'~' => self.text(' '),
                    _ => {}
                }
            }
            State::Word if byte.is_ascii_alphabetic() => {
                if self.word.len() < MAX_WORD_CHARS {
                    self.word.push(char::from(byte));
                }
            }
            State::Word | State::Number
                if byte.is_ascii_digit() || (byte == b'-' && self.number.is_empty()) =>
            {
                if self.number.len() < MAX_WORD_CHARS {
                    self.number.push(char::from(byte));
                }
                self.state = State::Number;
            }
            State::Word | State::Number => {
                self.state = State::Text;
                self.control();
                if byte != b' ' {
                    if self.binary > 0 {
                        self.binary -= 1;
                    } else {
                        self.outside(byte);
                    }
                }
            }
            State::Hex(first) => self.hex(first, byte),
        }
    }

    fn outside(&mut self, byte: u8) {
        match byte {
            b'\\' => self.state = State::Control,
            b'{' if self.groups.len() < MAX_DEPTH => {
                self.to_skip = 0;
                self.groups.push(Group {
                    destination: self.destination(),
                    ..Group::default()
                });
            }
            b'{' => self.too_deep = true,
            b'}' => self.close(),
            b'\r' | b'\n' | 0 => {}
            _ => self.text(char::from(byte)),
        }
    }

    fn close(&mut self) {
        self.to_skip = 0;
        let Some(closed) = self.groups.pop() else {
            return;
        };
        match closed.destination {
            Destination::Instruction if closed.own => self.mark("separate"),
            Destination::Result if closed.own => self.mark("end"),
            Destination::Class if closed.own => self.objects.end_class(),
            Destination::ObjectData if closed.own => self.objects.end_data(),
            _ => {}
        }
        if closed.object {
            self.objects.end();
        }
        // A field may lack a result.
        let before = closed.field.unwrap_or(usize::MAX);
        while self.fields.open_count() > before {
            self.mark("end");
        }
    }

    fn mark(&mut self, kind: &str) {
        self.too_deep |= self.fields.mark(kind).is_err();
    }

    fn destination(&self) -> Destination {
        self.groups
            .last()
            .map_or(Destination::Text, |group| group.destination)
    }

    fn set_destination(&mut self, destination: Destination) {
        if let Some(group) = self.groups.last_mut() {
            group.destination = destination;
            group.own = true;
        }
    }

    fn control(&mut self) {
        let word = std::mem::take(&mut self.word);
        match word.as_str() {
            "field" => {
                let open = self.fields.open_count();
                if let Some(group) = self.groups.last_mut() {
                    group.field = Some(open);
                }
            }
            "fldinst" => {
                self.mark("begin");
                self.set_destination(Destination::Instruction);
            }
            "fldrslt" => self.set_destination(Destination::Result),
            "objclass" => self.set_destination(Destination::Class),
            "object" => {
                self.objects.begin();
                if let Some(group) = self.groups.last_mut() {
                    group.object = true;
                }
            }
            "objdata" => self.set_destination(Destination::ObjectData),
            "pict" | "blipuid" => self.set_destination(Destination::OtherData),
            "objupdate" => self.updates = true,
            "bin" => self.binary = self.number.parse().unwrap_or(0),
            "uc" => self.stand_ins = self.number.parse().unwrap_or(1),
            "u" => {
                let code = self.number.parse::<i32>().unwrap_or(0).rem_euclid(0x1_0000);
                let c = u32::try_from(code).ok().and_then(char::from_u32);
                self.to_skip = 0;
                self.text(c.unwrap_or(char::REPLACEMENT_CHARACTER));
                self.to_skip = self.stand_ins;
            }
            "tab" | "line" | "par" => self.text(' '),
            _ => {}
        }
    }

    fn hex(&mut self, first: Option<u8>, byte: u8) {
        let digit = char::from(byte)
            .to_digit(16)
            .and_then(|digit| u8::try_from(digit).ok());
        self.state = State::Text;
        match (first, digit) {
            (None, Some(digit)) => self.state = State::Hex(Some(digit)),
            (Some(high), Some(low)) => self.text(char::from(high * 16 + low)),
            _ => self.outside(byte),
        }
    }

    fn text(&mut self, c: char) {
        if self.to_skip > 0 {
            self.to_skip -= 1;
            return;
        }
        let mut bytes = [0; 4];
        let text = c.encode_utf8(&mut bytes);
        match self.destination() {
            Destination::Instruction => self.fields.instruction(text),
            Destination::Result | Destination::Text => self.fields.text(text),
            Destination::Class => self.objects.class(c),
            Destination::ObjectData => self.objects.data(c),
            Destination::OtherData => {}
        }
    }
}
