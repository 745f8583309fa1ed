//! What holds for all bytes whatsoever.

use dossier_worker::document::Verdict;
use proptest::prelude::*;

use super::builder::Opc;
use super::{code, corpus, verdict};

/// A small generator of numbers, for runs that must be the same every time.
#[derive(Clone)]
pub(crate) struct Xorshift(u64);

impl Xorshift {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number below `limit`.
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % limit.max(1) as u64).unwrap_or_default()
    }
}

fn is_accepted(bytes: &[u8]) -> bool {
    matches!(verdict(bytes), Verdict::Accepted(_))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn arbitrary_bytes_are_refused(bytes in prop::collection::vec(any::<u8>(), 0..4_096)) {
        prop_assert!(!is_accepted(&bytes));
    }

    #[test]
    fn arbitrary_bytes_behind_an_archives_header_are_refused(
        bytes in prop::collection::vec(any::<u8>(), 0..2_048),
        offset in any::<u16>(),
        entries in 0_u16..4,
    ) {
        let mut file = b"PK\x03\x04".to_vec();
        file.extend_from_slice(&bytes);
        file.extend_from_slice(b"PK\x05\x06\0\0\0\0");
        file.extend_from_slice(&entries.to_le_bytes());
        file.extend_from_slice(&entries.to_le_bytes());
        let size = (bytes.len() + 4).saturating_sub(usize::from(offset)) as u32;
        file.extend_from_slice(&size.to_le_bytes());
        file.extend_from_slice(&u32::from(offset).to_le_bytes());
        file.extend_from_slice(&[0, 0]);
        prop_assert!(!is_accepted(&file));
    }

    #[test]
    fn arbitrary_bytes_behind_a_compound_header_are_refused(bytes in prop::collection::vec(any::<u8>(), 0..4_096)) {
        let file = [b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".to_vec(), bytes].concat();
        prop_assert!(!is_accepted(&file));
    }

    #[test]
    fn arbitrary_xml_never_makes_a_panic(xml in "[<>/a-c:='\"&;#!?\\[\\]\\-x \\n0]{0,200}") {
        let found = verdict(&Opc::docx().part("word/a.xml", xml).bytes());
        prop_assert!(["docx", "XML_MALFORMED", "XML_DTD", "DDE"].contains(&code(&found)));
    }

    #[test]
    fn arbitrary_text_in_a_document_is_accepted(text in "[^<&\u{0}-\u{1F}\u{7F}\u{FFFE}\u{FFFF}]{0,200}") {
        prop_assume!(!text.contains("]]>"));
        let package = Opc::docx_with(&format!("<w:t>{text}</w:t>"));
        prop_assert!(is_accepted(&package.bytes()));
    }
}

#[test]
fn a_small_document_cut_off_anywhere_is_refused() {
    let bytes = Opc::docx().bytes();
    assert!(is_accepted(&bytes));
    for length in 0..bytes.len() {
        assert!(
            !is_accepted(&bytes[..length]),
            "cut off at {length} of {}",
            bytes.len()
        );
    }
}

#[test]
fn every_genuine_document_cut_off_anywhere_is_refused() {
    let mut random = Xorshift::new(0xC0FFEE);
    for (path, bytes) in corpus::genuine() {
        let whole = bytes.trim_ascii_end().len();
        let near_the_end = (1..40).map(|back| whole.saturating_sub(back));
        for length in near_the_end.chain((0..40).map(|_| random.below(whole))) {
            assert!(
                !is_accepted(&bytes[..length]),
                "{path} cut off at {length} of {whole}"
            );
        }
    }
}

#[test]
fn mutated_files_never_make_a_panic() {
    let seeds: Vec<Vec<u8>> = corpus::all()
        .into_iter()
        .filter(|seed| (1..20_000).contains(&seed.len()))
        .collect();
    let mut random = Xorshift::new(0xBADC0DE);
    for _ in 0..3_000 {
        let mut bytes = seeds[random.below(seeds.len())].clone();
        for _ in 0..=random.below(4) {
            let at = random.below(bytes.len());
            match random.below(4) {
                0 => bytes[at] ^= 1 << random.below(8),
                1 => bytes[at] = [0, 1, 0x7F, 0xFF][random.below(4)],
                2 => bytes.truncate(at.max(1)),
                _ => {
                    let donor = &seeds[random.below(seeds.len())];
                    let from = random.below(donor.len());
                    let length = random
                        .below(64)
                        .min(donor.len() - from)
                        .min(bytes.len() - at);
                    bytes[at..at + length].copy_from_slice(&donor[from..from + length]);
                }
            }
        }
        // Whatever comes of it, it comes without a panic.
        let _ = verdict(&bytes);
    }
}
