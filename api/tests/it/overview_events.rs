//! Admins listen to the overview: it is read once for all of them, and told for as long as they may know it.

use dossier_api::overview_feed::MAX_LISTENERS;
use dossier_common::store::user_changes::UserAction;
use dossier_common::user::Role;
use serde_json::json;

use crate::harness::{App, Events, Person, eventually};

const EVENTS: &str = "/v1/admin/overview/events";

async fn listen(app: &App, admin: &Person) -> Events {
    app.get(EVENTS).by(admin).listen().await
}

/// Nobody listens any more.
async fn silence(app: &App) {
    eventually("nobody listens", async || {
        (app.state.overview.listeners() == 0).then_some(())
    })
    .await;
}

#[tokio::test]
async fn two_listeners_are_told_what_was_read_once() {
    let app = App::start().await;
    let admin = app.admin().await;
    let other = app.person("other@example.com", Role::Admin).await;
    app.mail_job(&admin, "ada@example.com").await;
    let (mut one, mut two) = (listen(&app, &admin).await, listen(&app, &other).await);
    let (mut first, mut second) = (
        one.wait_for("overview").await,
        two.wait_for("overview").await,
    );
    // Of two readers no moment would be the same, to the millisecond, twice.
    for _ in 0..2 {
        while first["at"] != second["at"] {
            if first["at"].as_str() < second["at"].as_str() {
                first = one.wait_for("overview").await;
            } else {
                second = two.wait_for("overview").await;
            }
        }
        assert_eq!(first, second);
        first = one.wait_for("overview").await;
        second = two.wait_for("overview").await;
    }
    let asked = app.seen(&admin, "/v1/admin/overview").await;
    let names = |overview: &serde_json::Value| {
        let queues = overview["queues"].as_array().expect("queues").iter();
        queues
            .map(|queue| queue["name"].clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(names(&asked), names(&first));
    assert_eq!(asked["mail_server"]["state"], "works");
    assert_eq!(app.state.overview.listeners(), 2);
    drop((one, two));
    silence(&app).await;
    // Whoever comes later has it read on, or anew.
    let mut third = listen(&app, &admin).await;
    let mut later = third.wait_for("overview").await;
    while later["at"].as_str() <= first["at"].as_str() {
        later = third.wait_for("overview").await;
    }
}

#[tokio::test]
async fn the_events_end_with_the_session() {
    let app = App::start().await;
    let admin = app.admin().await;
    let mut events = listen(&app, &admin).await;
    events.wait_for("overview").await;
    let out = app.post("/v1/auth/logout").by(&admin).send().await;
    out.expect(204);
    let end = events.wait_for("end").await;
    assert_eq!(end, json!({ "reason": "session_ended" }));
    assert_eq!(events.next().await, None);
    silence(&app).await;
}

#[tokio::test]
async fn the_events_end_with_the_role() {
    let app = App::start().await;
    let (admin, _other) = (
        app.admin().await,
        app.person("other@example.com", Role::Admin).await,
    );
    let mut events = listen(&app, &admin).await;
    events.wait_for("overview").await;
    let (id, now) = (admin.id, app.now());
    let action = UserAction::SetRole(Role::Ops);
    let entry = app.operator_entry(action.act());
    let changing = app.state.store.transaction("change an account", |tx| {
        let entry = entry.clone();
        Box::pin(async move { tx.change_user(id, action, entry, now).await })
    });
    changing.await.expect("the account can be changed");
    let end = events.wait_for("end").await;
    assert_eq!(end, json!({ "reason": "session_ended" }));
    assert_eq!(events.next().await, None);
}

#[tokio::test]
async fn the_events_end_when_the_process_stops() {
    let app = App::start().await;
    let admin = app.admin().await;
    let mut events = listen(&app, &admin).await;
    events.wait_for("overview").await;
    app.state.draining.stop();
    let end = events.wait_for("end").await;
    assert_eq!(end, json!({ "reason": "stopping" }));
    assert_eq!(events.next().await, None);
    silence(&app).await;
}

#[tokio::test]
async fn listeners_are_bounded_and_a_place_is_free_when_one_goes() {
    let app = App::start().await;
    let admin = app.admin().await;
    let mut all = Vec::new();
    for _ in 0..MAX_LISTENERS {
        all.push(app.state.overview.listen().expect("a place"));
    }
    let refused = app.get(EVENTS).by(&admin).send().await;
    let problem = refused.problem(429, "rate_limited");
    let detail = problem["detail"].as_str().expect("a detail");
    assert!(detail.contains("/v1/admin/overview"), "{detail}");
    all.pop();
    listen(&app, &admin).await.wait_for("overview").await;
}
