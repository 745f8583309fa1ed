//! Admins look after accounts on pages, by the rules of the API, and the audit says who did it.

use dossier_common::user::Role;
use mongodb::bson::{Document, doc};

use crate::harness::{App, PASSWORD, Visitor, encoded};

const ADA: &str = "ada@example.com";

#[tokio::test]
async fn an_account_is_made_on_the_page_and_the_audit_names_who_did_it() {
    let app = App::start().await;
    let admin = Visitor::new(&app, "admin@example.com", Role::Admin).await;
    let fields = |password| [("email", ADA), ("role", "ops"), ("password", password)];
    let weak = admin.enter("/admin/users", &fields("short")).await;
    let weak = weak.expect(422);
    weak.shows("id=\"password-error\"");
    weak.hides("value=\"short\"");
    let page = admin.enter("/admin/users", &fields(PASSWORD)).await.made();
    assert!(page.starts_with("/admin/users/usr_"), "{page}");
    app.log_in(ADA, PASSWORD).await.expect(200);
    let taken = admin.enter("/admin/users", &fields(PASSWORD)).await;
    taken.expect(409).shows("has an account already");
    let audit = admin.get("/admin/audit?act=create_user&outcome=&user=&from=");
    let audit = audit.await.expect(200);
    for part in [
        ">admin@example.com</a>",
        ">ada@example.com</a>",
        "<td data-label=\"What was done\">Created a user",
    ] {
        audit.shows(part);
    }
    let none = admin.get("/admin/audit?act=upload").await.expect(200);
    none.shows("Nothing was found");
    let wrong = admin.get("/admin/audit?from=yesterday").await.expect(422);
    wrong.shows("id=\"from-error\"");
    let found = admin.get("/admin/users?address=ADA&role=&state=").await;
    let found = found.expect(200);
    found.shows(ADA);
    let id = admin.id.to_string();
    found.hides(&id);
}

#[tokio::test]
async fn whoever_is_disabled_on_the_page_has_no_session_any_more() {
    let app = App::start().await;
    let admin = Visitor::new(&app, "admin@example.com", Role::Admin).await;
    let ada = Visitor::new(&app, ADA, Role::Client).await;
    let page = format!("/admin/users/{}", ada.id);
    let disabled = admin.enter(&format!("{page}/disable"), &[]).await.led_to();
    assert_eq!(disabled, format!("{page}?done=user-disabled"));
    let left = ada.get("/documents").await.led_to();
    assert!(left.starts_with("/sign-in"), "{left}");
    let shown = admin.get(&page).await.expect(200);
    shown.shows("Enable the account");
    admin
        .enter(&format!("{page}/enable"), &[])
        .await
        .expect(303);
    app.log_in(ADA, PASSWORD).await.expect(200);
    let role = format!("{page}/role");
    let set = admin.enter(&role, &[("role", "ops")]).await.led_to();
    assert_eq!(set, format!("{page}?done=user-role-set"));
    let as_ops = doc! { "email_key": ADA, "role": "ops" };
    assert_eq!(app.count("users", as_ops).await, 1);
    let none = admin.enter(&role, &[("role", "root")]).await;
    none.expect(422);
}

#[tokio::test]
async fn the_last_admin_stays_and_nobody_changes_the_own_account() {
    let app = App::start().await;
    let admin = Visitor::new(&app, "admin@example.com", Role::Admin).await;
    let last = app.account("last@example.com", Role::Admin, true).await;
    let own = format!("/admin/users/{}", admin.id);
    let refused = admin.enter(&format!("{own}/disable"), &[]).await;
    refused.expect(403).shows("This is your own account");
    // As if the address of whoever asks had never been proven: then the other one alone can log in.
    let users = app.database().collection::<Document>("users");
    let unproven = doc! { "$set": { "email_verified_at": null } };
    let changing = users.update_one(doc! { "_id": admin.id }, unproven);
    changing.await.expect("accepted");
    let page = format!("/admin/users/{}", last.id);
    let (role, address) = (format!("{page}/role"), [("address", "last@example.com")]);
    let refusals = [
        admin.enter(&format!("{page}/disable"), &[]).await,
        admin.enter(&role, &[("role", "client")]).await,
        admin.enter(&format!("{page}/delete"), &address).await,
    ];
    for refused in refusals {
        let why = "This is the last admin who can log in.";
        refused.expect(409).shows(why);
    }
}

#[tokio::test]
async fn an_account_is_deleted_once_its_address_was_entered() {
    let app = App::start().await;
    let admin = Visitor::new(&app, "admin@example.com", Role::Admin).await;
    let ada = app.account(ADA, Role::Client, true).await;
    let path = format!("/admin/users/{}/delete", ada.id);
    for fields in [vec![], vec![("address", "bob@example.com")]] {
        let refused = admin.enter(&path, &fields).await.expect(422);
        refused.shows("id=\"address-error\"");
    }
    assert_eq!(app.count("users", doc! { "email_key": ADA }).await, 1);
    let deleted = admin.enter(&path, &[("address", "ADA@example.com")]).await;
    assert_eq!(deleted.led_to(), "/admin/users?done=user-deleted");
    assert_eq!(app.count("users", doc! { "email_key": ADA }).await, 0);
    admin.enter(&path, &[("address", ADA)]).await.expect(404);
}

#[tokio::test]
async fn a_reset_is_mailed_and_one_of_a_second_factor_needs_one() {
    let app = App::start().await;
    let admin = Visitor::new(&app, "admin@example.com", Role::Admin).await;
    let ada = app.account(ADA, Role::Client, true).await;
    let page = format!("/admin/users/{}", ada.id);
    let sent = admin
        .enter(&format!("{page}/send-reset"), &[])
        .await
        .led_to();
    assert_eq!(sent, format!("{page}?done=user-reset-sent"));
    assert_eq!(app.jobs("send-email").await, 1);
    let path = format!("{page}/send-second-factor-reset");
    let refused = admin.enter(&path, &[]).await.expect(409);
    refused.shows("has no second factor");
    assert_eq!(app.jobs("send-email").await, 1);
}

#[tokio::test]
async fn names_and_addresses_are_no_markup() {
    let app = App::start().await;
    let admin = Visitor::new(&app, "admin@example.com", Role::Admin).await;
    let markup = "\"><script>alert(1)</script>";
    let fields = [("name", markup), ("members", "</textarea><script>")];
    let refused = admin.enter("/groups", &fields).await.expect(422);
    let group = admin.enter("/groups", &fields[..1]).await.made();
    let users = app.database().collection::<Document>("users");
    let named = doc! { "$set": { "name": markup } };
    let changing = users.update_one(doc! { "_id": admin.id }, named);
    changing.await.expect("accepted");
    let address = [("email", markup), ("role", markup), ("name", markup)];
    let mut pages = vec![
        refused,
        admin.enter("/invitations", &address).await.expect(422),
        admin.enter("/admin/users", &address).await.expect(422),
    ];
    let query = encoded(&[("user", markup), ("act", markup)]);
    for path in [
        group,
        "/groups".to_owned(),
        "/admin/users".to_owned(),
        format!("/admin/users/{}", admin.id),
        format!("/admin/audit?{query}"),
    ] {
        pages.push(admin.get(&path).await);
    }
    for page in pages {
        let html = page.text();
        assert!(html.contains("&lt;script&gt;"), "{html}");
        assert!(!html.contains("<script>"), "{html}");
    }
}

#[tokio::test]
async fn pages_about_people_are_for_those_who_look_after_them() {
    let app = App::start().await;
    let client = Visitor::new(&app, "client@example.com", Role::Client).await;
    let ops = Visitor::new(&app, "ops@example.com", Role::Ops).await;
    let user = format!("/admin/users/{}", ops.id);
    for path in ["/admin/users", &user, "/admin/audit"] {
        for somebody in [&client, &ops] {
            let refused = somebody.get(path).await.expect(403);
            assert!(refused.header("content-type").starts_with("text/html"));
        }
    }
    for path in ["/invitations", "/groups"] {
        client.get(path).await.expect(403);
        let fields = [("name", "Board"), ("email", ADA), ("role", "client")];
        client.enter(path, &fields).await.expect(403);
    }
    for act in ["role", "disable", "enable", "delete", "send-reset"] {
        let path = format!("{user}/{act}");
        ops.enter(&path, &[("role", "admin")]).await.expect(403);
    }
    let stranger = app.get("/groups").send().await;
    assert_eq!(stranger.led_to(), "/sign-in?next=%2Fgroups");
    assert_eq!(app.count("invitations", doc! {}).await, 0);
    assert_eq!(app.count("groups", doc! {}).await, 0);
}
