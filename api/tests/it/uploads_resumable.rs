//! Uploads that arrive over several requests speak tus 1.0.0, and become the documents that any upload does.

use axum::http::Method;
use dossier_api::config::Limits;
use dossier_api::storage_limits::StorageLimits;
use dossier_common::digest::Sha256;
use dossier_common::storage::{Quota, UsageOf};
use dossier_common::user::Role;
use mongodb::bson::doc;
use serde_json::Value;

use crate::harness::{
    App, FailPoint, bytes_of, for_everyone, offset_in, tus_checksum, tus_metadata, upload_path,
};

/// Nothing at all, whether it is visible or not.
async fn nothing_is_stored(app: &App) {
    for collection in [
        "files",
        "apalis_jobs",
        "uploads",
        "blobs.files",
        "blobs.chunks",
        "storage_reservations",
    ] {
        assert_eq!(app.count(collection, doc! {}).await, 0, "{collection}");
    }
    let usage = app.state.store.storage_usage(UsageOf::Everybody).await;
    assert!(usage.expect("it can be read").held.is_empty());
}

#[tokio::test]
async fn what_arrives_in_pieces_becomes_one_document_with_its_digest_and_one_job() {
    let app = App::start().await;
    let ops = app.ops().await;
    let bytes = bytes_of(700_000);
    let metadata = tus_metadata(&[
        ("filename", "../a plan.docx"),
        ("recipients", "Ada@example.com,bob@example.com"),
    ]);
    let begun = app.beginning(&ops, bytes.len(), &metadata).send().await;
    let begun = begun.expect(201);
    assert_eq!(begun.header("tus-resumable"), "1.0.0");
    assert_eq!(offset_in(&begun), 0);
    assert!(begun.header("upload-expires").ends_with(" GMT"));
    let path = upload_path(&begun);
    for (from, to) in [(0, 1), (1, 300_000), (300_000, 699_999)] {
        let answer = app
            .append(&ops, &path, from, bytes[from..to].to_vec())
            .await;
        assert_eq!(offset_in(&answer.clone().expect(204)), to);
        assert_eq!(answer.header("dossier-file"), "");
        let told = app.call(Method::HEAD, &path).by(&ops).tus();
        let told = told.send().await.expect(200);
        assert_eq!(offset_in(&told), to);
        assert_eq!(told.header("upload-length"), "700000");
        assert_eq!(told.header("upload-metadata"), metadata);
        assert_eq!(told.header("cache-control"), "no-store");
    }
    assert_eq!(app.count("files", doc! {}).await, 0);
    let last = app
        .append(&ops, &path, 699_999, bytes[699_999..].to_vec())
        .await;
    let last = last.expect(204);
    let file = app.uploaded(&ops, &last).await;
    assert_eq!(file["name"], "a plan.docx");
    assert_eq!(file["sha256"], Sha256::of(&bytes).to_string());
    assert_eq!(file["size_bytes"], bytes.len());
    assert_eq!(file["state"], "received");
    let recipients = serde_json::json!(["ada@example.com", "bob@example.com"]);
    assert_eq!(file["recipients"], recipients);
    assert_eq!(app.jobs("validate-upload").await, 1);
    // The parts are gone, and the room is the document's.
    assert_eq!(app.count("blobs.files", doc! {}).await, 1);
    assert_eq!(app.count("storage_reservations", doc! {}).await, 0);
    let usage = app.state.store.storage_usage(UsageOf::Person(ops.id)).await;
    let usage = usage.expect("it can be read");
    assert_eq!((usage.used_bytes, usage.held.len()), (700_000, 0));
    let entries = app.count("audit", doc! { "act": "upload" }).await;
    assert_eq!(entries, 1);
}

#[tokio::test]
async fn the_first_request_may_bring_all_and_an_empty_document_needs_no_other() {
    let app = App::start().await;
    let ops = app.ops().await;
    for bytes in [bytes_of(1000), Vec::new()] {
        let call = app.beginning(&ops, bytes.len(), &for_everyone());
        let call = call.body("application/offset+octet-stream", bytes.clone());
        let answer = call.send().await.expect(201);
        assert_eq!(offset_in(&answer), bytes.len());
        let file = app.uploaded(&ops, &answer).await;
        assert_eq!(file["sha256"], Sha256::of(&bytes).to_string());
        assert_eq!(file["recipients"], Value::Null);
    }
    let without_body = app.beginning(&ops, 0, &for_everyone()).send().await;
    let file = app.uploaded(&ops, &without_body.expect(201)).await;
    assert_eq!(file["size_bytes"], 0);
    let some = app.beginning(&ops, 10, &for_everyone());
    let some = some
        .body("application/offset+octet-stream", "abc")
        .send()
        .await;
    assert_eq!(offset_in(&some.expect(201)), 3);
    let form = app
        .beginning(&ops, 10, &for_everyone())
        .body("text/plain", "abc");
    form.send().await.problem(415, "unsupported_media_type");
}

#[tokio::test]
async fn what_is_offered_is_told_to_everybody_and_another_version_is_refused() {
    let app = App::start().await;
    let offered = app.call(Method::OPTIONS, "/v1/uploads").send().await;
    let offered = offered.expect(204);
    assert_eq!(offered.header("tus-resumable"), "1.0.0");
    assert_eq!(offered.header("tus-version"), "1.0.0");
    let extensions = "creation,creation-with-upload,expiration,checksum,termination";
    assert_eq!(offered.header("tus-extension"), extensions);
    assert_eq!(offered.header("tus-max-size"), "104857600");
    assert_eq!(offered.header("tus-checksum-algorithm"), "sha256");
    // A browser of another origin is told nothing that would let it in.
    assert_eq!(offered.header("access-control-allow-origin"), "");
    let ops = app.ops().await;
    for version in ["", "0.2.2", "1.0.1"] {
        let call = app.post("/v1/uploads").by(&ops);
        let answer = call.header("tus-resumable", version).send().await;
        answer.problem(412, "precondition_failed");
        assert_eq!(answer.header("tus-version"), "1.0.0");
        assert_eq!(answer.header("tus-resumable"), "1.0.0");
    }
    nothing_is_stored(&app).await;
}

#[tokio::test]
async fn an_upload_that_cannot_become_a_document_is_refused_before_its_bytes() {
    let quota = Quota {
        bytes: Some(60_000),
        files: None,
    };
    let storage = StorageLimits {
        of_person: quota,
        ..StorageLimits::default()
    };
    let app = App::with_limits(Limits {
        upload_bytes: 70_000,
        storage,
        ..Limits::default()
    })
    .await;
    let ops = app.ops().await;
    let call = || app.post("/v1/uploads").by(&ops).tus();
    let good = for_everyone();
    let call = || call().header("upload-metadata", &good);
    call().send().await.problem(400, "bad_request");
    for length in ["", "-1", "+1", "1e3", "99999999999999999999"] {
        let answer = call().header("upload-length", length).send().await;
        answer.problem(400, "bad_request");
    }
    let deferred = call().header("upload-defer-length", "1").send().await;
    let problem = deferred.problem(400, "bad_request");
    let detail = problem["detail"].as_str().expect("a text");
    assert!(detail.contains("Upload-Defer-Length"), "{detail}");
    let part = call().header("upload-concat", "partial");
    let part = part.header("upload-length", "5").send().await;
    part.problem(400, "bad_request");
    let too_long = app.beginning(&ops, 70_001, &good).send().await;
    too_long.problem(413, "payload_too_large");
    let no_room = app.beginning(&ops, 60_001, &good).send().await;
    no_room.problem(507, "quota_exceeded");
    for (pairs, field) in [
        (vec![("filename", "a.docx")], "audience"),
        (vec![("audience", "all")], "audience"),
        (vec![("recipient", "ada@example.com")], "recipient"),
        (vec![("recipients[]", "ada@example.com")], "recipients[]"),
        (vec![("recipients", "ada")], "recipients"),
    ] {
        let answer = app.beginning(&ops, 5, &tus_metadata(&pairs)).send().await;
        let problem = answer.problem(422, "invalid_fields");
        assert_eq!(problem["errors"][0]["field"], field);
    }
    let malformed = app.beginning(&ops, 5, "audience every-one").send().await;
    malformed.problem(400, "bad_request");
    // More than is stored of it, and less than the head of a request may have.
    let long = format!("{good},relativePath {}", "A".repeat(70_000));
    let long = app.beginning(&ops, 5, &long).send().await;
    long.problem(400, "bad_request");
    nothing_is_stored(&app).await;
    // Room that is reserved is nobody else's.
    app.begin_upload(&ops, 40_000).await;
    let no_room = app.beginning(&ops, 30_000, &good).send().await;
    no_room.problem(507, "quota_exceeded");
}

#[tokio::test]
async fn bytes_that_are_not_the_next_ones_are_refused_and_change_nothing() {
    let app = App::start().await;
    let ops = app.ops().await;
    let bytes = bytes_of(1000);
    let path = app.begin_upload(&ops, bytes.len()).await;
    app.append(&ops, &path, 0, bytes[..400].to_vec())
        .await
        .expect(204);
    for offset in [0, 399, 401, 1000] {
        let answer = app.append(&ops, &path, offset, "x").await;
        answer.problem(409, "conflict");
        assert_eq!(offset_in(&answer), 400);
    }
    let patch = || app.call(Method::PATCH, &path).by(&ops).tus();
    let untyped = patch()
        .header("upload-offset", "400")
        .body("text/plain", "x");
    untyped.send().await.problem(415, "unsupported_media_type");
    let nowhere = patch().body("application/offset+octet-stream", "x");
    nowhere.send().await.problem(400, "bad_request");
    let beyond = app.append(&ops, &path, 400, bytes[399..].to_vec()).await;
    beyond.problem(413, "payload_too_large");
    // Of unknown length, it is found out later.
    let stream = crate::harness::broken_after(&bytes[399..]);
    let beyond = app.append(&ops, &path, 400, stream).await;
    beyond.problem(413, "payload_too_large");
    assert_eq!(app.upload_offset(&ops, &path).await, 400);
    let rest = app.append(&ops, &path, 400, bytes[400..].to_vec()).await;
    let file = app.uploaded(&ops, &rest.expect(204)).await;
    assert_eq!(file["sha256"], Sha256::of(&bytes).to_string());
}

#[tokio::test]
async fn with_a_checksum_all_bytes_of_a_request_count_or_none() {
    let app = App::start().await;
    let ops = app.ops().await;
    let bytes = bytes_of(1000);
    let path = app.begin_upload(&ops, bytes.len()).await;
    let patch = |checksum: &str, body: axum::body::Body| {
        let call = app.call(Method::PATCH, &path).by(&ops).piece(0, body);
        call.header("upload-checksum", checksum).send()
    };
    let right = tus_checksum(&bytes[..600]);
    let wrong = patch(&right, bytes[..599].to_vec().into()).await;
    wrong.problem(460, "checksum_mismatch");
    assert_eq!(offset_in(&wrong), 0);
    let empty = patch(&right, axum::body::Body::empty()).await;
    empty.problem(460, "checksum_mismatch");
    let broken = patch(&right, crate::harness::broken_after(&bytes[..500])).await;
    broken.problem(400, "bad_request");
    for other in [
        "md5 rL0Y20zC+Fzt72VPzMSk2A==",
        "sha1 AAAA",
        "sha256 AAAA",
        "sha256",
        "",
    ] {
        let refused = patch(other, bytes[..600].to_vec().into()).await;
        refused.problem(400, "bad_request");
    }
    assert_eq!(app.upload_offset(&ops, &path).await, 0);
    assert_eq!(app.count("blobs.chunks", doc! {}).await, 0);
    let good = patch(&right, bytes[..600].to_vec().into()).await;
    assert_eq!(offset_in(&good.expect(204)), 600);
}

#[tokio::test]
async fn an_upload_of_somebody_else_is_not_there_in_any_method() {
    let app = App::start().await;
    let (ops, other) = (
        app.ops().await,
        app.person("eve@example.com", Role::Ops).await,
    );
    let path = app.begin_upload(&ops, 10).await;
    app.append(&ops, &path, 0, "abc").await.expect(204);
    let nothing = "/v1/uploads/upl_01ARZ3NDEKTSV4RRFFQ69G5FAV";
    for path in [&*path, nothing] {
        for method in [Method::HEAD, Method::DELETE] {
            let call = app.call(method, path).by(&other).tus();
            assert_eq!(call.send().await.status, 404, "{path}");
        }
        let answer = app.append(&other, path, 3, "d").await;
        answer.problem(404, "not_found");
        assert_eq!(answer.header("upload-offset"), "");
    }
    let client = app.client().await;
    for person in [client, app.admin().await] {
        let call = app.call(Method::HEAD, &path).by(&person).tus();
        assert_eq!(call.send().await.status, 403);
    }
    assert_eq!(app.upload_offset(&ops, &path).await, 3);
}

#[tokio::test]
async fn an_upload_that_is_ended_or_expires_leaves_nothing() {
    let app = App::start().await;
    let ops = app.ops().await;
    for is_ended in [true, false] {
        let path = app.begin_upload(&ops, 600_000).await;
        app.append(&ops, &path, 0, bytes_of(400_000))
            .await
            .expect(204);
        let usage = app.state.store.storage_usage(UsageOf::Person(ops.id)).await;
        assert_eq!(usage.expect("it can be read").held_bytes(), 600_000);
        if is_ended {
            let call = app.call(Method::DELETE, &path).by(&ops).tus();
            call.send().await.expect(204);
        } else {
            app.expire_uploads().await;
        }
        for method in [Method::HEAD, Method::DELETE] {
            let call = app.call(method, &path).by(&ops).tus();
            assert_eq!(call.send().await.status, 404);
        }
        let more = app.append(&ops, &path, 400_000, "x").await;
        more.problem(404, "not_found");
        nothing_is_stored(&app).await;
    }
}

#[tokio::test]
async fn a_document_outlives_its_upload() {
    let app = App::start().await;
    let ops = app.ops().await;
    let path = app.begin_upload(&ops, 3).await;
    let last = app.append(&ops, &path, 0, "abc").await.expect(204);
    let call = app.call(Method::DELETE, &path).by(&ops).tus();
    call.send().await.expect(204);
    assert_eq!(app.count("uploads", doc! {}).await, 0);
    app.expire_uploads().await;
    assert_eq!(app.uploaded(&ops, &last).await["size_bytes"], 3);
    assert_eq!(app.count("blobs.files", doc! {}).await, 1);
}

#[tokio::test]
async fn a_request_whose_answer_was_lost_is_answered_the_same_and_makes_no_other_document() {
    let app = App::start().await;
    let ops = app.ops().await;
    let path = app.begin_upload(&ops, 3).await;
    let first = app.append(&ops, &path, 0, "abc").await.expect(204);
    let repeated = app.append(&ops, &path, 0, "abc").await;
    repeated.problem(409, "conflict");
    assert_eq!(offset_in(&repeated), 3);
    let told = app.call(Method::HEAD, &path).by(&ops).tus();
    let told = told.send().await.expect(200);
    let again = app.append(&ops, &path, 3, "").await.expect(204);
    for answer in [told, again] {
        assert_eq!(answer.header("dossier-file"), first.header("dossier-file"));
        assert_eq!(offset_in(&answer), 3);
    }
    app.append(&ops, &path, 3, "d")
        .await
        .problem(413, "payload_too_large");
    assert_eq!(app.count("files", doc! {}).await, 1);
}

#[tokio::test]
async fn whoever_asks_next_completes_an_upload_that_could_not_be_completed() {
    let app = App::start().await;
    let ops = app.ops().await;
    for (round, asks) in [Method::HEAD, Method::PATCH].into_iter().enumerate() {
        let path = app.begin_upload(&ops, 3).await;
        let point = FailPoint::of(&app).await;
        let namespace = format!("{}.files", app.database().name());
        let data = doc! { "failCommands": ["insert"], "namespace": namespace, "errorCode": 8000 };
        point.set(doc! { "times": 1 }, data).await;
        let failed = app.append(&ops, &path, 0, "abc").await;
        point.clear().await;
        failed.problem(500, "internal");
        assert_eq!(app.count("files", doc! {}).await, round as u64);
        let answer = match asks {
            Method::HEAD => {
                let call = app.call(Method::HEAD, &path).by(&ops).tus();
                call.send().await.expect(200)
            }
            _ => app.append(&ops, &path, 3, "").await.expect(204),
        };
        let file = app.uploaded(&ops, &answer).await;
        assert_eq!(file["sha256"], Sha256::of(b"abc").to_string());
        assert_eq!(app.count("blobs.files", doc! {}).await, round as u64 + 1);
    }
    assert_eq!(app.count("storage_reservations", doc! {}).await, 0);
}

#[tokio::test]
async fn a_disabled_person_uploads_nothing_more_and_another_token_of_the_same_person_goes_on() {
    let app = App::start().await;
    let (ops, admin) = (app.ops().await, app.admin().await);
    let path = app.begin_upload(&ops, 6).await;
    app.append(&ops, &path, 0, "abc").await.expect(204);
    let refreshed = crate::harness::Person {
        token: app.mint(ops.id, ops.session),
        ..ops.clone()
    };
    app.append(&refreshed, &path, 3, "d").await.expect(204);
    let disable = format!("/v1/admin/users/{}/disable", ops.id);
    app.post(&disable).by(&admin).send().await.expect(200);
    let refused = app.append(&ops, &path, 4, "ef").await;
    refused.problem(401, "unauthorized");
    app.expire_uploads().await;
    for collection in ["uploads", "files", "blobs.files", "storage_reservations"] {
        assert_eq!(app.count(collection, doc! {}).await, 0, "{collection}");
    }
}

#[tokio::test]
async fn a_client_without_patch_says_its_method_in_a_header() {
    let app = App::start().await;
    let ops = app.ops().await;
    let path = app.begin_upload(&ops, 3).await;
    let post = |method: &str| {
        let call = app.post(&path).by(&ops);
        call.header("x-http-method-override", method)
    };
    let patched = post("PATCH").piece(0, "ab").send().await.expect(204);
    assert_eq!(offset_in(&patched), 2);
    let told = post("HEAD").tus().send().await.expect(200);
    assert_eq!(offset_in(&told), 2);
    post("GET").tus().send().await.problem(400, "bad_request");
    let unsaid = app.post(&path).by(&ops).tus().send().await;
    unsaid.problem(400, "bad_request");
    post("DELETE").tus().send().await.expect(204);
    nothing_is_stored(&app).await;
}
