//! What belongs to somebody else is not there: no operation tells, changes or ends it.

use dossier_common::user::Role;
use mongodb::bson::doc;
use serde_json::json;

use crate::harness::{App, Call, NewFile, Operation, Person};

/// What somebody has: a document meant for them alone, a link to it with its token, a session.
struct Belongings {
    file: String,
    link: String,
    token: String,
    session: String,
    user: String,
}

impl Belongings {
    async fn of(app: &App, client: &Person, ops: &Person) -> Self {
        let new = NewFile {
            recipients: Some(vec![client.email.clone()]),
            ..NewFile::default()
        };
        let file = app.available(ops, new).await;
        let (link, download) = app.link(client, &file, json!({})).await;
        Self {
            file: file.id.to_string(),
            link: link.to_string(),
            token: download.trim_start_matches("/download/").to_owned(),
            session: client.session.to_string(),
            user: client.id.to_string(),
        }
    }

    /// The path with their own in each place.
    fn fill(&self, path: &str) -> String {
        let id = match path {
            path if path.starts_with("/v1/links/") => &self.link,
            path if path.starts_with("/v1/me/sessions/") => &self.session,
            path if path.starts_with("/v1/admin/users/") => &self.user,
            _ => &self.file,
        };
        path.replace("{id}", id).replace("{token}", &self.token)
    }
}

/// Nobody is told before that anything is missing.
fn with_what_changes_need(call: Call) -> Call {
    let call = call.header("prefer", "wait=0").header("if-match", "*");
    call.json(json!({}))
}

#[tokio::test]
async fn nobody_else_sees_changes_or_ends_what_belongs_to_somebody() {
    let app = App::start().await;
    let (client, ops) = (app.client().await, app.ops().await);
    let theirs = Belongings::of(&app, &client, &ops).await;
    let others = [
        app.person("eve@example.com", Role::Client).await,
        app.person("mallory@example.com", Role::Ops).await,
    ];
    let with_places = || {
        Operation::all()
            .into_iter()
            .filter(|it| it.path.contains('{'))
    };
    for operation in with_places() {
        for other in &others {
            let path = theirs.fill(&operation.path);
            let call = app.call(operation.method.clone(), &path).by(other);
            let status = with_what_changes_need(call).send().await.status;
            // Of another role, or of nothing; which of them depends on the caller alone.
            assert!(
                matches!(status.as_u16(), 403 | 404),
                "{} {path}: {status}",
                operation.id
            );
            let made_up = operation
                .path
                .replace("{id}", "fil_01ARZ3NDEKTSV4RRFFQ69G5FAV");
            let made_up = made_up.replace("{token}", "gAAAAAmadeup");
            let call = app.call(operation.method.clone(), &made_up).by(other);
            let of_nothing = with_what_changes_need(call).send().await.status;
            assert_eq!(status, of_nothing, "{} {path}", operation.id);
        }
    }
    // All of it is as it was.
    app.get("/v1/me").by(&client).send().await.expect(200);
    let download = format!("/download/{}", theirs.token);
    app.get(&download).by(&client).send().await.expect(200);
    assert_eq!(app.count("links", doc! {}).await, 1);
    assert!(with_places().count() >= 12);
}
