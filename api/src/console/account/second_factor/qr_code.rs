//! A text as a QR code. No markup is made here: the template draws it, and escapes what it is given.

use std::fmt::Write;

use qrcode::{Color, EcLevel};
use serde::Serialize;

/// The dark squares of a QR code, each one unit wide.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct QrCode {
    /// How many squares it is wide and high, without the light margin that it needs.
    size: usize,
    /// They are inside of this path of an SVG.
    path: String,
}

impl QrCode {
    /// The code of `text`; nothing when that is too long for one.
    pub(super) fn of(text: &str) -> Option<Self> {
        let code = qrcode::QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
        let size = code.width();
        let mut path = String::new();
        for y in 0..size {
            let is_dark = |x: usize| code[(x, y)] == Color::Dark;
            let mut x = 0;
            while x < size {
                let length = (x..size).take_while(|x| is_dark(*x)).count();
                if length > 0 {
                    // Writing to a string does not fail.
                    let _ = write!(path, "M{x} {y}h{length}v1h-{length}z");
                }
                x += length.max(1);
            }
        }
        Some(Self { size, path })
    }
}

#[cfg(test)]
mod tests {
    use super::QrCode;

    #[test]
    fn a_code_begins_with_the_pattern_by_which_it_is_found() {
        let code = QrCode::of("otpauth://totp/Dossier:ada%40example.com").expect("it fits");
        assert_eq!(code.size % 4, 1, "{code:?}");
        assert!(code.path.starts_with("M0 0h7v1h-7z"), "{code:?}");
        assert!(code.path.contains("M0 1h1v1h-1z"), "{code:?}");
        let is_plain = |c: char| c.is_ascii_digit() || "Mhvz -".contains(c);
        assert!(code.path.chars().all(is_plain), "{code:?}");
    }

    #[test]
    fn a_text_that_is_too_long_has_none() {
        assert_eq!(QrCode::of(&"x".repeat(5000)), None);
    }
}
