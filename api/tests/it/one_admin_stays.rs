//! There is always an admin who can log in.

use dossier_common::store::user_changes::{UserAction, UserChange};
use dossier_common::user::Role;
use futures_util::future::join_all;
use mongodb::bson::doc;

use crate::accounts::{act, set_role};
use crate::harness::App;

#[tokio::test]
async fn of_two_admins_who_demote_disable_and_delete_each_other_at_once_one_stays() {
    let app = App::start().await;
    for (round, action) in ["role", "/disable", ""]
        .into_iter()
        .cycle()
        .take(9)
        .enumerate()
    {
        let one = app
            .person(&format!("one{round}@example.com"), Role::Admin)
            .await;
        let two = app
            .person(&format!("two{round}@example.com"), Role::Admin)
            .await;
        let attempts = [(&one, &two), (&two, &one)].map(|(by, of)| {
            let app = &app;
            async move {
                match action {
                    "role" => set_role(app, by, of, "client").await,
                    action => act(app, by, of, action).await,
                }
            }
        });
        let answers = join_all(attempts).await;
        let statuses: Vec<u16> = answers.iter().map(|it| it.status.as_u16()).collect();
        let able = doc! { "role": "admin", "disabled_at": null };
        assert_eq!(app.count("users", able.clone()).await, 1, "{statuses:?}");
        let made = statuses.iter().filter(|it| **it < 300).count();
        assert_eq!(made, 1, "{statuses:?}");
        // The next round begins without admins.
        let users = app
            .database()
            .collection::<mongodb::bson::Document>("users");
        users.delete_many(able).await.expect("ok");
    }
}

#[tokio::test]
async fn the_last_admin_who_can_log_in_stays() {
    let app = App::start().await;
    let admin = app.admin().await;
    // Neither counts: one cannot log in, the other's address was never proven.
    let disabled = app.person("disabled@example.com", Role::Admin).await;
    app.account("unproven@example.com", Role::Admin, false)
        .await;
    act(&app, &admin, &disabled, "/disable").await.expect(200);
    let store = &app.state.store;
    for action in [
        UserAction::SetRole(Role::Ops),
        UserAction::Disable,
        UserAction::Delete,
    ] {
        let (id, now) = (admin.id, app.now());
        let entry = app.operator_entry(action.act());
        let change = store.transaction("change the last admin", |tx| {
            let entry = entry.clone();
            Box::pin(async move { tx.change_user(id, action, entry, now).await })
        });
        let change = change.await.expect("the store answers");
        assert!(matches!(change, UserChange::LastAdmin), "{change:?}");
    }
    app.get("/v1/me").by(&admin).send().await.expect(200);
    act(&app, &admin, &disabled, "").await.expect(204);
}
