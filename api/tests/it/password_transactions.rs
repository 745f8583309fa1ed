//! What changes an account happens as a whole or not at all, its mail included, wherever it is aborted.

use dossier_common::user::Role;
use mongodb::bson::doc;

use crate::harness::{Answer, App, FailPoint, hash_of_password};

const ADA: &str = "ada@example.com";
const NEW: &str = "another long pass phrase";

/// The statements of transactions that write, and the commit.
const STATEMENTS: [&str; 4] = ["delete", "insert", "update", "commitTransaction"];

/// A code that no driver takes for a transient error.
const FATAL: i32 = 8000;

/// Does `act` again and again, aborted one statement later each time, until it is answered with
/// `status`; how often it was aborted. After each abort what `state` says is unchanged.
async fn abort_at_each<S: PartialEq + std::fmt::Debug>(
    app: &App,
    status: u16,
    act: impl AsyncFn() -> Answer,
    state: impl AsyncFn() -> S,
) -> i32 {
    let point = FailPoint::of(app).await;
    let before = state().await;
    let mut aborted = 0;
    loop {
        let data = doc! { "failCommands": STATEMENTS.to_vec(), "errorCode": FATAL };
        point.set(doc! { "skip": aborted }, data).await;
        let answer = act().await;
        point.clear().await;
        if answer.status == status {
            return aborted;
        }
        answer.problem(500, "internal");
        assert_eq!(state().await, before, "after statement {aborted}");
        aborted += 1;
    }
}

/// Accounts, resets, invitations, live sessions and jobs, counted, and whether the old password is right.
async fn stored(app: &App) -> ([u64; 5], bool) {
    let counts = [
        app.count("users", doc! {}).await,
        app.count("resets", doc! {}).await,
        app.count("invitations", doc! {}).await,
        app.count("sessions", doc! { "revoked_at": null }).await,
        app.count("apalis_jobs", doc! {}).await,
    ];
    let user = app.state.store.find_user_by_email_key(ADA).await;
    let hash = user.expect("readable").map(|user| user.password_hash);
    (counts, hash == Some(hash_of_password()))
}

#[tokio::test]
async fn a_request_for_a_reset_that_is_aborted_at_any_statement_leaves_nothing() {
    let app = App::start().await;
    app.account(ADA, Role::Client, true).await;
    let act = async || app.ask_for_reset(ADA).await;
    let aborted = abort_at_each(&app, 202, act, async || stored(&app).await).await;
    assert_eq!(aborted, 5, "quota, insert reset, insert job, audit, commit");
    assert_eq!(stored(&app).await, ([1, 1, 0, 0, 1], true));
}

#[tokio::test]
async fn a_reset_that_is_aborted_at_any_statement_changes_nothing_and_its_link_stays_good() {
    let app = App::start().await;
    app.person(ADA, Role::Client).await;
    app.ask_for_reset(ADA).await.expect(202);
    let token = app.newest_reset_token(ADA).await;
    let act = async || app.reset(&token, NEW).await;
    let aborted = abort_at_each(&app, 204, act, async || stored(&app).await).await;
    assert_eq!(
        aborted, 8,
        "failures, its own row, password, other resets, sessions, insert job, audit, commit"
    );
    assert_eq!(stored(&app).await, ([1, 0, 0, 0, 2], false));
}

#[tokio::test]
async fn an_invitation_that_is_aborted_at_any_statement_leaves_nothing() {
    let app = App::start().await;
    let ops = app.ops().await;
    let act = async || app.invite(&ops, ADA, "client").await;
    let aborted = abort_at_each(&app, 201, act, async || stored(&app).await).await;
    assert_eq!(
        aborted, 5,
        "audit, quota, insert invitation, insert job, commit"
    );
    assert_eq!(stored(&app).await, ([1, 0, 1, 1, 1], false));
}

#[tokio::test]
async fn an_acceptance_that_is_aborted_at_any_statement_leaves_the_invitation() {
    let app = App::start().await;
    let ops = app.ops().await;
    app.invite(&ops, ADA, "client").await.expect(201);
    let token = app.newest_invitation_token(ADA).await;
    let act = async || app.accept(&token, NEW).await;
    let aborted = abort_at_each(&app, 200, act, async || stored(&app).await).await;
    assert_eq!(
        aborted, 7,
        "its own row, sign-ups, other invitations, an account of old, insert user, audit, commit"
    );
    assert_eq!(stored(&app).await, ([2, 0, 0, 1, 1], false));
    app.log_in(ADA, NEW).await.expect(200);
}
