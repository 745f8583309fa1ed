//! Uploads: what is stored is what was sent, under a harmless name, or nothing at all.

use bytes::Bytes;
use dossier_api::config::Limits;
use dossier_common::digest::Sha256;
use dossier_common::file::File;
use dossier_common::id::BlobId;
use dossier_common::store::blobs::ByteRange;
use futures_util::TryStreamExt;
use mongodb::bson::{Document, doc};
use serde_json::Value;

use crate::harness::{App, Form, Person};

async fn upload(app: &App, ops: &Person, form: Form) -> Value {
    let answer = app.post("/v1/files").by(ops).form(form).send().await;
    answer.expect(202).json()
}

async fn only_file(app: &App) -> File {
    let files = app.database().collection::<File>("files");
    let found = files.find_one(doc! {}).await.expect("it can be read");
    found.expect("there is one")
}

async fn stored_bytes(app: &App, file: &File) -> Vec<u8> {
    let size = u64::try_from(file.size_bytes).expect("a size");
    let whole = ByteRange {
        start: 0,
        end: size,
    };
    let reader = app.state.store.read_blob(file.blob_id, size);
    let mut pieces = reader.stream(whole);
    let mut bytes = Vec::new();
    while let Some(piece) = pieces.recv().await {
        bytes.extend_from_slice(&piece.expect("a piece"));
    }
    bytes
}

#[tokio::test]
async fn bytes_are_stored_as_they_were_sent_with_their_digest_and_one_job() {
    let app = App::start().await;
    let ops = app.ops().await;
    let bytes: Vec<u8> = (0..2_621_440_u32).map(|i| ((i * 31) >> 7) as u8).collect();
    let call = app
        .post("/v1/files")
        .by(&ops)
        .form(Form::for_everyone("report.docx", &bytes));
    let answer = call.send().await.expect(202);
    let file = answer.json();
    assert_eq!(
        answer.header("location"),
        format!("/v1/files/{}", file["id"].as_str().expect("an id"))
    );
    assert_eq!(file["sha256"], Sha256::of(&bytes).to_string());
    assert_eq!(file["size_bytes"], bytes.len());
    assert_eq!(file["state"], "received");
    assert_eq!(
        (&file["audience"], &file["recipients"]),
        (&"everyone".into(), &Value::Null)
    );
    assert_eq!(file["processing"]["job_state"], "ready");
    assert!(stored_bytes(&app, &only_file(&app).await).await == bytes);
    let job = doc! { "queue": "validate-upload", "args.file_id": file["id"].as_str() };
    assert_eq!(app.count("apalis_jobs", job).await, 1);
}

#[tokio::test]
async fn an_empty_document_is_stored_too_and_left_to_the_worker() {
    let app = App::start().await;
    let ops = app.ops().await;
    let file = upload(&app, &ops, Form::for_everyone("empty.docx", b"")).await;
    assert_eq!(file["size_bytes"], 0);
    assert!(stored_bytes(&app, &only_file(&app).await).await.is_empty());
}

#[tokio::test]
async fn hostile_names_become_harmless() {
    let app = App::start().await;
    let ops = app.ops().await;
    let long = format!("{}.docx", "x".repeat(300));
    let longest = format!("{}.docx", "y".repeat(4091));
    for (sent, kept) in [
        ("../../../etc/passwd.docx", "passwd.docx"),
        ("C:\\Users\\ada\\plan.docx", "plan.docx"),
        ("say \\\"hi\\\".docx", "say \"hi\".docx"),
        ("say %22hi%22.docx", "say %22hi%22.docx"),
        ("a%0D%0ASet-Cookie: x.docx", "a%0D%0ASet-Cookie: x.docx"),
        ("in\u{202e}xcod.exe", "inxcod.exe"),
        ("Bericht 📄 für Łódź.docx", "Bericht 📄 für Łódź.docx"),
        ("", "document"),
        ("..", "document"),
        ("\\\\server\\share\\plan.docx", "plan.docx"),
        ("plan.docx. .", "plan.docx"),
        ("nul.docx", "_nul.docx"),
        ("COM1", "_COM1"),
        (&*longest, &*format!("{}.docx", "y".repeat(195))),
        (&*long, &*format!("{}.docx", "x".repeat(195))),
    ] {
        let file = upload(&app, &ops, Form::for_everyone(sent, b"x")).await;
        let name = file["name"].as_str().expect("a name");
        assert!(!name.contains(['/', '\\', '\r', '\n']), "{sent}: {name}");
        assert_eq!(name, kept, "{sent}");
    }
    // The bytes are where no name says: GridFS knows them by an id of ours alone.
    let entries = app.database().collection::<Document>("blobs.files");
    let mut entries = entries.find(doc! {}).await.expect("it can be read");
    while let Some(entry) = entries.try_next().await.expect("it can be read") {
        let id = entry.get_str("_id").expect("an id");
        assert!(id.parse::<BlobId>().is_ok(), "{id}");
        assert_eq!(entry.get_str("filename").ok(), Some(id));
    }
}

#[tokio::test]
async fn a_form_that_is_not_one_document_is_refused_and_leaves_nothing() {
    let app = App::start().await;
    let ops = app.ops().await;
    let two = Form::file("a.docx", b"a").and_file("file", "b.docx", b"b");
    let mut many = Form::file("a.docx", b"a");
    for index in 0..101 {
        many = many.and("recipients", &format!("user{index}@example.com"));
    }
    let cases = [
        (Form::default(), "file"),
        (Form::default().and("audience", "everyone"), "file"),
        (Form::default().and("recipients", "ada@example.com"), "file"),
        (
            Form::default().and_file("document", "a.docx", b"a"),
            "document",
        ),
        (two, "file"),
        (
            Form::file("a.docx", b"a").and("recipients", "nobody"),
            "recipients",
        ),
        (many, "recipients"),
    ];
    for (form, field) in cases {
        let answer = app.post("/v1/files").by(&ops).form(form).send().await;
        let problem = answer.problem(422, "invalid_fields");
        assert_eq!(problem["errors"][0]["field"], field);
    }
    let wide = Form::file("a.docx", b"a").and("recipients", &"x".repeat(70 * 1024));
    let answer = app.post("/v1/files").by(&ops).form(wide).send().await;
    answer.problem(413, "payload_too_large");
    app.has_nothing_stored().await;
}

#[tokio::test]
async fn a_body_that_is_no_form_is_refused_and_leaves_nothing() {
    let app = App::start().await;
    let ops = app.ops().await;
    for content_type in [
        "application/json",
        "application/octet-stream",
        "multipart/mixed; boundary=x",
        "text/html",
    ] {
        let call = app.post("/v1/files").by(&ops).body(content_type, "{}");
        call.send().await.problem(415, "unsupported_media_type");
    }
    for content_type in ["multipart/form-data", "Multipart/Form-Data; charset=utf-8"] {
        let call = app.post("/v1/files").by(&ops).body(content_type, "{}");
        let problem = call.send().await.problem(400, "bad_request");
        let detail = problem["detail"].as_str().expect("a text");
        assert!(detail.contains("boundary"), "{content_type}: {detail}");
    }
    let (content_type, whole) = Form::for_everyone("report.docx", &[7; 2_000_000]).finish();
    for end in [0, 20, 90, 1_500_000, whole.len() - 4] {
        let cut = Bytes::copy_from_slice(&whole[..end]);
        let answer = app
            .post("/v1/files")
            .by(&ops)
            .body(&content_type, cut)
            .send()
            .await;
        answer.problem(400, "bad_request");
    }
    crate::harness::eventually("the pieces are removed", async || {
        let pieces = app.count("blobs.chunks", doc! {}).await;
        (pieces == 0).then_some(())
    })
    .await;
    app.has_nothing_stored().await;
}

#[tokio::test]
async fn the_limit_is_exact() {
    let limits = Limits {
        upload_bytes: 70_000,
        ..Limits::default()
    };
    let app = App::with_limits(limits).await;
    let ops = app.ops().await;
    for over in [70_001, 70_000 + 65_536, 400_000] {
        let call = app.post("/v1/files").by(&ops);
        let answer = call
            .form(Form::for_everyone("a.docx", &vec![1; over]))
            .send()
            .await;
        let problem = answer.problem(413, "payload_too_large");
        assert_eq!(answer.header("connection"), "close");
        assert_eq!(problem["detail"], "A document is at most 70000 bytes long.");
    }
    app.has_nothing_stored().await;
    let file = upload(&app, &ops, Form::for_everyone("a.docx", &vec![1; 70_000])).await;
    assert_eq!(file["size_bytes"], 70_000);
}

#[tokio::test]
async fn bytes_that_are_not_the_promised_ones_are_refused_and_leave_nothing() {
    let app = App::start().await;
    let ops = app.ops().await;
    let send = |digest: String| {
        let call = app
            .post("/v1/files")
            .by(&ops)
            .header("repr-digest", &digest);
        call.form(Form::for_everyone("report.docx", b"bytes"))
            .send()
    };
    let wrong = send(Sha256::of(b"other bytes").repr_digest()).await;
    wrong.problem(400, "digest_mismatch");
    for malformed in [
        "sha-256=bytes",
        "md5=:CY9rzUYh03PK3k6DJie09g==:",
        "sha=:AAAA:",
        "sha-512=:AAAA:",
        "sha-256",
        "sha-256=:bytes",
        "",
        "sha-256=:AAAA:",
    ] {
        let answer = send(malformed.to_owned()).await;
        answer.problem(400, "bad_request");
    }
    let right = Sha256::of(b"bytes").repr_digest();
    let of_the_form = app
        .post("/v1/files")
        .by(&ops)
        .header("content-digest", &right)
        .form(Form::for_everyone("report.docx", b"bytes"));
    let problem = of_the_form.send().await.problem(400, "bad_request");
    let detail = problem["detail"].as_str().expect("a text");
    assert!(detail.contains("Repr-Digest"), "{detail}");
    app.has_nothing_stored().await;
    send(format!("sha-512=:AAAA:, {right}")).await.expect(202);
    let in_two_lines = app
        .post("/v1/files")
        .by(&ops)
        .header("repr-digest", "sha-512=:AAAA:")
        .header("repr-digest", &right)
        .form(Form::for_everyone("report.docx", b"bytes"));
    in_two_lines.send().await.expect(202);
}
