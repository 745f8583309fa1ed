//! Events of documents end with the session, with the token and with the process, and there are not too many of them.

use std::time::Duration;

use dossier_api::access_token::ACCESS_TTL;
use dossier_api::event_places::{EventPlace, MAX_STREAMS, MAX_STREAMS_PER_PERSON};
use dossier_common::id::UserId;
use dossier_common::user::Role;
use serde_json::json;

use crate::harness::{App, Events, NewFile, Person, eventually};

const ALL: &str = "/v1/events";

/// Both kinds of events, after the first of each.
async fn listen(app: &App, ops: &Person) -> [Events; 2] {
    let file = app.received(ops, NewFile::default()).await;
    let path = format!("/v1/files/{}/events", file.id);
    let mut one = app.get(&path).by(ops).listen().await;
    one.wait_for("file").await;
    let mut all = app.get(ALL).by(ops).listen().await;
    all.wait_for("ready").await;
    [one, all]
}

async fn assert_end(app: &App, events: [Events; 2], reason: &str) {
    for mut events in events {
        let end = events.wait_for("end").await;
        assert_eq!(end, json!({ "reason": reason }));
        assert_eq!(events.next().await, None);
    }
    eventually("all places are free", async || {
        (app.state.event_places.taken() == 0).then_some(())
    })
    .await;
}

#[tokio::test]
async fn events_end_with_the_session() {
    let app = App::start().await;
    let ops = app.ops().await;
    let events = listen(&app, &ops).await;
    let out = app.post("/v1/auth/logout").by(&ops).send().await;
    out.expect(204);
    assert_end(&app, events, "session_ended").await;
}

#[tokio::test]
async fn nothing_is_told_after_the_session_although_it_was_written_at_once() {
    let app = App::start().await;
    let ops = app.ops().await;
    let mut all = app.get(ALL).by(&ops).listen().await;
    all.wait_for("ready").await;
    app.post("/v1/auth/logout")
        .by(&ops)
        .send()
        .await
        .expect(204);
    app.received(&ops, NewFile::default()).await;
    let next = all.next().await.expect("an event");
    assert_eq!(
        next,
        ("end".to_owned(), json!({ "reason": "session_ended" }))
    );
}

#[tokio::test]
async fn events_end_with_the_access_token_so_that_clients_come_with_a_fresh_one() {
    let app = App::start().await;
    let ops = app.ops().await;
    let events = listen(&app, &ops).await;
    app.state.clock.advance(ACCESS_TTL - Duration::from_secs(1));
    let file = app.received(&ops, NewFile::default()).await;
    let [one, mut all] = events;
    assert_eq!(all.wait_for("file").await["id"], file.id.to_string());
    app.state.clock.advance(Duration::from_secs(1));
    assert_end(&app, [one, all], "token_expired").await;
}

#[tokio::test]
async fn events_end_when_the_process_stops() {
    let app = App::start().await;
    let ops = app.ops().await;
    let events = listen(&app, &ops).await;
    app.state.draining.stop();
    assert_end(&app, events, "stopping").await;
}

#[tokio::test]
async fn streams_are_bounded_by_person_and_together() {
    let app = App::start().await;
    let (ops, client) = (app.ops().await, app.client().await);
    let mut own = Vec::new();
    for _ in 0..MAX_STREAMS_PER_PERSON {
        own.push(app.get(ALL).by(&ops).listen().await);
    }
    let refused = app.get(ALL).by(&ops).send().await;
    let problem = refused.problem(429, "rate_limited");
    let detail = problem["detail"].as_str().expect("a detail");
    assert!(detail.contains("GET /v1/files"), "{detail}");
    // Somebody else has places all the same, until there are none.
    let mut of_client = app.get(ALL).by(&client).listen().await;
    of_client.wait_for("ready").await;
    let places = &app.state.event_places;
    let other = || UserId::generate(&app.state.entropy, app.now());
    let taken = (places.taken()..MAX_STREAMS).map(|_| places.take(other()));
    let taken: Result<Vec<EventPlace>, _> = taken.collect();
    let third = app.person("third@example.com", Role::Client).await;
    app.get(ALL)
        .by(&third)
        .send()
        .await
        .problem(503, "unavailable");
    drop((taken.expect("places"), own));
    eventually("there is a place again", async || {
        (places.taken() == 1).then_some(())
    })
    .await;
    let mut again = app.get(ALL).by(&ops).listen().await;
    again.wait_for("ready").await;
}
