//! A ZIP writer that can lie about anything.

use std::io::Write;

use flate2::Compression;
use flate2::write::DeflateEncoder;

/// The fields that both headers of an entry have.
#[derive(Clone, Debug, Default)]
pub(crate) struct Header {
    pub(crate) name: Vec<u8>,
    pub(crate) flags: u16,
    pub(crate) method: u16,
    pub(crate) crc: u32,
    pub(crate) compressed: u32,
    pub(crate) inflated: u32,
    pub(crate) extra: Vec<u8>,
}

/// One entry: its data as it lies in the file, and what the two headers say about it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Entry {
    pub(crate) data: Vec<u8>,
    pub(crate) local: Header,
    pub(crate) central: Header,
    /// What follows the data.
    pub(crate) descriptor: Vec<u8>,
    /// Bytes before the local header.
    pub(crate) before: Vec<u8>,
    /// External attributes.
    pub(crate) attributes: u32,
    /// The offset to claim, in place of the real one.
    pub(crate) offset: Option<u32>,
    /// Left out of the directory.
    pub(crate) hidden: bool,
}

/// The shapes of a data descriptor.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Descriptor {
    Signed,
    Unsigned,
    SignedWide,
    UnsignedWide,
}

impl Entry {
    /// A deflated entry.
    pub(crate) fn deflated(name: &str, content: &[u8]) -> Self {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(content).expect("writing to memory");
        let data = encoder.finish().expect("writing to memory");
        Self::new(name, 8, data, content)
    }

    /// A stored entry.
    pub(crate) fn stored(name: &str, content: &[u8]) -> Self {
        Self::new(name, 0, content.to_vec(), content)
    }

    fn new(name: &str, method: u16, data: Vec<u8>, content: &[u8]) -> Self {
        let header = Header {
            name: name.into(),
            flags: 0,
            method,
            crc: crc32fast::hash(content),
            compressed: u32::try_from(data.len()).expect("a small entry"),
            inflated: u32::try_from(content.len()).expect("a small entry"),
            extra: Vec::new(),
        };
        Self {
            data,
            local: header.clone(),
            central: header,
            ..Self::default()
        }
    }

    /// The same entry after a change to both headers.
    pub(crate) fn both(mut self, change: impl Fn(&mut Header)) -> Self {
        change(&mut self.local);
        change(&mut self.central);
        self
    }

    /// The same entry as a streaming writer leaves it.
    pub(crate) fn streamed(mut self, shape: Descriptor) -> Self {
        let (crc, sizes) = (self.local.crc, [self.local.compressed, self.local.inflated]);
        self = self.both(|header| header.flags |= 8);
        (self.local.crc, self.local.compressed, self.local.inflated) = (0, 0, 0);
        if matches!(shape, Descriptor::Signed | Descriptor::SignedWide) {
            self.descriptor.extend_from_slice(b"PK\x07\x08");
        }
        self.descriptor.extend_from_slice(&crc.to_le_bytes());
        for size in sizes {
            match shape {
                Descriptor::Signed | Descriptor::Unsigned => {
                    self.descriptor.extend_from_slice(&size.to_le_bytes())
                }
                _ => self
                    .descriptor
                    .extend_from_slice(&u64::from(size).to_le_bytes()),
            }
        }
        self
    }
}

/// The end of central directory record.
#[derive(Clone, Debug)]
pub(crate) struct End {
    pub(crate) disks: [u16; 2],
    pub(crate) entries: [u16; 2],
    pub(crate) size: u32,
    pub(crate) offset: u32,
    pub(crate) comment: Vec<u8>,
}

type Change<T> = Box<dyn Fn(&mut T)>;

/// A whole archive.
#[derive(Default)]
pub(crate) struct Archive {
    pub(crate) entries: Vec<Entry>,
    /// Bytes between the last entry and the directory.
    pub(crate) gap: Vec<u8>,
    /// Bytes after the end record.
    pub(crate) tail: Vec<u8>,
    /// Writes the 64-bit records too, changed as told.
    pub(crate) wide: Option<Change<Wide>>,
    /// Lists the entries backwards.
    pub(crate) reversed_directory: bool,
    /// Changes the end record.
    pub(crate) end: Option<Change<End>>,
}

/// The 64-bit end record and its locator.
#[derive(Clone, Debug)]
pub(crate) struct Wide {
    pub(crate) entries: u64,
    pub(crate) size: u64,
    pub(crate) offset: u64,
    pub(crate) located_at: u64,
    /// What a later version of the format may add to the record.
    pub(crate) more: Vec<u8>,
}

impl Archive {
    /// The entry with that name, to be spoilt.
    pub(crate) fn entry(&mut self, name: &str) -> &mut Entry {
        let found = self
            .entries
            .iter_mut()
            .find(|entry| entry.central.name == name.as_bytes());
        found.expect("the archive has this entry")
    }

    /// The file.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut file = Vec::new();
        let mut directory = Vec::new();
        for entry in &self.entries {
            file.extend_from_slice(&entry.before);
            let offset = entry.offset.unwrap_or(narrow(file.len()));
            write_local(&mut file, entry);
            if !entry.hidden {
                directory.push(central(entry, offset));
            }
        }
        file.extend_from_slice(&self.gap);
        if self.reversed_directory {
            directory.reverse();
        }
        let offset = file.len();
        file.extend(directory.iter().flatten());
        let mut end = End {
            disks: [0, 0],
            entries: [directory.len() as u16; 2],
            size: narrow(file.len() - offset),
            offset: narrow(offset),
            comment: Vec::new(),
        };
        if let Some(change) = &self.wide {
            write_wide(&mut file, &end, change);
        }
        if let Some(change) = &self.end {
            change(&mut end);
        }
        write_end(&mut file, &end);
        file.extend_from_slice(&self.tail);
        file
    }
}

fn narrow(value: usize) -> u32 {
    u32::try_from(value).expect("a small archive")
}

fn header(bytes: &mut Vec<u8>, header: &Header) {
    bytes.extend_from_slice(&20_u16.to_le_bytes());
    bytes.extend_from_slice(&header.flags.to_le_bytes());
    bytes.extend_from_slice(&header.method.to_le_bytes());
    bytes.extend_from_slice(&[0, 0, 0x21, 0x58]);
    for value in [header.crc, header.compressed, header.inflated] {
        bytes.extend_from_slice(&value.to_le_bytes());
    }
    bytes.extend_from_slice(&(header.name.len() as u16).to_le_bytes());
    bytes.extend_from_slice(&(header.extra.len() as u16).to_le_bytes());
}

fn write_local(file: &mut Vec<u8>, entry: &Entry) {
    file.extend_from_slice(b"PK\x03\x04");
    header(file, &entry.local);
    file.extend_from_slice(&entry.local.name);
    file.extend_from_slice(&entry.local.extra);
    file.extend_from_slice(&entry.data);
    file.extend_from_slice(&entry.descriptor);
}

fn central(entry: &Entry, offset: u32) -> Vec<u8> {
    let mut bytes = b"PK\x01\x02\x14\x03".to_vec();
    header(&mut bytes, &entry.central);
    bytes.extend_from_slice(&[0; 6]);
    bytes.extend_from_slice(&entry.attributes.to_le_bytes());
    bytes.extend_from_slice(&offset.to_le_bytes());
    bytes.extend_from_slice(&entry.central.name);
    bytes.extend_from_slice(&entry.central.extra);
    bytes
}

fn write_wide(file: &mut Vec<u8>, end: &End, change: &Change<Wide>) {
    let mut wide = Wide {
        entries: u64::from(end.entries[0]),
        size: u64::from(end.size),
        offset: u64::from(end.offset),
        located_at: file.len() as u64,
        more: Vec::new(),
    };
    change(&mut wide);
    file.extend_from_slice(b"PK\x06\x06");
    file.extend_from_slice(&(44 + wide.more.len() as u64).to_le_bytes());
    file.extend_from_slice(&[45, 0, 45, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    for value in [wide.entries, wide.entries, wide.size, wide.offset] {
        file.extend_from_slice(&value.to_le_bytes());
    }
    file.extend_from_slice(&wide.more);
    file.extend_from_slice(b"PK\x06\x07\0\0\0\0");
    file.extend_from_slice(&wide.located_at.to_le_bytes());
    file.extend_from_slice(&1_u32.to_le_bytes());
}

fn write_end(file: &mut Vec<u8>, end: &End) {
    file.extend_from_slice(b"PK\x05\x06");
    for value in [end.disks[0], end.disks[1], end.entries[0], end.entries[1]] {
        file.extend_from_slice(&value.to_le_bytes());
    }
    file.extend_from_slice(&end.size.to_le_bytes());
    file.extend_from_slice(&end.offset.to_le_bytes());
    file.extend_from_slice(&(end.comment.len() as u16).to_le_bytes());
    file.extend_from_slice(&end.comment);
}
