//! Where a role needs a second factor, a session without one can only set it up.

use std::time::Duration;

use axum::http::Method;
use dossier_common::user::Role;
use serde_json::{Value, json};

use crate::harness::{Answer, App, Call, PASSWORD, Program};

const ADA: &str = "ada@example.com";

#[tokio::test]
async fn without_a_second_factor_the_session_can_set_one_up_and_nothing_else() {
    let app = App::start().await;
    let strict = app.with_totp_required_for("ops,admin");
    app.account(ADA, Role::Ops, true).await;
    let call = |method, path: &str| Call::to(&strict, method, path);
    let body = json!({ "email": ADA, "password": PASSWORD });
    let tokens = call(Method::POST, "/v1/auth/login").json(body).send().await;
    let access = token(&tokens.expect(200));
    let get = async |path: &str| call(Method::GET, path).bearer(&access).send().await;
    for path in ["/v1/files", "/v1/invitations", "/files"] {
        get(path).await.problem(403, "second_factor_required");
    }
    let body = json!({ "current_password": PASSWORD, "new_password": "another long pass phrase" });
    let change = call(Method::POST, "/v1/me/password")
        .bearer(&access)
        .json(body);
    change.send().await.problem(403, "second_factor_required");
    assert_eq!(
        get("/v1/me").await.expect(200).json()["totp_enabled"],
        false
    );

    let body = json!({ "current_password": PASSWORD });
    let begin = call(Method::POST, "/v1/me/totp").bearer(&access).json(body);
    let device = app.device(&begin.send().await.expect(200));
    get("/v1/files")
        .await
        .problem(403, "second_factor_required");
    let body = json!({ "code": device.code() });
    let confirm = call(Method::POST, "/v1/me/totp/confirm").bearer(&access);
    confirm.json(body).send().await.expect(200);
    get("/v1/files").await.expect(200);

    app.state.clock.advance(Duration::from_secs(30));
    let body = json!({ "email": ADA, "password": PASSWORD, "totp": device.code() });
    let tokens = call(Method::POST, "/v1/auth/login")
        .json(body)
        .send()
        .await
        .expect(200);
    let list = call(Method::GET, "/v1/files").bearer(&token(&tokens));
    list.send().await.expect(200);
    let refresh = json!({ "refresh_token": tokens.json()["refresh_token"] });
    let fresh = call(Method::POST, "/v1/auth/refresh")
        .json(refresh)
        .send()
        .await;
    let list = call(Method::GET, "/v1/files").bearer(&token(&fresh.expect(200)));
    list.send().await.expect(200);
}

#[tokio::test]
async fn the_session_that_removes_its_second_factor_has_none() {
    let app = App::start().await;
    let strict = app.with_totp_required_for("ops");
    let ops = app.ops().await;
    let get = async |path: &str| Call::to(&strict, Method::GET, path).by(&ops).send().await;
    let (mut device, _) = app.enrol(&ops).await;
    for _ in 0..2 {
        get("/v1/files").await.expect(200);
        let body = json!({ "current_password": PASSWORD, "code": device.code() });
        let disable = Call::to(&strict, Method::POST, "/v1/me/totp/disable").by(&ops);
        disable.json(body).send().await.expect(204);
        let files = get("/v1/files").await;
        files.problem(403, "second_factor_required");
        get("/v1/me").await.expect(200);
        (device, _) = app.enrol(&ops).await;
    }
}

#[tokio::test]
async fn other_roles_and_logging_out_need_none() {
    let app = App::start().await;
    let strict = app.with_totp_required_for("ops,admin");
    let (client, ops) = (app.client().await, app.ops().await);
    let call = |method, path: &str| Call::to(&strict, method, path);
    let list = call(Method::GET, "/v1/files").by(&client).send().await;
    list.expect(200);
    let list = call(Method::GET, "/v1/files").by(&ops).send().await;
    list.problem(403, "second_factor_required");
    let out = call(Method::POST, "/v1/auth/logout").by(&ops).send().await;
    out.expect(204);
}

#[tokio::test]
async fn roles_that_cannot_be_read_are_told_at_the_start() {
    let program = Program::bare(&[]).variable("TOTP_REQUIRED_FOR", "ops,root");
    let (code, said) = program.run("").await;
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("TOTP_REQUIRED_FOR: must be roles"), "{said}");
}

fn token(answer: &Answer) -> String {
    let token: Value = answer.json()["access_token"].clone();
    token.as_str().expect("a token").to_owned()
}
