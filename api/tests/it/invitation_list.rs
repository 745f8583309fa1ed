//! Invitations are listed for those who made them, and can be taken back.

use std::time::Duration;

use axum::http::Method;
use dossier_common::user::Role;
use serde_json::Value;

use crate::harness::{App, PASSWORD, Person};

/// The addresses on a page, and the cursor of the next one.
async fn page(app: &App, by: &Person, query: &str) -> (Vec<String>, Value) {
    let call = app.get(&format!("/v1/invitations{query}")).by(by);
    let page = call.send().await.expect(200).json();
    let items = page["items"].as_array().expect("items").iter();
    let emails = items.map(|it| it["email"].as_str().expect("an address").to_owned());
    (emails.collect(), page["next_cursor"].clone())
}

#[tokio::test]
async fn ops_see_their_own_and_admins_all_page_by_page() {
    let app = App::start().await;
    let (ops, admin) = (
        app.ops().await,
        app.person("admin@example.com", Role::Admin).await,
    );
    let other = app.person("other@example.com", Role::Ops).await;
    for (by, email) in [
        (&ops, "a@example.com"),
        (&admin, "b@example.com"),
        (&ops, "c@example.com"),
    ] {
        app.state.clock.advance(Duration::from_millis(1));
        app.invite(by, email, "client").await.expect(201);
    }
    assert_eq!(page(&app, &other, "").await, (vec![], Value::Null));
    assert_eq!(
        page(&app, &ops, "").await.0,
        ["c@example.com", "a@example.com"]
    );
    let (first, cursor) = page(&app, &admin, "?limit=2").await;
    assert_eq!(first, ["c@example.com", "b@example.com"]);
    let cursor = cursor.as_str().expect("a cursor");
    let (rest, end) = page(&app, &admin, &format!("?limit=2&cursor={cursor}")).await;
    assert_eq!((rest, end), (vec!["a@example.com".to_owned()], Value::Null));
    let foreign = app
        .get(&format!("/v1/invitations?cursor={cursor}"))
        .by(&ops);
    foreign.send().await.problem(422, "invalid_fields");
    app.state
        .clock
        .advance(Duration::from_secs(8 * 24 * 60 * 60));
    let admin = Person {
        token: app.mint(admin.id, admin.session),
        ..admin
    };
    assert_eq!(
        page(&app, &admin, "").await.0,
        Vec::<String>::new(),
        "they have expired"
    );
}

#[tokio::test]
async fn an_invitation_that_is_taken_back_works_no_more_and_others_cannot_take_it() {
    let app = App::start().await;
    let (ops, other) = (
        app.ops().await,
        app.person("other@example.com", Role::Ops).await,
    );
    let admin = app.person("admin@example.com", Role::Admin).await;
    for revoker in [&ops, &admin] {
        let made = app.invite(&ops, "ada@example.com", "client").await;
        let id = made.expect(201).json()["id"]
            .as_str()
            .expect("an id")
            .to_owned();
        let token = app.newest_invitation_token("ada@example.com").await;
        let path = format!("/v1/invitations/{id}");
        let revoke = |by: &Person| app.call(Method::DELETE, &path).by(by).send();
        revoke(&other).await.problem(404, "not_found");
        revoke(revoker).await.expect(204);
        revoke(revoker).await.problem(404, "not_found");
        let refused = app.accept(&token, PASSWORD).await;
        refused.problem(400, "token_invalid");
    }
}
