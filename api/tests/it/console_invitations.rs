//! Ops invite people and keep groups on pages, by the rules of the API.

use dossier_common::queue::{QueueName, SendEmail};
use dossier_common::user::Role;
use mongodb::bson::{Document, doc};

use crate::harness::{App, Form, PASSWORD, Visitor, Workers};

const ADA: &str = "ada@example.com";

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
    let ops = Visitor::new(&app, "ops@example.com", Role::Ops).await;
    let empty = ops.get("/invitations").await.expect(200);
    empty.shows("No invitation is waiting");
    let sent = ops.enter("/invitations", &[("email", ADA), ("role", "client")]);
    assert_eq!(sent.await.led_to(), "/invitations?done=invitation-sent");
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
    list.shows(ADA);
    list.shows("The invitation is on its way.");
    app.accept(&token, PASSWORD).await.expect(200);
    let list = ops.get("/invitations").await.expect(200);
    list.hides(ADA);
}

#[tokio::test]
async fn an_invitation_that_is_revoked_on_the_page_makes_no_account() {
    let app = App::start().await;
    let ops = Visitor::new(&app, "ops@example.com", Role::Ops).await;
    let sent = ops.enter("/invitations", &[("email", ADA), ("role", "client")]);
    sent.await.expect(303);
    let token = app.newest_invitation_token(ADA).await;
    let path = format!("/invitations/{}/revoke", newest_invitation(&app).await);
    let revoked = ops.enter(&path, &[]).await.led_to();
    assert_eq!(revoked, "/invitations?done=invitation-revoked");
    app.accept(&token, PASSWORD)
        .await
        .problem(400, "token_invalid");
    ops.enter(&path, &[]).await.expect(404);
    assert_eq!(app.count("invitations", doc! {}).await, 0);
}

#[tokio::test]
async fn ops_invite_clients_alone_and_see_their_own_invitations() {
    let app = App::start().await;
    let ops = Visitor::new(&app, "ops@example.com", Role::Ops).await;
    let other = Visitor::new(&app, "other@example.com", Role::Ops).await;
    let admin = Visitor::new(&app, "admin@example.com", Role::Admin).await;
    let refused = ops.enter("/invitations", &[("email", ADA), ("role", "admin")]);
    let refused = refused.await.expect(403);
    refused.shows("Only admins may invite Ops and admins.");
    let wrong = ops.enter("/invitations", &[("email", "ada"), ("role", "client")]);
    let wrong = wrong.await.expect(422);
    wrong.shows("id=\"email-error\"");
    wrong.shows("value=\"ada\"");
    let sent = ops.enter("/invitations", &[("email", ADA), ("role", "client")]);
    sent.await.expect(303);
    let path = format!("/invitations/{}/revoke", newest_invitation(&app).await);
    let list = other.get("/invitations").await.expect(200);
    list.hides(ADA);
    other.enter(&path, &[]).await.expect(404);
    let all = admin.get("/invitations").await.expect(200);
    all.shows(ADA);
    all.shows(">ops@example.com</a>");
    admin.enter(&path, &[]).await.expect(303);
}

#[tokio::test]
async fn a_group_is_made_changed_used_and_deleted_on_its_pages() {
    let app = App::start().await;
    let ops = Visitor::new(&app, "ops@example.com", Role::Ops).await;
    let members = "Ada@Example.com\r\n\r\n  bob@example.com \r\n";
    let fields = [("name", "Board"), ("members", members)];
    let group = ops.enter("/groups", &fields).await.made();
    let page = ops.get(&group).await.expect(200);
    page.shows("ada@example.com\nbob@example.com");
    let taken = ops.enter("/groups", &[("name", "BOARD")]).await.expect(409);
    taken.shows("Another group has this name.");
    let set = format!("{group}/members");
    let etag = page.hidden("etag");
    let wrong = [("members", "ada"), ("etag", &*etag)];
    let wrong = ops.enter(&set, &wrong).await.expect(422);
    wrong.shows("id=\"members-error\"");
    let one = [("members", ADA), ("etag", &*wrong.hidden("etag"))];
    assert_eq!(
        ops.enter(&set, &one).await.led_to(),
        format!("{group}?done=group-members-set")
    );
    // Who was taken out does not come back by the form of an older page.
    let stale = [("members", members), ("etag", &*etag)];
    let stale = ops.enter(&set, &stale).await.expect(412);
    stale.hides("bob@example.com");
    let etag = stale.hidden("etag");
    ops.enter(&set, &[("etag", &*etag)]).await.expect(422);
    ops.enter(&set, &one[..1]).await.expect(428);
    let rename = format!("{group}/rename");
    let renamed = ops.enter(&rename, &[("name", "Auditors")]).await.led_to();
    assert_eq!(renamed, format!("{group}?done=group-renamed"));
    let list = ops.get("/groups").await.expect(200);
    list.shows("Auditors");

    let id = group.rsplit('/').next().expect("an id");
    let person = app.person("person@example.com", Role::Ops).await;
    let form = Form::file("report.docx", b"x").and("recipients", id);
    let upload = app.post("/v1/files").by(&person).form(form).send().await;
    upload.expect(202);
    let delete = format!("{group}/delete");
    let used = ops.enter(&delete, &[]).await.expect(409);
    used.shows("Documents are meant for this group.");
    let other = ops.enter("/groups", &[("name", "Empty")]).await.made();
    let gone = ops.enter(&format!("{other}/delete"), &[]).await;
    assert_eq!(gone.led_to(), "/groups?done=group-deleted");
    ops.get(&other).await.expect(404);
}
