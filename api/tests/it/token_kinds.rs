//! A token of one kind is worthless wherever one of another kind is expected, and does no harm there.

use axum::http::Method;
use dossier_common::token::CursorClaims;
use mongodb::bson::doc;
use serde_json::{Value, json};

use crate::harness::{App, NewFile, Operation, PASSWORD, Person};

const CLAIMANT: &str = "claimant@example.com";

/// One live token of every kind, of one and the same client where a kind has an owner.
struct Tokens {
    of_each_kind: [(&'static str, String); 5],
    client: Person,
}

impl Tokens {
    async fn mint(app: &App) -> Self {
        let (client, ops) = (app.client().await, app.ops().await);
        let file = app.available(&ops, NewFile::default()).await;
        let download = app.download_path(&client, &file).await;
        let tokens = app.log_in(&client.email, PASSWORD).await.expect(200).json();
        app.sign_up(CLAIMANT, PASSWORD).await.expect(202);
        let cursor = CursorClaims {
            list: "files".to_owned(),
            user_id: client.id,
            after: file.id.to_string(),
        };
        let text = |value: &Value| value.as_str().expect("a token").to_owned();
        let of_each_kind = [
            ("access", text(&tokens["access_token"])),
            ("refresh", text(&tokens["refresh_token"])),
            ("verify", app.newest_token(CLAIMANT).await),
            (
                "download",
                download.trim_start_matches("/download/").to_owned(),
            ),
            ("cursor", app.state.token_keys.seal(&cursor, app.now())),
        ];
        Self {
            of_each_kind,
            client,
        }
    }

    fn but(&self, kind: &str) -> impl Iterator<Item = &(&'static str, String)> {
        self.of_each_kind.iter().filter(move |it| it.0 != kind)
    }

    fn of(&self, kind: &str) -> &str {
        let mut all = self.of_each_kind.iter();
        &all.find(|it| it.0 == kind).expect("a kind").1
    }
}

#[tokio::test]
async fn only_an_access_token_is_a_bearer_token_of_any_operation() {
    let app = App::start().await;
    let tokens = Tokens::mint(&app).await;
    let mut asked = 0;
    for operation in Operation::all() {
        if !operation.wants_bearer() {
            continue;
        }
        let (method, path) = (operation.method, operation.path);
        let id = if path.contains("users") {
            "usr"
        } else if path.contains("sessions") {
            "ses"
        } else if path.contains("links/") {
            "lnk"
        } else {
            "fil"
        };
        let filled = path.replace("{id}", &format!("{id}_01ARZ3NDEKTSV4RRFFQ69G5FAV"));
        let filled = filled.replace("{token}", tokens.of("download"));
        for (kind, token) in tokens.but("access") {
            let call = app.call(method.clone(), &filled).bearer(token);
            let answer = call.send().await;
            assert_eq!(answer.status, 401, "{kind} at {method} {path}");
            if method != Method::HEAD {
                answer.problem(401, "unauthorized");
            }
            asked += 1;
        }
    }
    assert!(asked > 80, "{asked}");
    app.get("/v1/me")
        .bearer(tokens.of("access"))
        .send()
        .await
        .expect(200);
}

#[tokio::test]
async fn only_a_refresh_token_refreshes() {
    let app = App::start().await;
    let tokens = Tokens::mint(&app).await;
    let refresh = async |token: &str| {
        let body = json!({ "refresh_token": token });
        app.post("/v1/auth/refresh").json(body).send().await
    };
    for (kind, token) in tokens.but("refresh") {
        let answer = refresh(token).await;
        assert_eq!(answer.status, 401, "{kind}");
        answer.problem(401, "unauthorized");
    }
    assert_eq!(
        app.count("sessions", doc! { "revoked_at": { "$ne": null } })
            .await,
        0
    );
    refresh(tokens.of("refresh")).await.expect(200);
}

#[tokio::test]
async fn only_the_token_of_its_mail_confirms_a_sign_up() {
    let app = App::start().await;
    let tokens = Tokens::mint(&app).await;
    for (kind, token) in tokens.but("verify") {
        let answer = app.verify(token, PASSWORD).await;
        assert_eq!(answer.status, 400, "{kind}");
        answer.problem(400, "token_invalid");
        let page = app.submit(token, PASSWORD).send().await;
        assert_eq!(page.status, 400, "{kind}");
    }
    let untried = doc! { "tries_left": dossier_common::sign_up::MAX_TRIES };
    assert_eq!(app.count("sign_ups", untried).await, 1);
    app.verify(tokens.of("verify"), PASSWORD).await.expect(200);
}

#[tokio::test]
async fn only_a_download_token_downloads() {
    let app = App::start().await;
    let tokens = Tokens::mint(&app).await;
    for (kind, token) in tokens.but("download") {
        for method in [Method::GET, Method::HEAD] {
            let call = app.call(method, &format!("/download/{token}"));
            let answer = call.by(&tokens.client).send().await;
            assert_eq!(answer.status, 404, "{kind}");
        }
    }
    let path = format!("/download/{}", tokens.of("download"));
    app.get(&path).by(&tokens.client).send().await.expect(200);
}

#[tokio::test]
async fn only_a_cursor_of_its_list_goes_on_with_a_list() {
    let app = App::start().await;
    let tokens = Tokens::mint(&app).await;
    let (ops, admin) = (
        app.person("o@example.com", dossier_common::user::Role::Ops)
            .await,
        app.admin().await,
    );
    let mut lists = 0;
    for operation in Operation::all() {
        if !operation.takes("cursor") {
            continue;
        }
        let (method, path) = (operation.method, operation.path);
        lists += 1;
        for (kind, token) in &tokens.of_each_kind {
            // Each in the role that gets as far as the cursor.
            for caller in [&tokens.client, &ops, &admin] {
                let call = app
                    .call(method.clone(), &format!("{path}?cursor={token}"))
                    .by(caller);
                let answer = call.send().await;
                if answer.status == 403 {
                    continue;
                }
                let is_its_own =
                    *kind == "cursor" && path == "/v1/files" && caller.id == tokens.client.id;
                let expected = if is_its_own { 200 } else { 422 };
                assert_eq!(answer.status, expected, "{kind} at {path}");
            }
        }
    }
    assert!(lists >= 4, "{lists}");
}
