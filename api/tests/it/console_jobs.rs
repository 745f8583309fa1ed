//! Admins find jobs in a browser, read their stories, and change one or many of them; nobody else does.

use dossier_common::queue::{QueueName, SendEmail};
use dossier_common::user::Role;
use mongodb::bson::{Document, doc};

use crate::harness::{App, Visitor, Workers, eventually};

const ADA: &str = "ada@example.com";
const REFUSED: &str = "permanent error (550): 5.1.1 no such user";
const SCRIPT: &str = "<script>alert(document)</script>";

#[tokio::test]
async fn a_list_in_the_browser_has_the_jobs_that_the_interface_has_for_the_same_parameters() {
    let app = App::start().await;
    let admin = app.admin().await;
    let waits = app.mail_job(&admin, ADA).await;
    let died = app.mail_job(&admin, "bob@xn--bcher-kva.example").await;
    app.job_dies(&died, REFUSED).await;
    let visitor = Visitor::of(&app, &admin).await;
    for query in [
        "",
        "?state=dead",
        "?queue=send-email&state=ready",
        "?email=ada%40example.com",
        "?error=550",
        "?kind=sign-up&limit=1",
        "?ended=failed",
        "?until=2000-01-01T00:00:00Z",
    ] {
        let listed = app.seen(&admin, &format!("/v1/admin/jobs{query}")).await;
        let page = visitor.get(&format!("/admin/jobs{query}")).await;
        let page = page.expect(200);
        for id in [&waits, &died] {
            let is_listed = listed.to_string().contains(id.as_str());
            let link = format!("href=\"/admin/jobs/{id}\"");
            assert_eq!(page.text().contains(&link), is_listed, "{query}: {id}");
        }
        let has_next = !listed["next_cursor"].is_null();
        assert_eq!(page.text().contains("cursor="), has_next, "{query}");
    }
    let to_bob = app.seen(&admin, "/v1/admin/jobs?email=Bob@B%C3%BCcher.example");
    assert_eq!(to_bob.await["items"][0]["id"], died);
    // What a form sends when most of its fields are left empty.
    let sent =
        "/admin/jobs?queue=&state=dead&error=&email=&kind=&user=&file=&link=&ended=&from=&until=";
    let page = visitor.get(sent).await.expect(200);
    page.shows(&died);
    page.hides(&waits);
    for wrong in [
        "?state=finished",
        "?user=x",
        "?from=yesterday",
        "?cursor=x",
        "?colour=red",
    ] {
        let page = visitor.get(&format!("/admin/jobs{wrong}")).await;
        page.expect(422);
    }
}

#[tokio::test]
async fn a_job_is_told_from_the_request_that_enqueued_it_to_the_answer_of_the_mail_server() {
    let app = App::start().await;
    let admin = app.admin().await;
    let id = app.mail_job(&admin, ADA).await;
    let workers = Workers::start(&app, &[QueueName::of::<SendEmail>()]);
    workers.mail(1).await;
    let told = eventually("the job is done", async || {
        let told = app.seen(&admin, &format!("/v1/admin/jobs/{id}")).await;
        (told["job"]["state"] == "done").then_some(told)
    })
    .await;
    workers.stop().await;
    let visitor = Visitor::of(&app, &admin).await;
    let page = visitor.get(&format!("/admin/jobs/{id}")).await;
    let page = page.expect(200);
    page.shows("POST /v1/auth/sign-up");
    let request = told["cause"][0]["value"].as_str().expect("a request id");
    page.shows(request);
    let worker = told["history"][0]["worker"].as_str().expect("a worker");
    page.shows(worker);
    let process = std::process::id();
    page.shows(&format!("<td data-label=\"Process\">{process}</td>"));
    page.shows("&quot;sign-up&quot;");
    // Done jobs can be deleted, and nothing else.
    page.shows(&format!("action=\"/admin/jobs/{id}/delete\""));
    for verb in ["retry", "run-now", "cancel", "release"] {
        page.hides(&format!("/admin/jobs/{id}/{verb}\""));
    }
    page.hides(ADA);
    visitor.get("/admin/jobs/nothing").await.expect(404);
}

#[tokio::test]
async fn what_errors_and_payloads_hold_is_text_on_every_page() {
    let app = App::start().await;
    let admin = app.admin().await;
    let id = app.mail_job(&admin, ADA).await;
    app.job_dies(&id, SCRIPT).await;
    let jobs = app.database().collection::<Document>("apalis_jobs");
    let hostile = doc! { "$set": { "args.sign_up_id": SCRIPT } };
    let changed = jobs.update_one(doc! { "_id": &id }, hostile).await;
    assert_eq!(changed.expect("it can be").modified_count, 1);
    let visitor = Visitor::of(&app, &admin).await;
    let groups = app.seen(&admin, "/v1/admin/failures").await;
    let group = groups["items"][0]["id"].as_str().expect("an id");
    for page in [
        visitor.get("/admin/jobs").await,
        visitor.get(&format!("/admin/jobs/{id}")).await,
        visitor.get("/admin/failures").await,
        visitor
            .submit("/admin/failures/retry", &format!("id={group}"))
            .await,
    ] {
        let page = page.expect(200);
        page.shows("&lt;script&gt;alert(document)");
        page.hides("<script>alert");
    }
    let begun = format!("id={group}&confirm=1");
    let begun = visitor.submit("/admin/failures/retry", &begun).await;
    let begun = begun.expect(303);
    let path = begun.header("location");
    let page = visitor.get(path).await.expect(200);
    page.hides("<script>alert");
}

#[tokio::test]
async fn each_verb_changes_a_job_and_what_its_state_does_not_allow_is_told_on_its_page() {
    let app = App::start().await;
    let admin = app.admin().await;
    let id = app.mail_job(&admin, ADA).await;
    let visitor = Visitor::of(&app, &admin).await;
    let path = format!("/admin/jobs/{id}");
    let verb = async |verb: &str| visitor.submit(&format!("{path}/{verb}"), "").await;
    let refused = verb("retry").await.expect(409);
    refused.shows("needs nothing");
    refused.shows(&format!("action=\"{path}/cancel\""));
    app.job_waits(&id).await;
    for name in ["run-now", "cancel", "retry"] {
        let done = verb(name).await.expect(303);
        assert_eq!(
            done.header("location"),
            format!("{path}?done=job-{name}"),
            "{name}"
        );
        visitor.get(done.header("location")).await.expect(200);
    }
    app.job_runs(&id).await;
    verb("delete").await.expect(409);
    verb("release").await.expect(303);
    let deleted = verb("delete").await.expect(303);
    assert_eq!(deleted.header("location"), "/admin/jobs?done=job-delete");
    verb("retry").await.expect(404);
    assert_eq!(app.count("apalis_jobs", doc! {}).await, 0);
}

#[tokio::test]
async fn nobody_but_admins_sees_or_changes_jobs() {
    let app = App::start().await;
    let admin = app.admin().await;
    let id = app.mail_job(&admin, ADA).await;
    app.job_dies(&id, REFUSED).await;
    let pages = [
        "/admin/jobs".to_owned(),
        format!("/admin/jobs/{id}"),
        "/admin/jobs/bulk?state=dead".to_owned(),
        "/admin/failures".to_owned(),
        "/admin/operations".to_owned(),
    ];
    let bulk = (
        "/admin/jobs/bulk".to_owned(),
        "verb=retry&state=dead&confirm=1",
    );
    let forms = [bulk, (format!("/admin/jobs/{id}/retry"), "")];
    for role in [Role::Ops, Role::Client] {
        let email = format!("{}@example.org", role.as_str());
        let person = app.person(&email, role).await;
        let visitor = Visitor::of(&app, &person).await;
        for path in &pages {
            let page = visitor.get(path).await.expect(403);
            assert!(page.header("content-type").starts_with("text/html"));
            page.hides("send-email");
            page.hides("no such user");
        }
        for (path, fields) in &forms {
            visitor.submit(path, fields).await.expect(403);
        }
    }
    for path in &pages {
        let page = app.get(path).send().await.expect(303);
        assert!(page.header("location").starts_with("/sign-in"), "{path}");
    }
    let bearer = app.get("/admin/jobs").by(&admin).send().await;
    bearer.expect(303);
    let changed = doc! { "status": { "$ne": "Failed" } };
    assert_eq!(app.count("apalis_jobs", changed).await, 0);
}
