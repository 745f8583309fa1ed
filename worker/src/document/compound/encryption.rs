//! Is a package encrypted with Excel's built-in password?
//!
//! A workbook that is protected against changes may be encrypted with a password that every Excel knows and
//! tries before it asks. [MS-OFFCRYPTO] 2.3.4 says how a password is checked: by hashing it many times, and by
//! decrypting a random text and its hash with what comes of that.

use aws_lc_rs::cipher::{
    AES_128, AES_192, AES_256, DecryptingKey, DecryptionContext, UnboundCipherKey,
};
use aws_lc_rs::digest::{Algorithm, Context, SHA1_FOR_LEGACY_USE_ONLY, SHA256, SHA384, SHA512};
use aws_lc_rs::iv::FixedLength;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use roxmltree::{Document, Node};

use crate::document::steps::{Step, Steps};
use crate::document::stop::Stop;

const BUILT_IN_PASSWORD: &str = "VelvetSweatshop";
/// How often a password is hashed at most: as often as Office does.
const MAX_ROUNDS: u32 = 100_000;
/// How often in the older form, always.
const STANDARD_ROUNDS: u32 = 50_000;
/// What is hashed last for the keys of the random text and of its hash.
const TEXT_KEY: [u8; 8] = [0xFE, 0xA7, 0xD2, 0x76, 0x3B, 0x4B, 0x9E, 0x79];
const HASH_KEY: [u8; 8] = [0xD7, 0xAA, 0x0F, 0x6D, 0x30, 0x61, 0x34, 0x4E];
const BLOCK_BYTES: usize = 16;
const MAX_KEY_BYTES: usize = 32;

/// Whether the description of an encryption fits the built-in password. No, where it is of an unknown form.
pub(super) fn has_built_in_password(description: &[u8], steps: &Steps) -> Result<bool, Stop> {
    let Some((version, rest)) = description.split_first_chunk::<8>() else {
        return Ok(false);
    };
    let fits = match (version[0], version[2]) {
        (4, 4) => match Agile::parse(rest) {
            Some(agile) => {
                steps.count(Step::Hash, agile.rounds as usize)?;
                agile.fits()
            }
            None => None,
        },
        (2..=4, 2) => {
            steps.count(Step::Hash, STANDARD_ROUNDS as usize)?;
            fits_standard(rest)
        }
        _ => None,
    };
    Ok(fits.unwrap_or(false))
}

/// The newer form: a document in XML.
struct Agile {
    algorithm: &'static Algorithm,
    rounds: u32,
    key_bytes: usize,
    salt: Vec<u8>,
    text: Vec<u8>,
    hash: Vec<u8>,
}

impl Agile {
    fn parse(xml: &[u8]) -> Option<Self> {
        let document = Document::parse(std::str::from_utf8(xml).ok()?).ok()?;
        let mut elements = document.descendants();
        Self::of(elements.find(|element| element.tag_name().name() == "encryptedKey")?)
    }

    fn of(key: Node<'_, '_>) -> Option<Self> {
        let text = |name: &str| key.attribute(name);
        let decoded = |name: &str| STANDARD.decode(text(name)?).ok();
        let chained =
            text("cipherAlgorithm")? == "AES" && text("cipherChaining")? == "ChainingModeCBC";
        let algorithm = match text("hashAlgorithm")? {
            "SHA1" => &SHA1_FOR_LEGACY_USE_ONLY,
            "SHA256" => &SHA256,
            "SHA384" => &SHA384,
            "SHA512" => &SHA512,
            _ => return None,
        };
        let rounds = text("spinCount")?.parse().ok()?;
        let key_bytes = text("keyBits")?.parse::<usize>().ok()? / 8;
        (chained && rounds <= MAX_ROUNDS && key_bytes <= MAX_KEY_BYTES).then_some(Self {
            algorithm,
            rounds,
            key_bytes,
            salt: decoded("saltValue")?,
            text: decoded("encryptedVerifierHashInput")?,
            hash: decoded("encryptedVerifierHashValue")?,
        })
    }

    fn fits(self) -> Option<bool> {
        let spun = spin(self.algorithm, &self.salt, self.rounds);
        let text = self.decrypt(&spun, TEXT_KEY, self.text.clone())?;
        let hash = self.decrypt(&spun, HASH_KEY, self.hash.clone())?;
        let expected = digest(self.algorithm, &[text.get(..self.salt.len())?]);
        Some(hash.starts_with(&expected))
    }

    fn decrypt(&self, spun: &[u8], key: [u8; 8], mut data: Vec<u8>) -> Option<Vec<u8>> {
        let mut key = digest(self.algorithm, &[spun, &key]);
        key.resize(self.key_bytes, 0x36);
        let mut start = self.salt.clone();
        start.resize(BLOCK_BYTES, 0x36);
        let context = DecryptionContext::Iv128(FixedLength::try_from(&start[..]).ok()?);
        let key = DecryptingKey::cbc(cipher_key(&key)?).ok()?;
        Some(key.decrypt(&mut data, context).ok()?.to_vec())
    }
}

/// The older form: fields of fixed sizes, AES and SHA-1.
fn fits_standard(rest: &[u8]) -> Option<bool> {
    let (size, rest) = rest.split_first_chunk::<4>()?;
    let size = usize::try_from(u32::from_le_bytes(*size)).ok()?;
    let (header, verifier) = rest.split_at_checked(size)?;
    let key_bits = u32::from_le_bytes(*header.get(16..)?.first_chunk()?);
    let key_bytes = usize::try_from(key_bits / 8).ok()?;
    let salt = verifier.get(4..20)?;
    let text = verifier.get(20..36)?;
    let hash = verifier.get(40..72)?;

    let algorithm = &SHA1_FOR_LEGACY_USE_ONLY;
    let spun = spin(algorithm, salt, STANDARD_ROUNDS);
    let last = digest(algorithm, &[&spun, &[0; 4]]);
    let key: Vec<u8> = [0x36, 0x5C]
        .into_iter()
        .flat_map(|pad| {
            let mut block = [pad; 64];
            block
                .iter_mut()
                .zip(&last)
                .for_each(|(byte, key)| *byte ^= key);
            digest(algorithm, &[&block])
        })
        .collect();
    let key = DecryptingKey::ecb(cipher_key(key.get(..key_bytes)?)?).ok()?;
    let mut both = [text, hash].concat();
    let plain = key.decrypt(&mut both, DecryptionContext::None).ok()?;
    let (text, hash) = plain.split_at_checked(BLOCK_BYTES)?;
    Some(hash.starts_with(&digest(algorithm, &[text])))
}

/// The salted password, hashed over and over.
fn spin(algorithm: &'static Algorithm, salt: &[u8], rounds: u32) -> Vec<u8> {
    let password: Vec<u8> = BUILT_IN_PASSWORD
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let first = digest(algorithm, &[salt, &password]);
    (0..rounds).fold(first, |hash, round| {
        digest(algorithm, &[&round.to_le_bytes(), &hash])
    })
}

fn digest(algorithm: &'static Algorithm, pieces: &[&[u8]]) -> Vec<u8> {
    let mut context = Context::new(algorithm);
    pieces.iter().for_each(|piece| context.update(piece));
    context.finish().as_ref().to_vec()
}

fn cipher_key(key: &[u8]) -> Option<UnboundCipherKey> {
    let algorithm = match key.len() {
        16 => &AES_128,
        24 => &AES_192,
        32 => &AES_256,
        _ => return None,
    };
    UnboundCipherKey::new(algorithm, key).ok()
}
