//! Extra fields of a header.

/// ZIP64 sizes and offset.
pub(super) const ZIP64: u16 = 0x0001;
/// The name in UTF-8, by Info-ZIP.
const UNICODE_PATH: u16 = 0x7075;
/// `WinZip` AES encryption.
const AES: u16 = 0x9901;

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

/// Whether a second name is given that contradicts the first. A name in some old code page has no
/// comparable form; there only a name that programs would agree on can be contradicted.
pub(super) fn renames(fields: &[Field<'_>], raw_name: &[u8]) -> bool {
    let Some(data) = find(fields, UNICODE_PATH) else {
        return false;
    };
    // One byte of version and four of checksum precede the name.
    let name = data.get(5..).unwrap_or_default();
    name != raw_name && std::str::from_utf8(raw_name).is_ok()
}
