//! Objects in rich text: to which program each belongs.

/// How much of a class is kept.
const MAX_CLASS_CHARS: usize = 128;
/// Where in an object's data its class stands, in bytes, behind its length.
const CLASS_AT: usize = 12;
/// How much of the data is kept, in hexadecimal digits.
const MAX_DATA_CHARS: usize = 2 * (CLASS_AT + MAX_CLASS_CHARS);
/// Classes of objects that Office itself opens, without their versions.
const OFFICE_CLASSES: [&str; 5] = ["Word.", "Excel.", "PowerPoint.", "Visio.", "Equation.DSMT"];

/// Follows the objects of a text, one after the other.
#[derive(Default)]
pub(super) struct Objects {
    class: String,
    data: String,
    /// Whether the object has a class.
    has_class: bool,
    foreign: bool,
}

impl Objects {
    /// An object begins.
    pub(super) fn begin(&mut self) {
        self.has_class = false;
    }

    /// A character of its class.
    pub(super) fn class(&mut self, c: char) {
        if self.class.len() < MAX_CLASS_CHARS {
            self.class.push(c);
        }
    }

    /// A character of its data.
    pub(super) fn data(&mut self, c: char) {
        if c.is_ascii_hexdigit() && self.data.len() < MAX_DATA_CHARS {
            self.data.push(c);
        }
    }

    /// The class ends.
    pub(super) fn end_class(&mut self) {
        let class = std::mem::take(&mut self.class);
        self.judge(&class);
    }

    /// The data ends, which names the class once more.
    pub(super) fn end_data(&mut self) {
        let data = std::mem::take(&mut self.data);
        self.judge(&class_in(&data).unwrap_or_default());
    }

    /// The object ends. Without a class, nobody knows what would open it.
    pub(super) fn end(&mut self) {
        self.foreign |= !self.has_class;
    }

    /// Whether an object belongs to a program that is not Office's.
    pub(super) fn found_foreign(&self) -> bool {
        self.foreign
    }

    fn judge(&mut self, class: &str) {
        let class = class.trim().to_ascii_lowercase();
        let mut office = OFFICE_CLASSES.iter().map(|name| name.to_ascii_lowercase());
        self.has_class |= !class.is_empty();
        self.foreign |= !class.is_empty() && !office.any(|name| class.starts_with(&name));
    }
}

/// The class that stands in the data of an object, in hexadecimal.
fn class_in(data: &str) -> Option<String> {
    let byte = |at: usize| u8::from_str_radix(data.get(2 * at..2 * at + 2)?, 16).ok();
    let bytes: Vec<u8> = (0..data.len() / 2).map(byte).collect::<Option<_>>()?;
    let length = u32::from_le_bytes(*bytes.get(CLASS_AT - 4..)?.first_chunk()?);
    let class = bytes
        .get(CLASS_AT..)?
        .get(..usize::try_from(length).ok()?)?;
    Some(
        String::from_utf8_lossy(class)
            .trim_end_matches('\0')
            .to_owned(),
    )
}
