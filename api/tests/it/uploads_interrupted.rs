//! What arrived counts, wherever an upload breaks off and whoever sends at the same time.

use std::convert::Infallible;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::Method;
use dossier_api::config::Limits;
use dossier_common::digest::Sha256;
use futures_util::stream;
use mongodb::bson::{Bson, Document, doc};
use tokio::sync::mpsc;
use tokio::time::{interval, sleep};

use crate::harness::{
    App, Call, PUBLIC_URL, Person, broken_after, bytes_of, eventually, offset_in, upload_path,
};

/// Where a connection breaks: the same places in every run.
fn places(below: usize) -> impl FnMut() -> usize {
    let mut state = 2_463_534_242_u32;
    move || {
        // Marsaglia's xorshift.
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state as usize % below
    }
}

/// A body that is sent piece by piece, until the sender is dropped.
fn open_body() -> (mpsc::Sender<Bytes>, Body) {
    let (sender, receiver) = mpsc::channel(1);
    let next = |mut receiver: mpsc::Receiver<Bytes>| async move {
        let piece = receiver.recv().await?;
        Some((Ok::<_, Infallible>(piece), receiver))
    };
    let pieces = stream::unfold(receiver, next);
    (sender, Body::from_stream(pieces))
}

/// The same service in another process, as far as one process can be two.
fn replicas(app: &App) -> [Router; 2] {
    [app.router.clone(), app.reached_at(PUBLIC_URL)]
}

#[tokio::test]
async fn an_upload_that_breaks_off_anywhere_goes_on_there_at_any_replica() {
    let app = App::start().await;
    let ops = app.ops().await;
    let bytes = bytes_of(600_000);
    let path = app.begin_upload(&ops, bytes.len()).await;
    let (mut next, replicas) = (places(40_000), replicas(&app));
    let (mut offset, mut requests) = (0, 0);
    let last = loop {
        let replica = &replicas[requests % 2];
        requests += 1;
        let end = (offset + next()).min(bytes.len());
        let patch = Call::to(replica, Method::PATCH, &path).by(&ops);
        let body = match end == bytes.len() {
            true => Body::from(bytes[offset..].to_vec()),
            false => broken_after(&bytes[offset..end]),
        };
        let answer = patch.piece(offset, body).send().await;
        if end == bytes.len() {
            break answer.expect(204);
        }
        answer.problem(400, "bad_request");
        let other = &replicas[requests % 2];
        let told = Call::to(other, Method::HEAD, &path).by(&ops).tus();
        offset = offset_in(&told.send().await.expect(200));
        assert_eq!(offset, end, "what arrived counts");
    };
    assert!(requests > 15, "{requests}");
    let file = app.uploaded(&ops, &last).await;
    assert_eq!(file["sha256"], Sha256::of(&bytes).to_string());
    assert_eq!(app.count("blobs.files", doc! {}).await, 1);
    assert_eq!(app.count("storage_reservations", doc! {}).await, 0);
}

#[tokio::test]
async fn a_long_request_is_kept_in_parts_while_it_arrives() {
    let app = App::start().await;
    let ops = app.ops().await;
    let bytes = bytes_of(20 * 1024 * 1024);
    let path = app.begin_upload(&ops, bytes.len()).await;
    let (sender, body) = open_body();
    let patch = app.call(Method::PATCH, &path).by(&ops).piece(0, body);
    let sending = tokio::spawn(patch.send());
    for piece in bytes[..9 * 1024 * 1024].chunks(1024 * 1024) {
        let sent = sender.send(Bytes::copy_from_slice(piece)).await;
        sent.expect("it is taken");
    }
    // What is stored is not lost if the process dies now.
    eventually("the first part counts", async || {
        let offset = app.upload_offset(&ops, &path).await;
        (offset == 8 * 1024 * 1024).then_some(())
    })
    .await;
    for piece in bytes[9 * 1024 * 1024..].chunks(1024 * 1024) {
        let sent = sender.send(Bytes::copy_from_slice(piece)).await;
        sent.expect("it is taken");
    }
    drop(sender);
    let answer = sending.await.expect("no panic").expect(204);
    let file = app.uploaded(&ops, &answer).await;
    assert_eq!(file["sha256"], Sha256::of(&bytes).to_string());
    assert_eq!(app.count("blobs.files", doc! {}).await, 1);
}

#[tokio::test]
async fn a_request_that_takes_too_long_is_ended_and_what_it_brought_counts() {
    let app = App::with_limits(Limits {
        upload_total: Duration::from_secs(1),
        upload_rate: 0,
        ..Limits::default()
    })
    .await;
    let ops = app.ops().await;
    let bytes = bytes_of(10_000);
    let path = app.begin_upload(&ops, bytes.len()).await;
    let (sender, body) = open_body();
    let patch = app.call(Method::PATCH, &path).by(&ops).piece(0, body);
    let sending = tokio::spawn(patch.send());
    // More often than it may be silent, until nobody takes them any more.
    let (mut ticks, mut sent) = (interval(Duration::from_millis(20)), 0);
    loop {
        ticks.tick().await;
        let piece = Bytes::copy_from_slice(&bytes[sent..=sent]);
        if sender.send(piece).await.is_err() {
            break;
        }
        sent += 1;
    }
    let answer = sending.await.expect("no panic");
    answer.problem(408, "request_timeout");
    assert!(answer.text().contains("longer than 1 seconds"));
    assert!(answer.text().contains("go on there"));
    let offset = app.upload_offset(&ops, &path).await;
    assert!((1..=sent).contains(&offset), "{offset} of {sent}");
    let rest = app
        .append(&ops, &path, offset, bytes[offset..].to_vec())
        .await;
    let file = app.uploaded(&ops, &rest.expect(204)).await;
    assert_eq!(file["sha256"], Sha256::of(&bytes).to_string());
}

/// Begins to send `piece` at `offset`, and waits until it is that request which goes on with the upload.
async fn begin_to_send(
    app: &App,
    ops: &Person,
    (path, offset): (&str, usize),
    piece: &'static str,
) -> (
    mpsc::Sender<Bytes>,
    tokio::task::JoinHandle<crate::harness::Answer>,
) {
    let (sender, body) = open_body();
    let patch = app.call(Method::PATCH, path).by(ops).piece(offset, body);
    let sending = tokio::spawn(patch.send());
    sender.send(Bytes::from(piece)).await.expect("it is taken");
    eventually("the piece is on its way", async || {
        let parts = app.count("storage_reservations", doc! {}).await;
        (parts >= 2).then_some(())
    })
    .await;
    (sender, sending)
}

#[tokio::test]
async fn of_two_requests_at_once_the_newer_one_goes_on_and_bytes_of_the_other_do_not_count() {
    let app = App::start().await;
    let ops = app.ops().await;
    let path = app.begin_upload(&ops, 6).await;
    let (sender, stale) = begin_to_send(&app, &ops, (&path, 0), "xyz").await;
    let replica = app.reached_at(PUBLIC_URL);
    let newer = Call::to(&replica, Method::PATCH, &path).by(&ops);
    let newer = newer.piece(0, "abc").send().await.expect(204);
    assert_eq!(offset_in(&newer), 3);
    drop(sender);
    stale.await.expect("no panic").problem(409, "conflict");
    assert_eq!(app.upload_offset(&ops, &path).await, 3);
    let last = app.append(&ops, &path, 3, "def").await.expect(204);
    let file = app.uploaded(&ops, &last).await;
    assert_eq!(file["sha256"], Sha256::of(b"abcdef").to_string());
    assert_eq!(app.count("blobs.files", doc! {}).await, 1);
    assert_eq!(app.count("storage_reservations", doc! {}).await, 0);
}

#[tokio::test]
async fn who_asks_while_bytes_are_being_stored_is_told_of_them() {
    let app = App::start().await;
    let ops = app.ops().await;
    let path = app.begin_upload(&ops, 6).await;
    let (sender, sending) = begin_to_send(&app, &ops, (&path, 0), "abc").await;
    let replica = app.reached_at(PUBLIC_URL);
    let asking = Call::to(&replica, Method::HEAD, &path).by(&ops).tus();
    let asking = tokio::spawn(asking.send());
    // It has found an upload of which nothing counts.
    sleep(Duration::from_millis(200)).await;
    drop(sender);
    let told = asking.await.expect("no panic").expect(200);
    assert_eq!(offset_in(&told), 3);
    sending.await.expect("no panic").expect(204);
}

#[tokio::test]
async fn a_request_that_is_too_long_takes_the_upload_from_nobody() {
    let app = App::start().await;
    let ops = app.ops().await;
    let path = app.begin_upload(&ops, 6).await;
    let (sender, sending) = begin_to_send(&app, &ops, (&path, 0), "abc").await;
    let too_long = app.append(&ops, &path, 0, "abcdefg").await;
    too_long.problem(413, "payload_too_large");
    drop(sender);
    sending.await.expect("no panic").expect(204);
    // Nobody goes on with it, so nobody is waited for.
    let upload = app.database().collection::<Document>("uploads");
    let upload = upload.find_one(doc! {}).await.expect("readable");
    let upload = upload.expect("one");
    assert_eq!(upload.get("writer"), Some(&Bson::Null));
    let pieces = [&b"def"[..], b"g"].map(|it| Ok::<_, Infallible>(Bytes::from(it)));
    let body = Body::from_stream(stream::iter(pieces));
    let patch = app.call(Method::PATCH, &path).by(&ops).piece(3, body);
    let beyond = patch.send().await;
    beyond.problem(413, "payload_too_large");
    assert_eq!(offset_in(&beyond), 6, "what fits counts");
}

#[tokio::test]
async fn bytes_of_a_connection_that_has_fallen_silent_count() {
    let app = App::start().await;
    let ops = app.ops().await;
    let bytes = bytes_of(400_000);
    let path = app.begin_upload(&ops, bytes.len()).await;
    let (sender, body) = open_body();
    let patch = app.call(Method::PATCH, &path).by(&ops).piece(0, body);
    let silent = tokio::spawn(patch.send());
    let arrived = 300_000;
    let piece = Bytes::copy_from_slice(&bytes[..arrived]);
    sender.send(piece).await.expect("it is taken");
    eventually("what arrived counts", async || {
        (app.upload_offset(&ops, &path).await == arrived).then_some(())
    })
    .await;
    let rest = bytes[arrived..].to_vec();
    let last = app.append(&ops, &path, arrived, rest).await.expect(204);
    let file = app.uploaded(&ops, &last).await;
    assert_eq!(file["sha256"], Sha256::of(&bytes).to_string());
    // Whoever was silent has nothing to add any more.
    drop(sender);
    silent.await.expect("no panic").expect(204);
    assert_eq!(app.count("blobs.files", doc! {}).await, 1);
}

#[tokio::test]
async fn an_upload_that_is_ended_while_it_arrives_leaves_nothing() {
    let app = App::start().await;
    let ops = app.ops().await;
    let path = app.begin_upload(&ops, 6).await;
    let (sender, sending) = begin_to_send(&app, &ops, (&path, 0), "abc").await;
    let end = app.call(Method::DELETE, &path).by(&ops).tus();
    end.send().await.expect(204);
    drop(sender);
    let answer = sending.await.expect("no panic");
    answer.problem(404, "not_found");
    for collection in [
        "uploads",
        "blobs.files",
        "blobs.chunks",
        "storage_reservations",
    ] {
        assert_eq!(app.count(collection, doc! {}).await, 0, "{collection}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn many_requests_at_once_add_every_byte_once_and_make_one_document() {
    let app = App::start().await;
    let ops = app.ops().await;
    let bytes = bytes_of(64);
    let path = app.begin_upload(&ops, bytes.len()).await;
    let replicas = replicas(&app);
    let mut senders = Vec::new();
    for sender in 0..4 {
        let (replica, path) = (replicas[sender % 2].clone(), path.clone());
        let (ops, bytes) = (ops.clone(), bytes.clone());
        senders.push(tokio::spawn(async move {
            loop {
                let told = Call::to(&replica, Method::HEAD, &path).by(&ops).tus();
                let told = told.send().await.expect(200);
                let offset = offset_in(&told);
                if offset == bytes.len() {
                    return told.header("dossier-file").to_owned();
                }
                let end = (offset + 4).min(bytes.len());
                let patch = Call::to(&replica, Method::PATCH, &path).by(&ops);
                let patch = patch.piece(offset, bytes[offset..end].to_vec());
                let status = patch.send().await.status.as_u16();
                assert!(matches!(status, 204 | 409 | 503), "{status}");
            }
        }));
    }
    let mut files = Vec::new();
    for sender in senders {
        files.push(sender.await.expect("no panic"));
    }
    files.dedup();
    assert_eq!(files.len(), 1, "{files:?}");
    let path = format!("/v1/files/{}", files[0]);
    let file = app.get(&path).by(&ops).send().await.expect(200).json();
    assert_eq!(file["sha256"], Sha256::of(&bytes).to_string());
    assert_eq!(app.count("files", doc! {}).await, 1);
    assert_eq!(app.count("blobs.files", doc! {}).await, 1);
}

#[tokio::test]
async fn an_upload_whose_first_request_breaks_off_has_begun() {
    let app = App::start().await;
    let ops = app.ops().await;
    let call = app.beginning(&ops, 6, &crate::harness::for_everyone());
    let call = call.body("application/offset+octet-stream", broken_after(b"abc"));
    let broken = call.send().await;
    broken.problem(400, "bad_request");
    let path = upload_path(&broken);
    assert_eq!(app.upload_offset(&ops, &path).await, 3);
}
