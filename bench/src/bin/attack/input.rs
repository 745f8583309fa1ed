//! Names, addresses and passwords that hurt.

use anyhow::ensure;
use futures_util::FutureExt;
use serde_json::json;

use crate::target::{PASSWORD, Target};
use crate::{Attack, Outcome};

pub(crate) const ATTACKS: &[(&str, Attack)] = &[
    ("names and addresses that hurt are not taken", |target| {
        hurt(target).boxed()
    }),
    (
        "what somebody writes as a name is in no mail to a stranger",
        |target| write_to_a_stranger(target).boxed(),
    ),
    ("nobody gives themselves a role", |target| {
        take_a_role(target).boxed()
    }),
];

async fn hurt(target: Target) -> Outcome {
    let mut refused = 0;
    for name in [
        "Ada\u{202E}adA",
        "Ada\u{2028}Bcc: eve@example.com",
        "Ada\r\nBcc: eve@example.com",
        "\u{E0041}\u{E0042}",
        "http://evil.example",
        "<b>Ada</b>",
        "Dossier. Call +1 555 0100; or lose all",
        &"a".repeat(61),
    ] {
        let body = json!({ "email": target.address("named"), "password": PASSWORD, "name": name });
        let answer = target.somebody()?.post("/v1/auth/sign-up", body).await?;
        ensure!(answer.status == 422, "the name {name:?}: {}", answer.status);
        refused += 1;
    }
    for email in [
        "a@localhost",
        "a@127.0.0.1",
        "a@[127.0.0.1]",
        "a@b",
        "a@example.com\r\nBcc: b@example.com",
        "\"a@b\"@example.com\u{202E}",
        "a\u{0000}@example.com",
    ] {
        let answer = target.somebody()?.sign_up(email, PASSWORD).await?;
        ensure!(
            answer.status == 422,
            "the address {email:?}: {}",
            answer.status
        );
        refused += 1;
    }
    Ok(format!("{refused} names and addresses, each 422"))
}

async fn write_to_a_stranger(target: Target) -> Outcome {
    let email = target.address("stranger");
    let name = "Your account is closed. Call Eve";
    let body = json!({ "email": email, "password": PASSWORD, "name": name });
    let answer = target.somebody()?.post("/v1/auth/sign-up", body).await?;
    if answer.status == 202 {
        target.mailed(&email, "/verify-email/", 1).await?;
        for text in target.mails(&email).await? {
            ensure!(!text.contains("Eve"), "the mail says: {text}");
        }
    }
    Ok(format!(
        "the sign-up was answered {}, and no mail says it",
        answer.status
    ))
}

async fn take_a_role(target: Target) -> Outcome {
    for (field, value) in [
        ("role", json!("admin")),
        ("email_verified", json!(true)),
        ("id", json!("usr_1")),
    ] {
        let mut body = json!({ "email": target.address("climber"), "password": PASSWORD });
        body[field] = value;
        let answer = target.somebody()?.post("/v1/auth/sign-up", body).await?;
        // Fields that nobody knows are passed over.
        let is_usual = matches!(answer.status, 202 | 422);
        ensure!(is_usual, "{field} was answered {}", answer.status);
    }
    let person = target.person("climbing").await?;
    for path in ["/v1/admin/users", "/v1/admin/audit", "/v1/invitations"] {
        let answer = person.client.get(path).await?;
        ensure!(
            answer.status == 403,
            "{path} was answered {}",
            answer.status
        );
    }
    Ok("fields change nothing, the routes of others are 403".to_owned())
}
