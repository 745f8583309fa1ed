//! A token of one kind is nothing where another is expected.

use std::time::Duration;

use axum::http::Method;
use dossier_common::queue::{QueueName, SendEmail};
use dossier_common::token::{CursorClaims, TotpSeedClaims};
use dossier_common::user::Role;
use mongodb::bson::doc;
use serde_json::json;

use crate::harness::{App, Call, NewFile, PASSWORD, Person, Workers};

const NEW: &str = "another long pass phrase";

/// One live token of each kind.
struct Tokens {
    of: Vec<(&'static str, String)>,
    client: Person,
}

async fn tokens(app: &App) -> Tokens {
    let workers = Workers::start(app, &[QueueName::of::<SendEmail>()]);
    let (client, ops) = (app.client().await, app.ops().await);
    let session = app.log_in(&client.email, PASSWORD).await.expect(200).json();
    app.sign_up("new@example.com", PASSWORD).await.expect(202);
    let verify = workers.verification_token(1).await;
    app.ask_for_reset(&client.email).await.expect(202);
    let reset = workers.token("reset-password", 2).await;
    app.invite(&ops, "invited@example.com", "client")
        .await
        .expect(201);
    let invitation = workers.token("invitation", 3).await;
    app.send_second_factor_reset(&client.email).await;
    let second_factor = workers.token("reset-second-factor", 4).await;
    workers.stop().await;
    let file = app.available(&ops, NewFile::default()).await;
    let download = app.download_path(&client, &file).await;
    let (keys, now) = (&app.state.token_keys, app.now());
    let seed = TotpSeedClaims {
        user_id: client.id,
        seed: "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP".to_owned(),
    };
    let cursor = CursorClaims {
        list: "files".to_owned(),
        user_id: client.id,
        after: file.id.to_string(),
    };
    let text = |value: &serde_json::Value| value.as_str().expect("a token").to_owned();
    let of = vec![
        ("access", client.token.clone()),
        ("refresh", text(&session["refresh_token"])),
        ("verify", verify),
        ("reset", reset),
        ("invitation", invitation),
        ("second factor", second_factor),
        (
            "download",
            download.trim_start_matches("/download/").to_owned(),
        ),
        ("cursor", keys.seal(&cursor, now)),
        ("seed", keys.seal(&seed, now)),
    ];
    Tokens { of, client }
}

/// Every place that takes a token, with the kind that it takes, asked with `token`.
fn places(app: &App, client: &Person, token: &str) -> Vec<(&'static str, Call)> {
    let post = |path: &str, body| app.post(path).json(body);
    let form = |page: &str| {
        let call = app.post(&format!("/{page}/{token}"));
        let form = "password=another+long+pass+phrase";
        call.body("application/x-www-form-urlencoded", form)
    };
    let download = format!("/download/{token}");
    let cursor = format!("/v1/files?cursor={token}");
    let refresh = json!({ "refresh_token": token });
    let verify = json!({ "token": token, "password": PASSWORD });
    let reset = json!({ "token": token, "new_password": NEW });
    let accept = json!({ "token": token, "password": NEW });
    let remove = json!({ "token": token, "password": PASSWORD });
    let log_in = json!({ "email": client.email, "password": PASSWORD, "totp": token });
    vec![
        ("access", app.get("/v1/me").bearer(token)),
        ("refresh", post("/v1/auth/refresh", refresh)),
        ("verify", post("/v1/auth/verify-email", verify)),
        ("verify", form("verify-email")),
        ("reset", post("/v1/auth/reset-password/confirm", reset)),
        ("reset", form("reset-password")),
        ("invitation", post("/v1/auth/accept-invitation", accept)),
        ("invitation", form("invitation")),
        (
            "second factor",
            post("/v1/auth/reset-second-factor/confirm", remove),
        ),
        ("second factor", form("reset-second-factor")),
        ("download", app.get(&download).by(client)),
        ("download", app.call(Method::HEAD, &download).by(client)),
        ("cursor", app.get(&cursor).by(client)),
        ("code", post("/v1/auth/login", log_in)),
    ]
}

#[tokio::test]
async fn every_kind_is_refused_wherever_another_is_expected() {
    let app = App::start().await;
    let tokens = tokens(&app).await;
    let client = &tokens.client;
    let device = app.begin_totp(client, PASSWORD).await.expect(200);
    let device = app.device(&device);
    app.confirm_totp(client, &device.code()).await.expect(200);
    let (users, sessions) = (
        app.count("users", doc! {}).await,
        doc! { "revoked_at": null },
    );
    let sessions_before = app.count("sessions", sessions.clone()).await;
    for (kind, token) in &tokens.of {
        let others = places(&app, client, token).into_iter();
        for (expected, call) in others.filter(|(expected, _)| kind != expected) {
            let answer = call.send().await;
            let status = answer.status.as_u16();
            let refused = [400, 401, 404, 422, 429].contains(&status);
            assert!(refused, "{kind} where {expected} is expected: {answer:?}");
        }
    }
    assert_eq!(app.count("users", doc! {}).await, users);
    assert_eq!(app.count("sessions", sessions).await, sessions_before);
    app.state.clock.advance(Duration::from_secs(15 * 60));
    let log_in = app.log_in_with(&client.email, &device.code()).await;
    log_in.expect(200);
}

#[tokio::test]
async fn each_is_taken_where_it_belongs() {
    let app = App::start().await;
    let tokens = tokens(&app).await;
    let token = |kind: &str| {
        let found = tokens.of.iter().find(|(known, _)| *known == kind);
        found.expect("it is there").1.clone()
    };
    let client = &tokens.client;
    app.get("/v1/me")
        .bearer(&token("access"))
        .send()
        .await
        .expect(200);
    let download = app.get(&format!("/download/{}", token("download")));
    download.by(client).send().await.expect(200);
    let list = app.get(&format!("/v1/files?cursor={}", token("cursor")));
    list.by(client).send().await.expect(200);
    let body = json!({ "refresh_token": token("refresh") });
    app.post("/v1/auth/refresh")
        .json(body)
        .send()
        .await
        .expect(200);
    app.verify(&token("verify"), PASSWORD).await.expect(200);
    app.accept(&token("invitation"), NEW).await.expect(200);
    app.reset(&token("reset"), NEW).await.expect(204);
    assert_eq!(
        app.count("users", doc! { "role": Role::Client.as_str() })
            .await,
        3
    );
}
