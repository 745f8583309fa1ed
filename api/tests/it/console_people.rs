//! Admins look after accounts on pages, by the rules of the API, and the audit says who did it.

use dossier_common::id::UserId;
use dossier_common::user::Role;
use mongodb::bson::{Document, doc};
use url::form_urlencoded::Serializer;

use crate::harness::{Answer, App, PASSWORD, Visitor};

const ADA: &str = "ada@example.com";

/// Somebody who is signed in with a browser.
pub(crate) struct Browser<'a> {
    app: &'a App,
    visitor: Visitor,
    pub(crate) id: UserId,
}

/// Somebody with an account in this role, who signs in.
pub(crate) async fn browser<'a>(app: &'a App, email: &str, role: Role) -> Browser<'a> {
    let person = app.person(email, role).await;
    let visitor = Visitor::of(app, &person).await;
    let id = person.id;
    Browser { app, visitor, id }
}

impl Browser<'_> {
    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.visitor.page(self.app, path).await
    }

    pub(crate) async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.visitor.submit(self.app, path, &encoded(fields)).await
    }
}

fn encoded(fields: &[(&str, &str)]) -> String {
    let mut form = Serializer::new(String::new());
    form.extend_pairs(fields);
    form.finish()
}

/// Where an answer leads to.
#[track_caller]
pub(crate) fn led_to(answer: Answer) -> String {
    answer.expect(303).header("location").to_owned()
}

/// The address of what was made, without what the page there says once.
#[track_caller]
pub(crate) fn made(answer: Answer) -> String {
    let location = led_to(answer);
    let (path, _) = location.split_once('?').expect("it says what was done");
    path.to_owned()
}

#[tokio::test]
async fn an_account_is_made_on_the_page_and_the_audit_names_who_did_it() {
    let app = App::start().await;
    let admin = browser(&app, "admin@example.com", Role::Admin).await;
    let fields = |password| [("email", ADA), ("role", "ops"), ("password", password)];
    let weak = admin.post("/admin/users", &fields("short")).await;
    let weak = weak.expect(422);
    weak.shows("id=\"password-error\"");
    weak.hides("value=\"short\"");
    let page = made(admin.post("/admin/users", &fields(PASSWORD)).await);
    assert!(page.starts_with("/admin/users/usr_"), "{page}");
    app.log_in(ADA, PASSWORD).await.expect(200);
    let taken = admin.post("/admin/users", &fields(PASSWORD)).await;
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
    let admin = browser(&app, "admin@example.com", Role::Admin).await;
    let ada = browser(&app, ADA, Role::Client).await;
    let page = format!("/admin/users/{}", ada.id);
    let disabled = led_to(admin.post(&format!("{page}/disable"), &[]).await);
    assert_eq!(disabled, format!("{page}?done=user-disabled"));
    let left = led_to(ada.get("/documents").await);
    assert!(left.starts_with("/sign-in"), "{left}");
    let shown = admin.get(&page).await.expect(200);
    shown.shows("Enable the account");
    admin.post(&format!("{page}/enable"), &[]).await.expect(303);
    app.log_in(ADA, PASSWORD).await.expect(200);
    let role = format!("{page}/role");
    let set = led_to(admin.post(&role, &[("role", "ops")]).await);
    assert_eq!(set, format!("{page}?done=user-role-set"));
    let as_ops = doc! { "email_key": ADA, "role": "ops" };
    assert_eq!(app.count("users", as_ops).await, 1);
    let none = admin.post(&role, &[("role", "root")]).await;
    none.expect(422);
}

#[tokio::test]
async fn the_last_admin_stays_and_nobody_changes_the_own_account() {
    let app = App::start().await;
    let admin = browser(&app, "admin@example.com", Role::Admin).await;
    let last = app.account("last@example.com", Role::Admin, true).await;
    let own = format!("/admin/users/{}", admin.id);
    let refused = admin.post(&format!("{own}/disable"), &[]).await;
    refused.expect(403).shows("This is your own account");
    // As if the address of whoever asks had never been proven: then the other one alone can log in.
    let users = app.database().collection::<Document>("users");
    let unproven = doc! { "$set": { "email_verified_at": null } };
    let changing = users.update_one(doc! { "_id": admin.id }, unproven);
    changing.await.expect("accepted");
    let page = format!("/admin/users/{}", last.id);
    let (role, address) = (format!("{page}/role"), [("address", "last@example.com")]);
    let refusals = [
        admin.post(&format!("{page}/disable"), &[]).await,
        admin.post(&role, &[("role", "client")]).await,
        admin.post(&format!("{page}/delete"), &address).await,
    ];
    for refused in refusals {
        let why = "This is the last admin who can log in.";
        refused.expect(409).shows(why);
    }
}

#[tokio::test]
async fn an_account_is_deleted_once_its_address_was_entered() {
    let app = App::start().await;
    let admin = browser(&app, "admin@example.com", Role::Admin).await;
    let ada = app.account(ADA, Role::Client, true).await;
    let path = format!("/admin/users/{}/delete", ada.id);
    for fields in [vec![], vec![("address", "bob@example.com")]] {
        let refused = admin.post(&path, &fields).await.expect(422);
        refused.shows("id=\"address-error\"");
    }
    assert_eq!(app.count("users", doc! { "email_key": ADA }).await, 1);
    let deleted = admin.post(&path, &[("address", "ADA@example.com")]).await;
    assert_eq!(led_to(deleted), "/admin/users?done=user-deleted");
    assert_eq!(app.count("users", doc! { "email_key": ADA }).await, 0);
    admin.post(&path, &[("address", ADA)]).await.expect(404);
}

#[tokio::test]
async fn a_reset_is_mailed_and_one_of_a_second_factor_needs_one() {
    let app = App::start().await;
    let admin = browser(&app, "admin@example.com", Role::Admin).await;
    let ada = app.account(ADA, Role::Client, true).await;
    let page = format!("/admin/users/{}", ada.id);
    let sent = led_to(admin.post(&format!("{page}/send-reset"), &[]).await);
    assert_eq!(sent, format!("{page}?done=user-reset-sent"));
    assert_eq!(app.jobs("send-email").await, 1);
    let path = format!("{page}/send-second-factor-reset");
    let refused = admin.post(&path, &[]).await.expect(409);
    refused.shows("has no second factor");
    assert_eq!(app.jobs("send-email").await, 1);
}

#[tokio::test]
async fn names_and_addresses_are_no_markup() {
    let app = App::start().await;
    let admin = browser(&app, "admin@example.com", Role::Admin).await;
    let markup = "\"><script>alert(1)</script>";
    let fields = [("name", markup), ("members", "</textarea><script>")];
    let refused = admin.post("/groups", &fields).await.expect(422);
    let group = made(admin.post("/groups", &fields[..1]).await);
    let users = app.database().collection::<Document>("users");
    let named = doc! { "$set": { "name": markup } };
    let changing = users.update_one(doc! { "_id": admin.id }, named);
    changing.await.expect("accepted");
    let address = [("email", markup), ("role", markup), ("name", markup)];
    let mut pages = vec![
        refused,
        admin.post("/invitations", &address).await.expect(422),
        admin.post("/admin/users", &address).await.expect(422),
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
    let client = browser(&app, "client@example.com", Role::Client).await;
    let ops = browser(&app, "ops@example.com", Role::Ops).await;
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
        client.post(path, &fields).await.expect(403);
    }
    for act in ["role", "disable", "enable", "delete", "send-reset"] {
        let path = format!("{user}/{act}");
        ops.post(&path, &[("role", "admin")]).await.expect(403);
    }
    let stranger = app.get("/groups").send().await;
    assert_eq!(led_to(stranger), "/sign-in?next=%2Fgroups");
    assert_eq!(app.count("invitations", doc! {}).await, 0);
    assert_eq!(app.count("groups", doc! {}).await, 0);
}
