//! Packages of every shape that writers give them, spoilt in every structural field.

use crate::document::builder::{Archive, Descriptor, End, Entry, Header, Opc, Wide};
use crate::document::properties::Xorshift;

/// The text of each document.
pub(super) const TEXT: &str = "This is the whole text.";

/// A package: most are sound, or spoilt in one or two places.
pub(super) fn package(random: &mut Xorshift) -> Vec<u8> {
    let mut archive = sound(random);
    let spoils = [0, 0, 1, 1, 1, 2][random.below(6)];
    for _ in 0..spoils {
        spoil(&mut archive, random);
    }
    let mut bytes = archive.bytes();
    if random.below(4) == 0 {
        let at = random.below(bytes.len());
        bytes[at] = match random.below(4) {
            0 => bytes[at] ^ 1 << random.below(8),
            1 => bytes[at].wrapping_add(1),
            2 => 0,
            _ => 0xFF,
        };
    }
    bytes
}

fn content(random: &mut Xorshift) -> Vec<u8> {
    match random.below(5) {
        0 => Vec::new(),
        1 => Opc::xlsx().bytes(),
        2 => b"PK\x07\x08 PK\x03\x04 PK\x05\x06".repeat(random.below(4)),
        _ => (0..random.below(3_000))
            .map(|_| (random.below(256) & random.below(256)) as u8)
            .collect(),
    }
}

/// A package as some writer would write it.
fn sound(random: &mut Xorshift) -> Archive {
    let package = Opc::docx_with(&format!("<w:p><w:r><w:t>{TEXT}</w:t></w:r></w:p>"))
        .default("bin", "image/png")
        .part("word/a.xml", "<a/>");
    let mut archive = package.archive();
    for number in 0..random.below(3) {
        let name = match random.below(8) {
            0 => format!("word/media/Ünï{number}.bin"),
            1 => format!("word\\media\\{number}.bin"),
            2 => format!("word/media/with space {number}.bin"),
            _ => format!("word/media/{number}.bin"),
        };
        let data = content(random);
        let entry = if random.below(2) == 0 {
            Entry::stored(&name, &data)
        } else {
            Entry::deflated(&name, &data)
        };
        archive.entries.push(entry);
    }
    if random.below(5) == 0 {
        archive.entries.push(Entry::stored("word/media/", b""));
    }
    for entry in &mut archive.entries {
        *entry = dress(entry.clone(), random);
    }
    if random.below(4) == 0 {
        let first = random.below(archive.entries.len());
        archive.entries.swap(0, first);
    }
    archive.reversed_directory = random.below(6) == 0;
    archive.tail = tail(random);
    if random.below(6) == 0 {
        archive.wide = Some(Box::new(|_| {}));
    }
    if random.below(4) == 0 {
        let comment = vec![b'c'; random.below(40) * random.below(1_000)];
        archive.end = Some(Box::new(move |end: &mut End| {
            end.comment.clone_from(&comment)
        }));
    }
    archive
}

/// An entry with what writers add: a descriptor, attributes, extra fields, wide sizes.
fn dress(mut entry: Entry, random: &mut Xorshift) -> Entry {
    let shapes = [
        Descriptor::Signed,
        Descriptor::Unsigned,
        Descriptor::SignedWide,
        Descriptor::UnsignedWide,
    ];
    let plain = (entry.local.compressed, entry.local.inflated);
    if random.below(4) == 0 {
        entry = entry.streamed(shapes[random.below(4)]);
    }
    if random.below(8) == 0 {
        let both = [plain.1, plain.0]
            .map(|size| u64::from(size).to_le_bytes())
            .concat();
        if random.below(2) == 0 {
            (entry.central.inflated, entry.central.compressed) = (u32::MAX, u32::MAX);
            entry.central.extra.extend(field(1, &both));
        } else if entry.descriptor.is_empty() {
            (entry.local.inflated, entry.local.compressed) = (u32::MAX, u32::MAX);
            entry.local.extra.extend(field(1, &both));
        }
    }
    if random.below(8) == 0 {
        entry.local.extra.extend(field(1, &[0; 16]));
    }
    if random.below(6) == 0 {
        entry.local.extra.extend(field(0x5455, &[1, 0, 0, 0, 0]));
    }
    if random.below(12) == 0 {
        let name = [
            &[1][..],
            &crc32fast::hash(&entry.local.name).to_le_bytes(),
            &entry.local.name,
        ]
        .concat();
        entry.central.extra.extend(field(0x7075, &name));
    }
    if !entry.central.name.is_ascii() || random.below(6) == 0 {
        entry = entry.both(|header| header.flags |= 1 << 11);
    }
    entry.attributes = [0, 0x20, 0o100_644 << 16, 0o644 << 16][random.below(4)];
    entry
}

fn tail(random: &mut Xorshift) -> Vec<u8> {
    match random.below(10) {
        0 => b"\r\n".to_vec(),
        1 => b"{\"signature\": \"x\"}".to_vec(),
        2 => vec![0; random.below(70_000)],
        _ => Vec::new(),
    }
}

fn field(id: u16, data: &[u8]) -> Vec<u8> {
    let size = u16::try_from(data.len()).unwrap_or_default();
    [&id.to_le_bytes()[..], &size.to_le_bytes(), data].concat()
}

/// A value that some program takes for another one.
fn value(original: u32, random: &mut Xorshift) -> u32 {
    match random.below(8) {
        0 => 0,
        1 => u32::MAX,
        2 => original.wrapping_add(1),
        3 => original.wrapping_sub(1),
        4 => 0xFFFF,
        5 => original | 1 << random.below(32),
        6 => original.wrapping_add(30),
        _ => random.below(1 << 20) as u32,
    }
}

/// Spoils one structural field.
fn spoil(archive: &mut Archive, random: &mut Xorshift) {
    let choice = random.below(34);
    let place = random.below(archive.entries.len());
    let entry = &mut archive.entries[place];
    let number = value(0, random);
    match choice {
        0..=11 => {
            let sides = random.below(3);
            if sides != 1 {
                spoil_header(&mut entry.local, choice, &mut random.clone());
            }
            if sides != 0 {
                spoil_header(&mut entry.central, choice, random);
            }
        }
        12 => entry.offset = Some(number),
        13 => entry.attributes = [0x10, 0o040_755 << 16, 0o120_777 << 16, number][random.below(4)],
        14 => entry.hidden = true,
        15 => entry.before = content(random),
        16 => {
            let at = random.below(entry.descriptor.len());
            if let Some(byte) = entry.descriptor.get_mut(at) {
                *byte ^= 1 << random.below(8);
            }
        }
        17 => entry.descriptor.extend(content(random)),
        18 => entry.data.extend(content(random)),
        19 => {
            let copy = entry.clone();
            archive.entries.push(copy);
        }
        20 => archive.gap = content(random),
        21 => archive.tail = content(random),
        22 => archive.tail = [b"PK\x05\x06".to_vec(), vec![0; 18]].concat(),
        23..=26 => {
            let inner = match random.below(3) {
                0 => Opc::xlsx().bytes(),
                1 => [b"PK\x05\x06".to_vec(), vec![0; 18 + random.below(3)]].concat(),
                _ => content(random),
            };
            let (which, value) = (random.below(8), value(0, random));
            archive.end = Some(Box::new(move |end: &mut End| {
                spoil_end(end, which, value, &inner)
            }));
        }
        27..=30 => {
            let (which, value) = (random.below(5), u64::from(value(0, random)));
            archive.wide = Some(Box::new(move |wide: &mut Wide| match which {
                0 => wide.entries = value,
                1 => wide.size = value,
                2 => wide.offset = value,
                3 => wide.located_at = value,
                _ => wide.more = vec![0; (value % 200) as usize],
            }));
        }
        31 => {
            let name = NAMES[random.below(NAMES.len())];
            *entry = entry.clone().both(|header| header.name = name.to_vec());
        }
        32 => {
            let name = NAMES[random.below(NAMES.len())];
            archive
                .entries
                .push(Entry::deflated("x", b"<a/>").both(|header| header.name = name.to_vec()));
        }
        _ => archive.reversed_directory ^= true,
    }
}

/// Names that programs resolve, decode or compare differently.
const NAMES: [&[u8]; 20] = [
    b"word/./document.xml",
    b"word//document.xml",
    b"./word/document.xml",
    b"word/document.xml ",
    b"word/document.xml.",
    b"word/document.xml/",
    b"word/document.xml/a.xml",
    b"WORD/document.xml",
    b"word\\document.xml",
    b"word/%64ocument.xml",
    b"word/a%2Fb.xml",
    b"word/\x94.xml",
    b"word/\xC3\xB6.xml",
    b"word/\xFF.xml",
    b"/word/document.xml",
    b"../word/document.xml",
    b"%5BContent_Types%5D.xml",
    b"word/doc\0ument.xml",
    b"word/\xE2\x80\xAExml.a",
    b"C:/word/a.xml",
];

fn spoil_header(header: &mut Header, choice: usize, random: &mut Xorshift) {
    match choice {
        0 => header.flags ^= 1 << random.below(16),
        1 => header.method = [0, 8, 9, 12, 99][random.below(5)],
        2 => header.crc = value(header.crc, random),
        3 => header.compressed = value(header.compressed, random),
        4 => header.inflated = value(header.inflated, random),
        5 => header.name = NAMES[random.below(NAMES.len())].to_vec(),
        6 => {
            let sizes = [header.inflated, header.compressed, value(0, random), 0];
            let data: Vec<u8> = sizes
                .iter()
                .flat_map(|&size| u64::from(size).to_le_bytes())
                .collect();
            header.extra.extend(field(
                1,
                &data[..[0, 4, 8, 16, 20, 24, 28, 32][random.below(8)]],
            ));
        }
        7 => {
            header.inflated = u32::MAX;
            header
                .extra
                .extend(field(1, &u64::from(value(0, random)).to_le_bytes()));
        }
        8 => {
            let name = NAMES[random.below(NAMES.len())];
            let sum = if random.below(2) == 0 {
                crc32fast::hash(&header.name)
            } else {
                0
            };
            header.extra.extend(field(
                0x7075,
                &[&[1][..], &sum.to_le_bytes(), name].concat(),
            ));
        }
        9 => header.extra.extend(vec![0; random.below(5)]),
        10 => header.extra.extend([1, 0, 99, 0]),
        _ => {
            let id = [0x6C78, 0x9901, 0x0017, 0x756E, 0x7875][random.below(5)];
            header.extra.extend(field(id, &[7; 12]));
        }
    }
}

fn spoil_end(end: &mut End, which: usize, value: u32, inner: &[u8]) {
    let narrow = value as u16;
    match which {
        0 => end.disks[0] = narrow,
        1 => end.disks[1] = narrow,
        2 => end.entries[0] = narrow,
        3 => end.entries[1] = narrow,
        4 => end.size = value,
        5 => end.offset = value,
        6 => end.comment = inner.to_vec(),
        _ => end.comment = [inner, &[b'-'; 50]].concat(),
    }
}
