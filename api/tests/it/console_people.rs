//! Ops and admins look after people on pages, by the rules of the API.

use dossier_api::console_tokens::session_of;
use dossier_common::id::UserId;
use dossier_common::queue::{QueueName, SendEmail};
use dossier_common::user::Role;
use mongodb::bson::{Bson, Document, doc};
use url::form_urlencoded::Serializer;

use crate::harness::{Answer, App, Form, PASSWORD, Workers};

const FORM: &str = "application/x-www-form-urlencoded";
const ADA: &str = "ada@example.com";

/// Somebody who is signed in, in a browser.
struct Visitor<'a> {
    app: &'a App,
    id: UserId,
    cookie: String,
    csrf: String,
}

fn encoded(fields: &[(&str, &str)]) -> String {
    let mut form = Serializer::new(String::new());
    form.extend_pairs(fields);
    form.finish()
}

async fn visitor<'a>(app: &'a App, email: &str, role: Role) -> Visitor<'a> {
    let id = app.account(email, role, true).await.id;
    let form = encoded(&[("email", email), ("password", PASSWORD)]);
    let call = app.post("/sign-in").body(FORM, form);
    let call = call.header("sec-fetch-site", "same-origin");
    let answer = call.send().await.expect(303);
    let cookies = answer.headers.get_all("set-cookie").iter();
    let mut cookies = cookies.filter_map(|line| line.to_str().ok());
    let session = cookies.find(|line| line.starts_with("__Host-dossier="));
    let cookie = session.and_then(|line| line.split(';').next());
    let cookie = cookie.expect("a session").to_owned();
    let (_, value) = cookie.split_once('=').expect("a pair");
    let session = session_of(value).expect("the id of a session");
    let csrf = app.state.console_tokens.form_token(session);
    Visitor {
        app,
        id,
        cookie,
        csrf,
    }
}

impl Visitor<'_> {
    async fn get(&self, path: &str) -> Answer {
        let call = self.app.get(path).header("cookie", &self.cookie);
        call.send().await
    }

    async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let fields = [fields, &[("csrf", &self.csrf)]].concat();
        let call = self.app.post(path).body(FORM, encoded(&fields));
        let call = call.header("sec-fetch-site", "same-origin");
        call.header("cookie", &self.cookie).send().await
    }
}

/// Where an answer leads to.
#[track_caller]
fn led_to(answer: Answer) -> String {
    answer.expect(303).header("location").to_owned()
}

/// The address of what was made, without what the page there says once.
#[track_caller]
fn made(answer: Answer) -> String {
    let location = led_to(answer);
    let (path, _) = location.split_once('?').expect("it says what was done");
    path.to_owned()
}

async fn newest_invitation(app: &App) -> String {
    let rows = app.database().collection::<Document>("invitations");
    let newest = rows.find_one(doc! {}).sort(doc! { "_id": -1 });
    let row = newest.await.expect("readable").expect("it is there");
    row.get_str("_id").expect("an id").to_owned()
}

#[tokio::test]
async fn an_invitation_made_on_the_page_sends_the_same_mail_as_the_api() {
    let app = App::start().await;
    let workers = Workers::start(&app, &[QueueName::of::<SendEmail>()]);
    let ops = visitor(&app, "ops@example.com", Role::Ops).await;
    let empty = ops.get("/invitations").await.expect(200);
    assert!(empty.text().contains("No invitation is waiting"));
    let sent = ops.post("/invitations", &[("email", ADA), ("role", "client")]);
    assert_eq!(led_to(sent.await), "/invitations?done=invitation-sent");
    let by_page = workers.mail(1).await;
    let token = workers.token("invitation", 1).await;
    let admin = app.admin().await;
    app.invite(&admin, "bob@example.com", "client")
        .await
        .expect(201);
    let by_api = workers.mail(2).await;
    let until_link = |mail: &str| mail.split("/invitation/").next().map(str::to_owned);
    assert_eq!(until_link(&by_page), until_link(&by_api));
    workers.stop().await;
    let list = ops.get("/invitations?done=invitation-sent").await;
    let list = list.expect(200);
    assert!(list.text().contains(ADA), "{}", list.text());
    assert!(list.text().contains("The invitation is on its way."));
    app.accept(&token, PASSWORD).await.expect(200);
    let list = ops.get("/invitations").await.expect(200);
    assert!(!list.text().contains(ADA), "{}", list.text());
}

#[tokio::test]
async fn an_invitation_that_is_revoked_on_the_page_makes_no_account() {
    let app = App::start().await;
    let ops = visitor(&app, "ops@example.com", Role::Ops).await;
    let sent = ops.post("/invitations", &[("email", ADA), ("role", "client")]);
    sent.await.expect(303);
    let token = app.newest_invitation_token(ADA).await;
    let path = format!("/invitations/{}/revoke", newest_invitation(&app).await);
    let revoked = led_to(ops.post(&path, &[]).await);
    assert_eq!(revoked, "/invitations?done=invitation-revoked");
    app.accept(&token, PASSWORD)
        .await
        .problem(400, "token_invalid");
    ops.post(&path, &[]).await.expect(404);
    assert_eq!(app.count("invitations", doc! {}).await, 0);
}

#[tokio::test]
async fn ops_invite_clients_alone_and_see_their_own_invitations() {
    let app = App::start().await;
    let ops = visitor(&app, "ops@example.com", Role::Ops).await;
    let other = visitor(&app, "other@example.com", Role::Ops).await;
    let admin = visitor(&app, "admin@example.com", Role::Admin).await;
    let refused = ops.post("/invitations", &[("email", ADA), ("role", "admin")]);
    let refused = refused.await.expect(403);
    assert!(
        refused
            .text()
            .contains("Only admins may invite Ops and admins.")
    );
    let wrong = ops.post("/invitations", &[("email", "ada"), ("role", "client")]);
    let wrong = wrong.await.expect(422);
    assert!(wrong.text().contains("id=\"email-error\""));
    assert!(wrong.text().contains("value=\"ada\""));
    let sent = ops.post("/invitations", &[("email", ADA), ("role", "client")]);
    sent.await.expect(303);
    let path = format!("/invitations/{}/revoke", newest_invitation(&app).await);
    let list = other.get("/invitations").await.expect(200);
    assert!(!list.text().contains(ADA), "{}", list.text());
    other.post(&path, &[]).await.expect(404);
    let all = admin.get("/invitations").await.expect(200);
    assert!(all.text().contains(ADA), "{}", all.text());
    assert!(all.text().contains(">ops@example.com</a>"));
    admin.post(&path, &[]).await.expect(303);
}

#[tokio::test]
async fn a_group_is_made_changed_used_and_deleted_on_its_pages() {
    let app = App::start().await;
    let ops = visitor(&app, "ops@example.com", Role::Ops).await;
    let members = "Ada@Example.com\r\n\r\n  bob@example.com \r\n";
    let group = made(
        ops.post("/groups", &[("name", "Board"), ("members", members)])
            .await,
    );
    let page = ops.get(&group).await.expect(200);
    assert!(
        page.text().contains("ada@example.com\nbob@example.com"),
        "{}",
        page.text()
    );
    let taken = ops.post("/groups", &[("name", "BOARD")]).await.expect(409);
    assert!(taken.text().contains("Another group has this name."));
    let set = format!("{group}/members");
    let wrong = ops.post(&set, &[("members", "ada")]).await.expect(422);
    assert!(wrong.text().contains("id=\"members-error\""));
    let one = [("members", ADA)];
    assert_eq!(
        led_to(ops.post(&set, &one).await),
        format!("{group}?done=group-members-set")
    );
    let rename = ops.post(&format!("{group}/rename"), &[("name", "Auditors")]);
    assert_eq!(led_to(rename.await), format!("{group}?done=group-renamed"));
    let list = ops.get("/groups").await.expect(200);
    assert!(list.text().contains("Auditors"), "{}", list.text());

    let id = group.rsplit('/').next().expect("an id");
    let person = app.person("person@example.com", Role::Ops).await;
    let form = Form::file("report.docx", b"x").and("recipients", id);
    let upload = app.post("/v1/files").by(&person).form(form).send().await;
    upload.expect(202);
    let delete = format!("{group}/delete");
    let used = ops.post(&delete, &[]).await.expect(409);
    assert!(
        used.text().contains("Documents are meant for this group."),
        "{}",
        used.text()
    );
    let other = made(ops.post("/groups", &[("name", "Empty")]).await);
    let gone = ops.post(&format!("{other}/delete"), &[]).await;
    assert_eq!(led_to(gone), "/groups?done=group-deleted");
    ops.get(&other).await.expect(404);
}

#[tokio::test]
async fn an_account_is_made_on_the_page_and_the_audit_names_who_did_it() {
    let app = App::start().await;
    let admin = visitor(&app, "admin@example.com", Role::Admin).await;
    let fields = |password| [("email", ADA), ("role", "ops"), ("password", password)];
    let weak = admin.post("/admin/users", &fields("short")).await;
    let weak = weak.expect(422);
    assert!(weak.text().contains("id=\"password-error\""));
    assert!(!weak.text().contains("value=\"short\""));
    let page = made(admin.post("/admin/users", &fields(PASSWORD)).await);
    assert!(page.starts_with("/admin/users/usr_"), "{page}");
    app.log_in(ADA, PASSWORD).await.expect(200);
    let taken = admin.post("/admin/users", &fields(PASSWORD)).await;
    assert!(taken.expect(409).text().contains("has an account already"));
    let audit = admin.get("/admin/audit?act=create_user&outcome=&user=&from=");
    let audit = audit.await.expect(200);
    for part in [
        ">admin@example.com</a>",
        ">ada@example.com</a>",
        "<td data-label=\"What was done\">Created a user",
    ] {
        assert!(audit.text().contains(part), "{part} in {}", audit.text());
    }
    let none = admin.get("/admin/audit?act=upload").await.expect(200);
    assert!(none.text().contains("Nothing was found"));
    let wrong = admin.get("/admin/audit?from=yesterday").await.expect(422);
    assert!(wrong.text().contains("id=\"from-error\""));
    let found = admin.get("/admin/users?address=ADA&role=&state=").await;
    let found = found.expect(200);
    assert!(found.text().contains(ADA));
    let id = admin.id.to_string();
    assert!(!found.text().contains(&id), "{}", found.text());
}

#[tokio::test]
async fn whoever_is_disabled_on_the_page_has_no_session_any_more() {
    let app = App::start().await;
    let admin = visitor(&app, "admin@example.com", Role::Admin).await;
    let ada = visitor(&app, ADA, Role::Client).await;
    let page = format!("/admin/users/{}", ada.id);
    let disabled = led_to(admin.post(&format!("{page}/disable"), &[]).await);
    assert_eq!(disabled, format!("{page}?done=user-disabled"));
    let left = led_to(ada.get("/documents").await);
    assert!(left.starts_with("/sign-in"), "{left}");
    let shown = admin.get(&page).await.expect(200);
    assert!(shown.text().contains("Enable the account"));
    admin.post(&format!("{page}/enable"), &[]).await.expect(303);
    app.log_in(ADA, PASSWORD).await.expect(200);
    let set = admin.post(&format!("{page}/role"), &[("role", "ops")]);
    assert_eq!(led_to(set.await), format!("{page}?done=user-role-set"));
    assert_eq!(
        app.count("users", doc! { "email_key": ADA, "role": "ops" })
            .await,
        1
    );
    let none = admin.post(&format!("{page}/role"), &[("role", "root")]);
    none.await.expect(422);
}

#[tokio::test]
async fn the_last_admin_stays_and_nobody_changes_the_own_account() {
    let app = App::start().await;
    let admin = visitor(&app, "admin@example.com", Role::Admin).await;
    let last = app.account("last@example.com", Role::Admin, true).await;
    let own = format!("/admin/users/{}", admin.id);
    let refused = admin.post(&format!("{own}/disable"), &[]).await;
    assert!(
        refused
            .expect(403)
            .text()
            .contains("This is your own account")
    );
    // As if the address of whoever asks had never been proven: then the other one alone can log in.
    let users = app.database().collection::<Document>("users");
    let unproven = doc! { "$set": { "email_verified_at": Bson::Null } };
    let changing = users.update_one(doc! { "_id": admin.id }, unproven);
    changing.await.expect("accepted");
    let page = format!("/admin/users/{}", last.id);
    let address = [("address", "last@example.com")];
    let refusals = [
        admin.post(&format!("{page}/disable"), &[]).await,
        admin
            .post(&format!("{page}/role"), &[("role", "client")])
            .await,
        admin.post(&format!("{page}/delete"), &address).await,
    ];
    for refused in refusals {
        let refused = refused.expect(409);
        let why = "This is the last admin who can log in.";
        assert!(refused.text().contains(why), "{}", refused.text());
    }
}

#[tokio::test]
async fn an_account_is_deleted_once_its_address_was_entered() {
    let app = App::start().await;
    let admin = visitor(&app, "admin@example.com", Role::Admin).await;
    let ada = app.account(ADA, Role::Client, true).await;
    let path = format!("/admin/users/{}/delete", ada.id);
    for fields in [vec![], vec![("address", "bob@example.com")]] {
        let refused = admin.post(&path, &fields).await.expect(422);
        assert!(refused.text().contains("id=\"address-error\""));
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
    let admin = visitor(&app, "admin@example.com", Role::Admin).await;
    let ada = app.account(ADA, Role::Client, true).await;
    let page = format!("/admin/users/{}", ada.id);
    let sent = led_to(admin.post(&format!("{page}/send-reset"), &[]).await);
    assert_eq!(sent, format!("{page}?done=user-reset-sent"));
    assert_eq!(app.jobs("send-email").await, 1);
    let path = format!("{page}/send-second-factor-reset");
    let refused = admin.post(&path, &[]).await.expect(409);
    assert!(refused.text().contains("has no second factor"));
    assert_eq!(app.jobs("send-email").await, 1);
}

#[tokio::test]
async fn names_and_addresses_are_no_markup() {
    let app = App::start().await;
    let admin = visitor(&app, "admin@example.com", Role::Admin).await;
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
    let client = visitor(&app, "client@example.com", Role::Client).await;
    let ops = visitor(&app, "ops@example.com", Role::Ops).await;
    let user = format!("/admin/users/{}", ops.id);
    for path in ["/admin/users", &user, "/admin/audit"] {
        for visitor in [&client, &ops] {
            let refused = visitor.get(path).await.expect(403);
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
