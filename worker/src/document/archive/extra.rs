//! Extra fields of a header.

use super::code_page;

/// ZIP64 sizes and offset.
pub(super) const ZIP64: u16 = 0x0001;
/// The name in UTF-8, by Info-ZIP.
const UNICODE_PATH: u16 = 0x7075;
/// `WinZip` AES encryption.
const AES: u16 = 0x9901;
/// Attributes and sizes once more, by libarchive.
const LIBARCHIVE: u16 = 0x6C78;

/// One extra field: its identifier and data.
pub(super) type Field<'a> = (u16, &'a [u8]);

/// A field that is longer than the space for it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Overrun;

/// The fields in order. Up to three bytes of padding at the end are tolerated.
pub(super) fn fields(mut bytes: &[u8]) -> Result<Vec<Field<'_>>, Overrun> {
    let mut fields = Vec::new();
    while let Some((header, rest)) = bytes.split_first_chunk::<4>() {
        let size = usize::from(u16::from_le_bytes([header[2], header[3]]));
        let (data, rest) = rest.split_at_checked(size).ok_or(Overrun)?;
        fields.push((u16::from_le_bytes([header[0], header[1]]), data));
        bytes = rest;
    }
    Ok(fields)
}

/// The data of the first field with that identifier.
pub(super) fn find<'a>(fields: &[Field<'a>], id: u16) -> Option<&'a [u8]> {
    fields
        .iter()
        .find(|field| field.0 == id)
        .map(|field| field.1)
}

/// Whether the fields say that the entry is encrypted.
pub(super) fn is_encrypted(fields: &[Field<'_>]) -> bool {
    find(fields, AES).is_some()
}

/// Whether a second name is given that contradicts the first. The name in UTF-8 must be what programs show
/// that do not know of it: the first name read as UTF-8 or, as of old, in code page 437.
pub(super) fn renames(fields: &[Field<'_>], raw_name: &[u8]) -> bool {
    let mut seconds = fields.iter().filter(|field| field.0 == UNICODE_PATH);
    seconds.any(|(_, data)| {
        // One byte of version and four of checksum precede the name.
        let name = data.get(5..).unwrap_or_default();
        name != raw_name && name != code_page::to_utf8(raw_name).as_bytes()
    })
}

/// Whether a field says once more, in some program's own way, what kind of file the entry is.
pub(super) fn retypes(fields: &[Field<'_>]) -> bool {
    find(fields, LIBARCHIVE).is_some()
}
