//! Access tokens that nobody minted (RFC 8725), and tokens of one kind where another is expected.

use anyhow::{Context, ensure};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures_util::FutureExt;
use serde_json::{Value, json};

use crate::target::Target;
use crate::{Attack, Outcome};

pub(crate) const ATTACKS: &[(&str, Attack)] = &[
    (
        "an access token is taken as it was minted, or not at all",
        |target| forge(target).boxed(),
    ),
    (
        "a token of one kind is refused where another is expected",
        |target| confuse(target).boxed(),
    ),
];

async fn forge(target: Target) -> Outcome {
    let person = target.person("forged").await?;
    let token = person
        .client
        .token()
        .context("a session has a token")?
        .to_owned();
    let parts: Vec<&str> = token.split('.').collect();
    ensure!(parts.len() == 3, "the access token is no JWT");
    let header = decode(parts[0])?;
    let mut claims = decode(parts[1])?;
    let mut forged = Vec::new();
    for (name, value) in [
        ("alg", json!("none")),
        ("alg", json!("HS512")),
        ("alg", json!("RS256")),
        ("typ", json!("JWT")),
        ("kid", json!("../../../../dev/null")),
        ("kid", Value::Null),
        ("jku", json!("http://127.0.0.1:1/keys")),
        ("jwk", json!({ "kty": "oct", "k": "AAAA" })),
        ("crit", json!(["exp"])),
    ] {
        let mut header = header.clone();
        header[name] = value;
        let head = encode(&header);
        forged.push(format!("{head}.{}.{}", parts[1], parts[2]));
        forged.push(format!("{head}.{}.", parts[1]));
    }
    claims["exp"] = json!(4_000_000_000_u64);
    forged.push(format!("{}.{}.{}", parts[0], encode(&claims), parts[2]));
    forged.push(format!("{}.{}.", parts[0], parts[1]));
    forged.push(format!("{}.{}", parts[0], parts[1]));
    forged.push(format!("{token}."));
    let count = forged.len();
    for token in forged {
        let answer = person.client.with_token(&token).get("/v1/me").await?;
        ensure!(
            answer.status == 401,
            "{token} was answered {}",
            answer.status
        );
    }
    person.client.get("/v1/me").await?.expect(200)?;
    Ok(format!("{count} forgeries, each 401"))
}

async fn confuse(target: Target) -> Outcome {
    let person = target.person("confused").await?;
    let somebody = target.somebody()?;
    let other = target.address("waiting");
    somebody
        .sign_up(&other, crate::target::PASSWORD)
        .await?
        .expect(202)?;
    let ask = json!({ "email": person.email });
    somebody
        .post("/v1/auth/reset-password", ask)
        .await?
        .expect(202)?;
    let access = person
        .client
        .token()
        .context("a session has a token")?
        .to_owned();
    let verify = target.mailed(&other, "/verify-email/", 1).await?;
    let reset = target.mailed(&person.email, "/reset-password/", 1).await?;
    let kinds = [
        ("access", access),
        ("refresh", person.refresh_token.clone()),
        ("verify", verify),
        ("reset", reset),
    ];
    let mut refused = 0;
    for (kind, token) in &kinds {
        for (takes, path, body) in [
            (
                "refresh",
                "/v1/auth/refresh",
                json!({ "refresh_token": token }),
            ),
            (
                "verify",
                "/v1/auth/verify-email",
                json!({ "token": token, "password": "some other password" }),
            ),
            (
                "reset",
                "/v1/auth/reset-password/confirm",
                json!({ "token": token, "new_password": "another horse, another staple" }),
            ),
            (
                "invitation",
                "/v1/auth/accept-invitation",
                json!({ "token": token, "password": "another horse, another staple" }),
            ),
        ] {
            if takes == *kind {
                continue;
            }
            let answer = somebody.post(path, body).await?;
            ensure!(
                matches!(answer.status, 400 | 401),
                "{kind} at {path}: {}",
                answer.status
            );
            refused += 1;
        }
        if *kind != "access" {
            let answer = somebody.with_token(token).get("/v1/me").await?;
            ensure!(
                answer.status == 401,
                "{kind} as an access token: {}",
                answer.status
            );
            refused += 1;
        }
        let answer = person.client.get(&format!("/download/{token}")).await?;
        ensure!(
            answer.status == 404,
            "{kind} as a download: {}",
            answer.status
        );
        refused += 1;
    }
    Ok(format!("{refused} confusions, each refused"))
}

fn decode(part: &str) -> anyhow::Result<Value> {
    Ok(serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part)?)?)
}

fn encode(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}
