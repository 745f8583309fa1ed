//! Only a token that we made, for this, for now, and under a live key, speaks for anybody.

use std::time::Duration;

use axum::http::Method;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use dossier_common::token::CursorClaims;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};

use crate::harness::{Answer, App, Call, JWT_KEYS, PASSWORD, PUBLIC_URL, Person};

const OTHER_KEYS: &str = "k2:hcxFMSpPSqDeu/Xa2eFfFtibVqtjgT8t6XlH8NHdjNc=";

fn key(keys: &str) -> EncodingKey {
    let (_, encoded) = keys.split_once(':').expect("kid:base64");
    EncodingKey::from_secret(&STANDARD.decode(encoded).expect("base64"))
}

fn claims(app: &App, person: &Person) -> Value {
    let now = app.state.clock.unix_seconds();
    json!({
        "iss": PUBLIC_URL, "aud": "dossier-api", "sub": person.id, "sid": person.session,
        "jti": "1", "iat": now, "nbf": now, "exp": now + 900,
    })
}

fn header(kid: &str) -> Header {
    Header {
        typ: Some("at+jwt".to_owned()),
        kid: Some(kid.to_owned()),
        ..Header::new(Algorithm::HS256)
    }
}

fn signed(header: &Header, claims: &Value) -> String {
    encode(header, claims, &key(JWT_KEYS)).expect("it can be signed")
}

async fn me(app: &App, token: &str) -> Answer {
    app.get("/v1/me").bearer(token).send().await
}

#[track_caller]
fn is_refused(what: &str, answer: &Answer) {
    assert_eq!(answer.status, 401, "{what}");
    answer.problem(401, "unauthorized");
    let challenge = answer.header("www-authenticate");
    assert!(
        challenge.contains("error=\"invalid_token\""),
        "{what}: {challenge}"
    );
}

#[tokio::test]
async fn each_claim_is_needed_and_must_be_right() {
    let app = App::start().await;
    let client = app.client().await;
    let (good, header) = (claims(&app, &client), header("k1"));
    me(&app, &signed(&header, &good)).await.expect(200);
    let names = ["iss", "aud", "sub", "sid", "jti", "iat", "nbf", "exp"];
    for name in names {
        let mut without = good.clone();
        without.as_object_mut().expect("claims").remove(name);
        is_refused(name, &me(&app, &signed(&header, &without)).await);
    }
    let soon = app.state.clock.unix_seconds() + 60;
    for (name, wrong) in [
        ("iss", json!("https://evil.example.net")),
        ("aud", json!("another-api")),
        ("aud", json!([])),
        ("sub", json!("usr_01ARZ3NDEKTSV4RRFFQ69G5FAV")),
        ("sub", json!("")),
        ("sid", json!("ses_01ARZ3NDEKTSV4RRFFQ69G5FAV")),
        ("sid", json!({ "$ne": null })),
        ("nbf", json!(soon)),
        ("exp", json!("never")),
    ] {
        let mut altered = good.clone();
        altered[name] = wrong;
        is_refused(
            &altered.to_string(),
            &me(&app, &signed(&header, &altered)).await,
        );
    }
}

#[tokio::test]
async fn the_head_of_a_token_does_not_choose_how_it_is_checked() {
    let app = App::start().await;
    let client = app.client().await;
    let good = claims(&app, &client);
    let head = |change: fn(&mut Header)| {
        let mut head = header("k1");
        change(&mut head);
        head
    };
    let heads = [
        head(|it| it.typ = Some("JWT".to_owned())),
        head(|it| it.typ = None),
        head(|it| it.kid = None),
        head(|it| it.kid = Some("k9".to_owned())),
        head(|it| it.kid = Some("../../dev/null".to_owned())),
        head(|it| it.alg = Algorithm::HS384),
        head(|it| it.alg = Algorithm::HS512),
    ];
    for head in heads {
        is_refused(&format!("{head:?}"), &me(&app, &signed(&head, &good)).await);
    }
    let other = encode(&header("k1"), &good, &key(OTHER_KEYS)).expect("signed");
    is_refused("another key", &me(&app, &other).await);
    let body = URL_SAFE_NO_PAD.encode(good.to_string());
    for alg in ["none", "None", "nOnE", ""] {
        let head = json!({ "alg": alg, "typ": "at+jwt", "kid": "k1" });
        let head = URL_SAFE_NO_PAD.encode(head.to_string());
        is_refused(alg, &me(&app, &format!("{head}.{body}.")).await);
    }
}

#[tokio::test]
async fn a_token_lasts_fifteen_minutes_by_the_clock() {
    let app = App::start().await;
    let client = app.client().await;
    app.state.clock.advance(Duration::from_secs(15 * 60 - 1));
    me(&app, &client.token).await.expect(200);
    app.state.clock.advance(Duration::from_secs(1));
    let answer = me(&app, &client.token).await;
    answer.problem(401, "token_expired");
    let challenge = answer.header("www-authenticate");
    assert!(challenge.contains("error=\"invalid_token\""), "{challenge}");
}

#[tokio::test]
async fn a_token_of_another_kind_is_no_bearer_token() {
    let app = App::start().await;
    let client = app.client().await;
    let body = json!({ "email": client.email, "password": PASSWORD });
    let tokens = app.post("/v1/auth/login").json(body).send().await.json();
    let refresh = tokens["refresh_token"].as_str().expect("a token");
    let cursor = CursorClaims {
        list: "files".to_owned(),
        user_id: client.id,
        after: String::new(),
    };
    let fernet = app.state.token_keys.seal(&cursor, app.now());
    for token in [
        refresh,
        &*fernet,
        "garbage",
        "a.b.c",
        &*"x".repeat(4000),
        "é",
    ] {
        let answer = me(&app, token).await;
        assert_eq!(answer.status, 401, "{token}");
        answer.problem(401, "unauthorized");
    }
    let refresh_with_access = json!({ "refresh_token": tokens["access_token"] });
    let answer = app
        .post("/v1/auth/refresh")
        .json(refresh_with_access)
        .send();
    answer.await.problem(401, "unauthorized");
}

#[tokio::test]
async fn the_token_comes_in_one_authorization_header_and_nowhere_else() {
    let app = App::start().await;
    let client = app.client().await;
    let absent = app.get("/v1/me").send().await;
    absent.problem(401, "unauthorized");
    assert_eq!(
        absent.header("www-authenticate"),
        "Bearer realm=\"dossier\""
    );
    let query = format!("/v1/me?access_token={}&token={0}", client.token);
    app.get(&query).send().await.problem(401, "unauthorized");
    let twice = app.get("/v1/me").by(&client).by(&client).send().await;
    twice.problem(401, "unauthorized");
    let cookie = app
        .get("/v1/me")
        .header("cookie", &format!("access_token={}", client.token));
    cookie.send().await.problem(401, "unauthorized");
    for (scheme, status) in [
        ("Basic", 401),
        ("Token", 401),
        ("bearer", 200),
        ("BEARER", 200),
    ] {
        let value = format!("{scheme} {}", client.token);
        let call = app.get("/v1/me").header("authorization", &value);
        assert_eq!(call.send().await.status, status, "{scheme}");
    }
}

#[tokio::test]
async fn a_new_key_signs_and_the_old_one_is_good_until_it_is_taken_away() {
    let app = App::start().await;
    let client = app.client().await;
    let both = app.restarted_with_jwt_keys(&format!("{OTHER_KEYS},{JWT_KEYS}"));
    let ask = |router: &axum::Router, token: &str| {
        Call::to(router, Method::GET, "/v1/me").bearer(token).send()
    };
    ask(&both, &client.token).await.expect(200);
    let body = json!({ "email": client.email, "password": PASSWORD });
    let login = Call::to(&both, Method::POST, "/v1/auth/login").json(body);
    let tokens = login.send().await.expect(200).json();
    let fresh = tokens["access_token"].as_str().expect("a token").to_owned();
    let head = jsonwebtoken::decode_header(&fresh).expect("a JWT");
    assert_eq!(head.kid.as_deref(), Some("k2"));
    let only_new = app.restarted_with_jwt_keys(OTHER_KEYS);
    ask(&only_new, &fresh).await.expect(200);
    let old = ask(&only_new, &client.token).await;
    old.problem(401, "unauthorized");
}
