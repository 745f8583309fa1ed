//! A token opens for its own purpose, under a live key, until it expires, and not when a single
//! bit of it was changed.

use dossier_common::digest::Sha256;
use dossier_common::entropy::Entropy;
use dossier_common::id::{FileId, LinkId, SignUpId, UserId};
use dossier_common::token::{
    Claims, CursorClaims, DownloadClaims, KeyError, TokenError, TokenKeys, VerifyEmailClaims,
};
use mongodb::bson::DateTime;

use crate::harness::NOW;

const OLD: &str = "cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4=";
const NEW: &str = "hcxFMSpPSqDeu_Xa2eFfFtibVqtjgT8t6XlH8NHdjNc=";

fn keys(list: &str) -> TokenKeys {
    TokenKeys::parse(&list.into()).expect("the keys are good")
}

fn seconds(instant: DateTime) -> u64 {
    u64::try_from(instant.timestamp_millis() / 1000).expect("after 1970")
}

fn after(seconds: i64) -> DateTime {
    NOW.saturating_add_millis(seconds * 1000)
}

fn verify_email() -> VerifyEmailClaims {
    let entropy = Entropy::seeded(1);
    VerifyEmailClaims {
        sign_up_id: SignUpId::generate(&entropy, NOW),
        expires_at: seconds(NOW) + 60,
    }
}

fn download() -> DownloadClaims {
    let entropy = Entropy::seeded(2);
    DownloadClaims {
        link_id: LinkId::generate(&entropy, NOW),
        file_id: FileId::generate(&entropy, NOW),
        sha256: Sha256::of(b"bytes"),
        client_id: UserId::generate(&entropy, NOW),
        expires_at: seconds(NOW) + 60,
    }
}

fn cursor() -> CursorClaims {
    CursorClaims {
        list: "files".to_owned(),
        user_id: UserId::generate(&Entropy::seeded(3), NOW),
        after: "fil_1".to_owned(),
    }
}

#[test]
fn a_token_opens_for_its_own_purpose_alone() {
    let keys = keys(OLD);
    let opens = |token: &str| {
        [
            keys.open::<VerifyEmailClaims>(token, NOW).is_ok(),
            keys.open::<DownloadClaims>(token, NOW).is_ok(),
            keys.open::<CursorClaims>(token, NOW).is_ok(),
        ]
    };
    assert_eq!(
        opens(&keys.seal(&verify_email(), NOW)),
        [true, false, false]
    );
    assert_eq!(opens(&keys.seal(&download(), NOW)), [false, true, false]);
    assert_eq!(opens(&keys.seal(&cursor(), NOW)), [false, false, true]);
}

#[test]
fn the_purpose_decides_even_when_the_payload_would_fit() {
    #[derive(Debug, PartialEq, serde::Serialize, serde::Deserialize)]
    struct Lookalike {
        #[serde(flatten)]
        inner: VerifyEmailClaims,
    }
    impl Claims for Lookalike {
        const PURPOSE: &'static str = "another-purpose";
        fn expires_at(&self) -> Option<u64> {
            self.inner.expires_at()
        }
    }
    let (keys, inner) = (keys(OLD), verify_email());
    let token = keys.seal(&Lookalike { inner }, NOW);
    let opened = keys.open::<VerifyEmailClaims>(&token, NOW);
    assert_eq!(opened, Err(TokenError::Invalid));
}

#[test]
fn what_was_sealed_comes_back_until_it_expires() {
    let (keys, claims) = (keys(OLD), download());
    let token = keys.seal(&claims, NOW);
    assert_eq!(keys.open(&token, after(59)), Ok(claims));
    let late = keys.open::<DownloadClaims>(&token, after(60));
    assert_eq!(late, Err(TokenError::Expired));
    let cursor = cursor();
    let token = keys.seal(&cursor, NOW);
    assert_eq!(keys.open(&token, after(1_000_000)), Ok(cursor));
}

#[test]
fn a_token_from_the_future_does_not_open_but_for_a_minute_of_skew() {
    let keys = keys(OLD);
    let open = |made: i64| {
        let token = keys.seal(&cursor(), after(made));
        keys.open::<CursorClaims>(&token, NOW)
    };
    assert!(open(60).is_ok());
    assert_eq!(open(61), Err(TokenError::Invalid));
}

#[test]
fn any_changed_byte_spoils_a_token() {
    let keys = keys(OLD);
    let token = keys.seal(&download(), NOW);
    for position in 0..token.len() {
        for replacement in [b'A', b'B', b'_', b'=', b'%', b' '] {
            let mut flipped = token.clone().into_bytes();
            if flipped[position] == replacement {
                continue;
            }
            flipped[position] = replacement;
            let flipped = String::from_utf8(flipped).expect("ASCII");
            let opened = keys.open::<DownloadClaims>(&flipped, NOW);
            assert_eq!(opened, Err(TokenError::Invalid), "byte {position}");
        }
    }
    for end in 0..token.len() {
        let opened = keys.open::<DownloadClaims>(&token[..end], NOW);
        assert_eq!(opened, Err(TokenError::Invalid), "cut at {end}");
    }
}

#[test]
fn the_first_key_seals_and_every_live_key_opens() {
    let (old, both, new) = (keys(OLD), keys(&format!("{NEW}, {OLD}")), keys(NEW));
    let before = old.seal(&cursor(), NOW);
    let since = both.seal(&cursor(), NOW);
    let opens = |keys: &TokenKeys, token: &str| keys.open::<CursorClaims>(token, NOW).is_ok();
    assert!(opens(&both, &before) && opens(&both, &since));
    assert!(opens(&new, &since) && !opens(&new, &before));
    assert!(!opens(&old, &since));
}

#[test]
fn two_tokens_of_one_claim_differ() {
    let keys = keys(OLD);
    assert_ne!(keys.seal(&cursor(), NOW), keys.seal(&cursor(), NOW));
}

#[test]
fn bad_keys_are_refused_by_position_and_never_shown() {
    let weak = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    let refused = |list: &str| TokenKeys::parse(&list.into()).expect_err("refused");
    assert_eq!(refused(" , "), KeyError::Empty);
    assert_eq!(
        refused(&format!("{OLD},{NEW},{OLD}")),
        KeyError::Duplicate { position: 3 }
    );
    assert_eq!(
        refused(&format!("{OLD},{weak}")),
        KeyError::Weak { position: 2 }
    );
    let short = &NEW[..40];
    assert_eq!(
        refused(&format!("{OLD},{short}")),
        KeyError::Malformed { position: 2 }
    );
    assert!(!refused(short).to_string().contains(short));
    assert!(!format!("{:?}", keys(OLD)).contains("cw_0"));
}
