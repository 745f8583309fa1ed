//! `dossier-api storage` shows what documents take and puts right what is recorded of it.

use dossier_common::user::Role;
use mongodb::bson::{Document, doc};
use serde_json::{Value, json};

use crate::harness::{App, Form, Program};

fn program(app: &App, words: &[&str]) -> Program {
    let words = [&["storage"], words].concat();
    let program = Program::bare(&words).variable("MONGODB_URI", app.uri());
    program.variable("USER_QUOTA_BYTES", "5000")
}

async fn text(app: &App, words: &[&str]) -> String {
    let (code, said) = program(app, words).run("").await;
    assert_eq!(code, 0, "{words:?}: {said}");
    said
}

async fn json_of(app: &App, words: &[&str]) -> Value {
    let words = [words, &["--json"]].concat();
    let (code, said) = program(app, &words).printed("").await;
    assert_eq!(code, 0, "{words:?}: {said}");
    serde_json::from_str(&said).expect("JSON")
}

#[tokio::test]
async fn usage_is_shown_by_person_and_a_tampered_counter_is_put_right() {
    let app = App::start().await;
    let ops = app.ops().await;
    let other = app.person("other@example.com", Role::Ops).await;
    for (person, size) in [(&ops, 1000), (&ops, 200), (&other, 50)] {
        let form = Form::for_everyone("report.docx", &vec![b'x'; size]);
        let call = app.post("/v1/files").by(person).form(form);
        call.send().await.expect(202);
    }
    let shown = json_of(&app, &["show"]).await;
    assert_eq!(shown["used_bytes"], 1250, "{shown}");
    assert_eq!(shown["used_files"], 3);
    assert_eq!(shown["reserved_bytes"], 0);
    assert_eq!(shown["user_quota_bytes"], 5000);
    assert_eq!(shown["total_quota_bytes"], Value::Null);
    assert!(shown["free_bytes"].as_u64() > Some(0), "{shown}");
    assert_eq!(shown["persons"][0]["id"], ops.id.to_string());
    assert_eq!(shown["persons"][0]["used_bytes"], 1200);
    assert_eq!(shown["persons"][1]["address"], "other@example.com");
    let table = text(&app, &["show"]).await;
    for word in [
        "ops@example.com",
        "1200",
        "1250",
        "USER_QUOTA_BYTES",
        "5000",
    ] {
        assert!(table.contains(word), "{word}: {table}");
    }
    let said = text(&app, &["recount"]).await;
    assert!(said.contains("all 3 rows are right"), "{said}");

    let rows = app.database().collection::<Document>("storage_usage");
    let damage = doc! { "$set": { "used_bytes": 7_i64, "used_files": 9_i64 } };
    let damaged = rows.update_one(doc! { "_id": ops.id }, damage).await;
    assert_eq!(damaged.expect("it can be changed").modified_count, 1);
    let wrong = json!([{
        "id": ops.id.to_string(), "strays": [],
        "recorded": { "bytes": 7, "files": 9 }, "counted": { "bytes": 1200, "files": 2 },
    }]);
    let seen = json_of(&app, &["recount", "--dry-run"]).await;
    assert_eq!(
        (&seen["wrong"], &seen["put_right"]),
        (&wrong, &json!(false))
    );
    let mended = json_of(&app, &["recount"]).await;
    assert_eq!(
        (&mended["wrong"], &mended["put_right"]),
        (&wrong, &json!(true))
    );
    let said = text(&app, &["recount"]).await;
    assert!(said.contains("all 3 rows are right"), "{said}");
    let shown = json_of(&app, &["show", "--limit", "1"]).await;
    assert_eq!(shown["persons"][0]["used_bytes"], 1200);
}
