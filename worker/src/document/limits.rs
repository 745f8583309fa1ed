//! How much a document may ask of the inspector.

const KIB: u64 = 1024;
const MIB: u64 = 1024 * KIB;
const GIB: u64 = 1024 * MIB;

/// Numeric bounds. The defaults lie well above anything seen in thousands of real documents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Size of the file itself.
    pub file_bytes: u64,
    /// Entries in the archive.
    pub entries: u64,
    /// Size of one part once inflated.
    pub part_bytes: u64,
    /// Size of all parts together once inflated.
    pub total_bytes: u64,
    /// Expansion of the whole file, looked at only above [`Limits::ratio_floor_bytes`].
    pub total_ratio: u64,
    /// Expansion of one part, looked at only above [`Limits::ratio_floor_bytes`].
    pub part_ratio: u64,
    /// Inflated size below which no expansion is suspicious.
    pub ratio_floor_bytes: u64,
    /// Length of an entry's name.
    pub name_bytes: usize,
    /// Size of `[Content_Types].xml`.
    pub content_types_bytes: u64,
    /// Size of one relationships part.
    pub relationships_bytes: u64,
    /// Nesting of XML elements.
    pub xml_depth: usize,
    /// Attributes of one XML element.
    pub xml_attributes: usize,
    /// Size of one XML token: a tag, or a run of text.
    pub xml_token_bytes: usize,
    /// XML elements in one part.
    pub xml_elements: u64,
    /// Work of all kinds together, in steps of at most a nanosecond.
    pub steps: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            file_bytes: 256 * MIB,
            entries: 10_000,
            part_bytes: 512 * MIB,
            total_bytes: GIB,
            total_ratio: 150,
            part_ratio: 250,
            ratio_floor_bytes: 64 * MIB,
            name_bytes: 1_024,
            content_types_bytes: 4 * MIB,
            relationships_bytes: 16 * MIB,
            xml_depth: 256,
            xml_attributes: 512,
            xml_token_bytes: 16 * 1024 * 1024,
            xml_elements: 50_000_000,
            steps: 900_000_000,
        }
    }
}
