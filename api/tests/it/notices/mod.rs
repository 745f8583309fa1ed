//! Mails about documents: how they are stopped, and what is known of those who got them.

mod recipients;
mod telling;
mod unsubscribing;

use dossier_common::file::File;
use serde_json::Value;

use crate::harness::{Answer, App, Call, NewFile, Person};

const FORM: &str = "application/x-www-form-urlencoded";
const ONE_CLICK: &str = "List-Unsubscribe=One-Click";

/// A document for one address.
fn meant_for(address: &str) -> NewFile<'static> {
    NewFile {
        recipients: Some(vec![address.to_owned()]),
        ..NewFile::default()
    }
}

fn press(app: &App, token: &str) -> Call {
    let call = app.post(&format!("/unsubscribe/{token}"));
    call.body(FORM, ONE_CLICK)
}

async fn activity(app: &App, file: &File, who: &Person) -> Answer {
    let path = format!("/v1/files/{}/activity", file.id);
    app.get(&path).by(who).send().await
}

/// The only recipient in the activity of a document.
async fn recipient(app: &App, file: &File, who: &Person) -> Value {
    let answer = activity(app, file, who).await.expect(200).json();
    assert_eq!(answer["recipients"].as_array().map(Vec::len), Some(1));
    answer["recipients"][0].clone()
}
