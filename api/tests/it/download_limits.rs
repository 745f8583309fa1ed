//! A link for one download delivers one document's worth of bytes, whatever is asked of it and by how many at once.

use axum::http::Method;
use dossier_common::audit::Act;
use dossier_common::download::allowance;
use dossier_common::file::File;
use dossier_common::id::LinkId;
use dossier_common::link::Link;
use futures_util::future::join_all;
use mongodb::bson::{Document, doc};
use serde_json::json;

use crate::harness::{Answer, App, Call, FailPoint, NewFile, Person, assert_same, eventually};

/// Some chunks of the store.
const SIZE: usize = 1_500_000;

fn bytes() -> Vec<u8> {
    (0..SIZE).map(|i| ((i * 31) >> 7) as u8).collect()
}

/// A document and a link to it for one download.
struct OneUse {
    app: App,
    client: Person,
    file: File,
    link: LinkId,
    path: String,
    bytes: Vec<u8>,
}

impl OneUse {
    async fn of(bytes: Vec<u8>) -> Self {
        Self::on(App::start().await, bytes).await
    }

    async fn on(app: App, bytes: Vec<u8>) -> Self {
        let (client, ops) = (app.client().await, app.ops().await);
        let new = NewFile {
            bytes: &bytes,
            ..NewFile::default()
        };
        let file = app.available(&ops, new).await;
        let terms = json!({ "max_downloads": 1 });
        let (link, path) = app.link(&client, &file, terms).await;
        Self {
            app,
            client,
            file,
            link,
            path,
            bytes,
        }
    }

    fn get(&self, range: Option<&str>) -> Call {
        let call = self.app.get(&self.path).by(&self.client);
        match range {
            Some(range) => call.header("range", range),
            None => call,
        }
    }

    async fn link(&self) -> Link {
        let found = self.app.state.store.find_link(self.link).await;
        found.expect("readable").expect("there")
    }
}

fn most() -> usize {
    let size = i64::try_from(SIZE).expect("small");
    usize::try_from(size + allowance(size)).expect("small")
}

#[tokio::test]
async fn of_five_hundred_whole_requests_at_once_one_is_served() {
    let one = OneUse::on(App::start_alone().await, bytes()).await;
    let answers = join_all((0..500).map(|_| one.get(None).read(usize::MAX))).await;
    let (served, refused): (Vec<_>, Vec<_>) = answers.iter().partition(|it| it.status == 200);
    assert_eq!(served.len(), 1);
    assert!(served[0].bytes == one.bytes);
    assert!(refused.iter().all(|it| it.status == 404));
    assert_eq!(one.link().await.downloads, 1);
}

#[tokio::test]
async fn a_download_of_which_no_note_could_be_made_is_given_back() {
    let app = App::start().await;
    let (client, ops) = (app.client().await, app.ops().await);
    let new = NewFile {
        recipients: Some(vec![client.email.clone()]),
        ..NewFile::default()
    };
    let file = app.available(&ops, new).await;
    let terms = json!({ "max_downloads": 1 });
    let (_, path) = app.link(&client, &file, terms).await;
    let point = FailPoint::of(&app).await;
    let namespace = format!("{}.notices", app.database().name());
    let data = doc! { "failCommands": ["update"], "namespace": namespace, "errorCode": 8000 };
    point.set(doc! { "times": 1 }, data).await;
    let failed = app.get(&path).by(&client).send().await;
    point.clear().await;
    failed.problem(500, "internal");
    app.get(&path).by(&client).send().await.expect(200);
}

#[tokio::test]
async fn five_hundred_requests_at_once_in_whole_and_in_ranges_get_one_document() {
    let one = OneUse::on(App::start_alone().await, bytes()).await;
    let ranges = (0..500).map(|number: usize| match number % 5 {
        0 => None,
        1 => Some(format!("bytes=0-{}", SIZE - 2)),
        2 => Some("bytes=1-".to_owned()),
        3 => Some(format!("bytes={}-", number * 2_971 % SIZE)),
        _ => {
            let start = number * 7_919 % SIZE;
            Some(format!("bytes={start}-{}", start + 99_999))
        }
    });
    let reading = ranges.map(|range| one.get(range.as_deref()).read(usize::MAX));
    let answers = join_all(reading).await;
    let delivered: usize = answers
        .iter()
        .filter(|it| it.status != 404)
        .map(|it| it.bytes.len())
        .sum();
    assert!(delivered <= most(), "{delivered} bytes");
    let link = one.link().await;
    let counted = (link.downloads, link.opened());
    let mut statuses: Vec<u16> = answers.iter().map(|it| it.status.as_u16()).collect();
    statuses.sort_unstable();
    statuses.dedup();
    assert!(
        counted.0 <= 1 && counted.1 == 1,
        "{counted:?}, {statuses:?}"
    );
}

#[tokio::test]
async fn no_sum_of_ranges_is_a_second_document() {
    let one = OneUse::of(bytes()).await;
    let all_but_one = format!("bytes=0-{}", SIZE - 2);
    let first = one.get(Some(&all_but_one)).send().await.expect(206);
    assert_eq!(first.body.len(), SIZE - 1);
    let mut delivered = first.body.len();
    for range in [
        "bytes=1-",
        "bytes=0-",
        "bytes=0-0",
        "bytes=2-1499998",
        "bytes=-1499999",
        "bytes=70000-200000",
        "bytes=1499000-",
    ] {
        let reading = one.get(Some(range)).read(usize::MAX).await;
        if reading.status != 404 {
            delivered += reading.bytes.len();
        }
    }
    assert!(delivered <= most(), "{delivered} bytes");
}

#[tokio::test]
async fn a_probe_leaves_the_use_and_parts_at_once_are_one() {
    let one = OneUse::of(bytes()).await;
    let probe = one.get(Some("bytes=0-0")).send().await.expect(206);
    assert_eq!(&probe.body[..], &one.bytes[..1]);
    assert_eq!(one.link().await.downloads, 0);
    let quarter = SIZE / 4;
    let parts = (0..4).map(|part| {
        let range = format!("bytes={}-{}", part * quarter, (part + 1) * quarter - 1);
        let call = one.get(Some(&range));
        async move { call.send().await.expect(206).body }
    });
    let together = join_all(parts).await.concat();
    assert!(together == one.bytes);
    let link = one.link().await;
    assert_eq!((link.downloads, link.completed()), (1, 1));
    assert_eq!(link.last_download_at, Some(one.app.now()));
}

#[tokio::test]
async fn a_download_has_one_row_and_one_entry_in_the_audit_however_many_ranges() {
    let one = OneUse::of(bytes()).await;
    for range in ["bytes=0-499999", "bytes=500000-999999", "bytes=1000000-"] {
        one.get(Some(range)).send().await.expect(206);
    }
    let entries = doc! { "act": Act::Download.as_str(), "user_id": one.client.id };
    assert_eq!(one.app.count("audit", entries).await, 1);
    let rows = one.app.database().collection::<Document>("downloads");
    let row = rows.find_one(doc! { "link_id": one.link }).await;
    let row = row.expect("readable").expect("there");
    assert!(row.get_str("_id").expect("an id").starts_with("dl_"));
    assert_eq!(row.get_i64("bytes_sent").ok(), Some(one.file.size_bytes));
    assert_eq!(row.get_bool("complete").ok(), Some(true));
    for (field, id) in [
        ("file_id", one.file.id.to_string()),
        ("client_id", one.client.id.to_string()),
    ] {
        assert_eq!(row.get_str(field).ok(), Some(&*id));
    }
    assert_eq!(one.app.count("downloads", doc! {}).await, 1);
}

#[tokio::test]
async fn what_a_client_left_unread_is_there_again() {
    let one = OneUse::of(bytes()).await;
    one.get(None).read(10).await;
    let whole = one.get(None).send().await.expect(200);
    assert!(whole.body == one.bytes);
    assert_eq!(one.link().await.downloads, 1);
    eventually("every response has ended", async || {
        let under_way = doc! { "responses": { "$ne": [] } };
        (one.app.count("downloads", under_way).await == 0).then_some(())
    })
    .await;
}

/// A method, and a header if there is one.
type Request = (&'static str, Option<(&'static str, String)>);

fn requests(etag: &str) -> Vec<Request> {
    let mut requests = Vec::new();
    for method in ["GET", "HEAD"] {
        requests.push((method, None));
        for (name, value) in [
            ("if-none-match", etag),
            ("if-none-match", "*"),
            ("if-match", "\"other\""),
            ("if-match", etag),
            ("range", "bytes=0-"),
            ("range", "bytes=0-0"),
            ("range", "bytes=1-"),
            ("range", "bytes=9999999-"),
        ] {
            requests.push((method, Some((name, value.to_owned()))));
        }
    }
    for method in ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"] {
        requests.push((method, None));
    }
    requests
}

#[tokio::test]
async fn a_token_that_is_used_up_expired_or_revoked_is_answered_like_garbage() {
    let one = OneUse::of(b"the bytes of a report".to_vec()).await;
    let app = &one.app;
    let etag = format!("\"{}\"", one.file.sha256);
    let (revoked, revoked_path) = app.link(&one.client, &one.file, json!({})).await;
    let brief = json!({ "expires_in_seconds": 1 });
    let (_, expired_path) = app.link(&one.client, &one.file, brief).await;
    one.get(None).send().await.expect(200);
    assert!(app.state.store.revoke_link(revoked).await.expect("ok"));
    app.state.clock.advance(std::time::Duration::from_secs(1));
    let ask = async |path: &str, (method, header): &Request| -> Answer {
        let call = app.call(method.parse::<Method>().expect("one"), path);
        let call = call.by(&one.client);
        let call = header
            .iter()
            .fold(call, |call, (name, value)| call.header(name, value));
        call.send().await.without_request_id()
    };
    for request in requests(&etag) {
        let garbage = ask("/download/garbage", &request).await;
        let expected = if matches!(request.0, "GET" | "HEAD") {
            404
        } else {
            405
        };
        assert_eq!(garbage.status, expected, "{request:?}");
        for path in [&*one.path, &*revoked_path, &*expired_path] {
            let answer = ask(path, &request).await;
            assert_same(&format!("{request:?}"), &answer, &garbage);
        }
    }
}

#[tokio::test]
async fn links_say_that_they_are_used_up_or_expired() {
    let one = OneUse::of(b"the bytes of a report".to_vec()).await;
    let shown = async || {
        let path = format!("/v1/links/{}", one.link);
        let shown = one.app.get(&path).by(&one.client).send().await;
        shown.expect(200).json()
    };
    let before = shown().await;
    assert_eq!(before["state"], "ready");
    assert_eq!(before["last_download_at"], json!(null));
    one.get(None).send().await.expect(200);
    let after = shown().await;
    assert_eq!(after["state"], "used_up");
    assert_eq!(
        (&after["downloads"], &after["max_downloads"]),
        (&json!(1), &json!(1))
    );
    assert!(after["last_download_at"].is_string());
    assert_eq!(after["download_url"], json!(null));
    let (id, _) = one
        .app
        .link(&one.client, &one.file, json!({ "expires_in_seconds": 1 }))
        .await;
    one.app
        .state
        .clock
        .advance(std::time::Duration::from_secs(1));
    let listed = one.app.get("/v1/links").by(&one.client).send().await;
    let listed = listed.expect(200).json();
    let items = listed["items"].as_array().expect("items");
    let expired = items.iter().find(|it| it["id"] == json!(id));
    assert_eq!(expired.expect("listed")["state"], "expired");
}

#[tokio::test]
async fn a_prefetch_gets_nothing_and_counts_as_nothing() {
    let one = OneUse::of(b"the bytes of a report".to_vec()).await;
    for (name, value) in [
        ("sec-purpose", "prefetch"),
        ("sec-purpose", "prefetch;prerender"),
        ("purpose", "prefetch"),
    ] {
        let ahead = one.get(None).header(name, value).send().await;
        ahead.problem(403, "forbidden");
        let garbage = one.app.get("/download/garbage").by(&one.client);
        let garbage = garbage.header(name, value).send().await;
        garbage.problem(403, "forbidden");
    }
    assert_eq!(one.link().await.opened(), 0);
    one.get(None).send().await.expect(200);
}
