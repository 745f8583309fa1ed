//! Our tokens are those of the Fernet specification: its published test vectors hold.

use fernet::Fernet;

const KEY: &str = "cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4=";

/// 1985-10-26T01:20:00-07:00.
const THEN: u64 = 499_162_800;

fn key() -> Fernet {
    Fernet::new(KEY).expect("the key is good")
}

#[test]
fn the_token_that_must_open_opens() {
    let token = "gAAAAAAdwJ6wAAECAwQFBgcICQoLDA0ODy021cpGVWKZ_eEwCGM4BLLF_5CV9dOPmrhuVUPgJobwOz7JcbmrR64jVmpU4IwqDA==";
    let opened = key().decrypt_at_time(token, Some(60), THEN + 1);
    assert_eq!(opened.as_deref(), Ok(&b"hello"[..]));
}

#[test]
fn what_is_made_at_an_instant_opens_then() {
    let token = key().encrypt_at_time(b"hello", THEN);
    assert!(
        token.starts_with("gAAAAAAdwJ6w"),
        "version and time are in clear: {token}"
    );
    let opened = key().decrypt_at_time(&token, Some(60), THEN);
    assert_eq!(opened.as_deref(), Ok(&b"hello"[..]));
}

#[test]
fn the_tokens_that_must_not_open_do_not() {
    let vectors = [
        (
            "wrong MAC",
            1,
            "gAAAAAAdwJ6xAAECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPAl1-szkFVzXTuGb4hR8AKtwcaX1YdykQUFBQUFBQUFBQQ==",
        ),
        (
            "too short",
            1,
            "gAAAAAAdwJ6xAAECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPA==",
        ),
        (
            "no base64",
            1,
            "%%%%%%%%%%%%%AECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPAl1-szkFVzXTuGb4hR8AKtwcaX1YdykRtfsH-p1YsUD2Q==",
        ),
        (
            "no whole blocks",
            1,
            "gAAAAAAdwJ6xAAECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPOm73QeoCk9uGib28Xe5vz6oxq5nmxbx_v7mrfyudzUm",
        ),
        (
            "wrong padding",
            1,
            "gAAAAAAdwJ6xAAECAwQFBgcICQoLDA0ODz4LEpdELGQAad7aNEHbf-JkLPIpuiYRLQ3RtXatOYREu2FWke6CnJNYIbkuKNqOhw==",
        ),
        (
            "far in the future",
            1,
            "gAAAAAAdwStRAAECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPAnja1xKYyhd-Y6mSkTOyTGJmw2Xc2a6kBd-iX9b_qXQcw==",
        ),
        (
            "too old",
            91,
            "gAAAAAAdwJ6xAAECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPAl1-szkFVzXTuGb4hR8AKtwcaX1YdykRtfsH-p1YsUD2Q==",
        ),
        (
            "wrong IV",
            1,
            "gAAAAAAdwJ6xBQECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPAkLhFLHpGtDBRLRTZeUfWgHSv49TF2AUEZ1TIvcZjK1zQ==",
        ),
    ];
    for (what, after, token) in vectors {
        let opened = key().decrypt_at_time(token, Some(60), THEN + after);
        assert!(opened.is_err(), "{what}");
    }
}
