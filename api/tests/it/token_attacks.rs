//! Bearer tokens against the attacks of RFC 8725: only a token that we could have made is one.

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use mongodb::bson::doc;
use serde_json::{Value, json};

use crate::harness::{Answer, App, JWT_KEYS, PUBLIC_URL, Person};

/// A token under the key `k1`, whatever its head says.
fn signed(head: &str, claims: &str) -> String {
    let (_, secret) = JWT_KEYS.split_once(':').expect("kid:base64");
    let secret = STANDARD.decode(secret).expect("base64");
    sealed(head, claims, &secret)
}

fn sealed(head: &str, claims: &str, secret: &[u8]) -> String {
    let message = format!("{}.{}", encode(head), encode(claims));
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
    let signature = hmac::sign(&key, message.as_bytes());
    format!("{message}.{}", encode(signature.as_ref()))
}

fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn head() -> Value {
    json!({ "alg": "HS256", "typ": "at+jwt", "kid": "k1" })
}

fn claims(app: &App, person: &Person) -> Value {
    let now = app.state.clock.unix_seconds();
    json!({
        "iss": PUBLIC_URL, "aud": "dossier-api", "sub": person.id, "sid": person.session,
        "jti": "01JD3Y5T6ZQ8R9WABCDEFGHJKM", "iat": now, "nbf": now, "exp": now + 900,
    })
}

/// `object` with one member set.
fn with(object: &Value, name: &str, value: Value) -> String {
    let mut altered = object.clone();
    altered[name] = value;
    altered.to_string()
}

async fn me(app: &App, token: &str) -> Answer {
    app.get("/v1/me").bearer(token).send().await
}

async fn is_refused(app: &App, token: &str, what: &str) {
    let answer = me(app, token).await;
    assert_eq!(answer.status, 401, "{what}");
    answer.problem(401, "unauthorized");
    let challenge = answer.header("www-authenticate");
    assert!(challenge.contains("invalid_token"), "{what}: {challenge}");
}

#[tokio::test]
async fn a_head_that_says_anything_else_than_ours_is_refused() {
    let app = App::start().await;
    let client = app.client().await;
    let good = claims(&app, &client).to_string();
    me(&app, &signed(&head().to_string(), &good))
        .await
        .expect(200);
    let public_key =
        json!({ "kty": "oct", "k": encode("a key that the attacker chose by himself") });
    for (name, value) in [
        ("alg", json!("none")),
        ("alg", json!("None")),
        ("alg", json!("NONE")),
        ("alg", json!("")),
        ("alg", json!("HS384")),
        ("alg", json!("HS512")),
        ("alg", json!("hs256")),
        ("alg", json!("RS256")),
        ("alg", json!("RS512")),
        ("alg", json!("PS256")),
        ("alg", json!("ES256")),
        ("alg", json!("ES384")),
        ("alg", json!("EdDSA")),
        ("alg", json!("dir")),
        ("alg", json!(["HS256"])),
        ("alg", Value::Null),
        ("typ", json!("JWT")),
        ("typ", json!("jwt")),
        ("typ", json!("AT+JWT ")),
        ("typ", json!("refresh+jwt")),
        ("typ", json!("application/at+jwt")),
        ("typ", json!("")),
        ("typ", Value::Null),
        ("kid", json!("k2")),
        ("kid", json!("K1")),
        ("kid", json!("")),
        ("kid", json!("k1\u{0}")),
        ("kid", json!("../../../../dev/null")),
        ("kid", json!("/etc/passwd")),
        ("kid", json!("..\\k1")),
        ("kid", json!("k1' OR '1'='1")),
        ("kid", json!("k1|/bin/true")),
        ("kid", json!("https://evil.example.net/k")),
        ("kid", json!(1)),
        ("kid", json!(["k1"])),
        ("kid", json!({ "$ne": "" })),
        ("kid", Value::Null),
        ("crit", json!([])),
        ("crit", json!(["exp"])),
        ("crit", json!(["b64"])),
        ("crit", json!(["http://example.com/UNDEFINED"])),
        ("crit", json!("exp")),
        ("b64", json!(false)),
        ("b64", json!(true)),
        ("zip", json!("DEF")),
        ("enc", json!("A128GCM")),
        ("cty", json!("JWT")),
        ("jku", json!("https://evil.example.net/keys")),
        ("jwk", public_key),
        ("x5u", json!("https://evil.example.net/cert")),
        ("x5c", json!(["MIIB"])),
        ("x5t", json!("AAAA")),
        ("x5t#S256", json!("AAAA")),
        ("url", json!("https://evil.example.net")),
        ("nonce", json!("1")),
        ("iss", json!(PUBLIC_URL)),
        ("exp", json!(u32::MAX)),
        ("x", json!(1)),
    ] {
        let token = signed(&with(&head(), name, value.clone()), &good);
        is_refused(&app, &token, &format!("{name}: {value}")).await;
    }
    for text in [
        r#"{"alg":"HS256","typ":"at+jwt","kid":"k1","kid":"k1"}"#,
        r#"{"alg":"none","alg":"HS256","typ":"at+jwt","kid":"k1"}"#,
        r#"[]"#,
        r#""HS256""#,
        "",
        "null",
        r#"{"alg":"HS256","typ":"at+jwt","kid":"k1"} x"#,
    ] {
        is_refused(&app, &signed(text, &good), text).await;
    }
}

#[tokio::test]
async fn a_claim_that_is_missing_or_wrong_is_refused() {
    let app = App::start().await;
    let client = app.client().await;
    let other = app.ops().await;
    let (head, good) = (head().to_string(), claims(&app, &client));
    let now = app.state.clock.unix_seconds();
    for name in ["iss", "aud", "sub", "sid", "jti", "iat", "nbf", "exp"] {
        let mut without = good.clone();
        without.as_object_mut().expect("claims").remove(name);
        is_refused(&app, &signed(&head, &without.to_string()), name).await;
        for value in [
            Value::Null,
            json!(""),
            json!([]),
            json!({}),
            json!(true),
            json!({ "$gt": "" }),
        ] {
            let token = signed(&head, &with(&good, name, value.clone()));
            is_refused(&app, &token, &format!("{name}: {value}")).await;
        }
    }
    for (name, value) in [
        ("iss", json!("https://evil.example.net")),
        ("iss", json!(format!("{PUBLIC_URL}/"))),
        ("iss", json!([PUBLIC_URL])),
        ("iss", json!(PUBLIC_URL.to_uppercase())),
        ("aud", json!("another-api")),
        ("aud", json!("Dossier-API")),
        ("aud", json!(["dossier-api", "another-api"])),
        ("sub", json!(other.id)),
        ("sub", json!(client.session)),
        ("sub", json!("client@example.com")),
        ("sub", json!(client.id.to_string().to_lowercase())),
        ("sid", json!(other.session)),
        ("sid", json!(client.id)),
        ("sid", json!("ses_01ARZ3NDEKTSV4RRFFQ69G5FAV")),
        ("jti", json!(1)),
        ("iat", json!("now")),
        ("iat", json!(-1)),
        ("iat", json!(now + 31)),
        ("iat", json!(1e30)),
        ("nbf", json!(now + 31)),
        ("nbf", json!("0")),
        ("nbf", json!(-1)),
        ("nbf", json!(u64::MAX)),
        ("exp", json!("never")),
        ("exp", json!(-1)),
        ("exp", json!(1e300)),
    ] {
        let token = signed(&head, &with(&good, name, value.clone()));
        is_refused(&app, &token, &format!("{name}: {value}")).await;
    }
    for text in [
        "",
        "null",
        "[]",
        "1",
        &*format!("{good} x"),
        &*good.to_string().replacen('{', r#"{"sub":"x","#, 1),
    ] {
        is_refused(&app, &signed(&head, text), text).await;
    }
    assert_eq!(app.count("sessions", doc! { "revoked_at": null }).await, 2);
}

#[tokio::test]
async fn clocks_may_differ_by_thirty_seconds_and_no_token_lives_longer_for_it() {
    let app = App::start().await;
    let client = app.client().await;
    let (head, good) = (head().to_string(), claims(&app, &client));
    let now = app.state.clock.unix_seconds();
    for name in ["iat", "nbf"] {
        let token = signed(&head, &with(&good, name, json!(now + 30)));
        me(&app, &token).await.expect(200);
    }
    for exp in [now, now - 1, now - 30, 0] {
        let token = signed(&head, &with(&good, "exp", json!(exp)));
        me(&app, &token).await.problem(401, "token_expired");
    }
    let token = signed(&head, &with(&good, "exp", json!(now + 1)));
    me(&app, &token).await.expect(200);
}

#[tokio::test]
async fn what_is_not_signed_with_our_key_is_refused() {
    let app = App::start().await;
    let client = app.client().await;
    let (head, good) = (head().to_string(), claims(&app, &client).to_string());
    let token = signed(&head, &good);
    let (message, signature) = token.rsplit_once('.').expect("a signature");
    let (_, encoded) = JWT_KEYS.split_once(':').expect("kid:base64");
    for secret in ["", "secret", "k1", "null", encoded, PUBLIC_URL] {
        is_refused(&app, &sealed(&head, &good, secret.as_bytes()), secret).await;
    }
    let bytes = URL_SAFE_NO_PAD.decode(signature).expect("base64");
    for position in 0..bytes.len() {
        let mut flipped = bytes.clone();
        flipped[position] ^= 1;
        is_refused(&app, &format!("{message}.{}", encode(&flipped)), "a bit").await;
    }
    for length in 0..bytes.len() {
        is_refused(
            &app,
            &format!("{message}.{}", encode(&bytes[..length])),
            "a cut",
        )
        .await;
    }
    let (first, second) = message.split_once('.').expect("two parts");
    for other in [
        message.to_owned(),
        format!("{message}."),
        format!("{token}."),
        format!(".{token}"),
        format!("{token}.{signature}"),
        format!("{token}="),
        format!("{token}\t"),
        format!("{first}..{signature}"),
        format!(".{second}.{signature}"),
        format!("{first}.{second}.{signature}.{signature}.{signature}"),
        format!("{first}\u{e9}.{second}.{signature}"),
        token.to_lowercase(),
        STANDARD.encode(&token),
        good.clone(),
    ] {
        let answer = me(&app, &other).await;
        assert_eq!(answer.status, 401, "{other}");
    }
}
