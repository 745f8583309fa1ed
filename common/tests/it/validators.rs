//! The database's own rules fit what the code writes, and nothing else.

use dossier_common::download::{Begun, Download, Span};
use dossier_common::file::{DocumentKind, Inspection, Rejection};
use dossier_common::id::{DownloadId, ResponseId};
use dossier_common::link::{Link, LinkState};
use dossier_common::network::Network;
use dossier_common::session::{Origin, RefreshSeed};
use dossier_common::store::refresh_tokens::Trade;
use dossier_common::store::second_factors::SecondFactorChange;
use mongodb::bson::{Bson, Document, doc, serialize_to_document};

use crate::harness::{LATER, NOW, TestStore};

#[tokio::test]
async fn everything_that_the_code_writes_is_accepted() {
    let test = TestStore::new().await;
    let store = &test.store;
    let user = test.user("ada@example.com");
    let (sign_up, session) = (test.sign_up("ada@example.com"), test.session(&user));
    let (file, other) = (test.file(&user), test.file(&user));
    let link = test.link(&user, &file);
    let jobs = [test.job(), test.job(), test.job()];
    let invitation = test.invitation("bob@example.com");
    let reset = test.reset();
    let totp = test.totp();
    let asked = store.request_reset(reset.of, &reset.email_key, reset.id, test.job(), NOW);
    asked.await.expect("accepted");
    store
        .transaction("add one of everything", |tx| {
            let (user, sign_up) = (user.clone(), sign_up.clone());
            let invitation = invitation.clone();
            let (files, link) = ([file.clone(), other.clone()], link.clone());
            let session = session.clone();
            Box::pin(async move {
                let id = sign_up.id;
                tx.insert_sign_up(sign_up, jobs[0]).await?;
                assert!(tx.confirm_sign_up(id, &user, NOW).await?);
                tx.insert_invitation(invitation, jobs[2]).await?;
                for file in &files {
                    tx.insert_file(file).await?;
                }
                tx.insert_link(&link, jobs[1]).await?;
                assert!(tx.open_session(&user, &session).await?);
                Ok(())
            })
        })
        .await
        .expect("all of it is accepted");
    let trade = Trade {
        new: file.sha256,
        seed: RefreshSeed::generate(&test.entropy),
        remembered: Some(session.refresh_sha256),
        other_key: Some(session.refresh_sha256),
        origin: Origin::new(Network::of([192, 0, 2, 1].into()), Some("curl/8.5.0")),
        idle_expires_at: LATER,
        now: NOW,
    };
    let traded = store.trade_refresh_token(&session, &trade).await;
    assert!(traded.expect("accepted"));
    let user_id = user.id;
    let beginning = store.transaction("begin", |tx| {
        let totp = totp.clone();
        Box::pin(async move { tx.begin_totp(user_id, &totp).await })
    });
    assert!(beginning.await.expect("accepted"));
    let change = SecondFactorChange {
        user_id,
        keep: Some(session.id),
        job: test.job(),
    };
    let enabling = store.transaction("enable", |tx| {
        let totp = totp.clone();
        Box::pin(async move { tx.enable_totp(change, &totp, NOW).await })
    });
    assert!(enabling.await.expect("accepted"));
    let sealed = &totp.sealed_seed;
    assert!(
        store
            .take_totp_step(user.id, 9, sealed)
            .await
            .expect("accepted")
    );
    let recovery = store.take_recovery_code(user.id, totp.recovery_sha256[0]);
    assert!(recovery.await.expect("accepted"));
    store
        .revoke_session(session.id, NOW)
        .await
        .expect("accepted");
    for (file, outcome) in [(&file, Ok(DocumentKind::Pptx)), (&other, Err(rejection()))] {
        let inspection = Inspection {
            outcome,
            rules_version: 1,
            facts: Bson::Null,
        };
        let recorded = store
            .record_inspection(file.id, &inspection, test.entry())
            .await;
        assert!(recorded.expect("accepted"));
    }
    assert!(
        store
            .mark_link_ready(link.id, "token")
            .await
            .expect("accepted")
    );
    let (download, response) = download(&test, &link);
    let opened = store.transaction("begin a download", |tx| {
        let (link, download) = (ready(&link), download.clone());
        Box::pin(async move { tx.open_download(&link, &download, NOW).await })
    });
    assert!(opened.await.expect("accepted"));
    let broken = store.change_download(download.id, NOW, |it| it.end(response, 4, NOW));
    assert_eq!(broken.await.expect("accepted"), Some(true));
    assert!(store.revoke_link(link.id).await.expect("accepted"));
}

fn ready(link: &Link) -> Link {
    Link {
        state: LinkState::Ready,
        ..link.clone()
    }
}

/// A download with a response under way.
fn download(test: &TestStore, link: &Link) -> (Download, ResponseId) {
    let id = DownloadId::generate(&test.entropy, NOW);
    let response = ResponseId::generate(&test.entropy, NOW);
    let mut download = Download::new(id, link, 5, NOW);
    let begun = download.begin(response, Span::new(0, 5), 5, NOW);
    assert_eq!(begun, Begun::Granted(Span::new(0, 5)));
    (download, response)
}

fn rejection() -> Rejection {
    Rejection {
        code: "NOT_OPC".to_owned(),
        message: "It is none.".to_owned(),
        detail: None,
    }
}

#[tokio::test]
async fn what_no_code_would_write_is_refused() {
    let test = TestStore::new().await;
    let user = test.user("ada@example.com");
    let file = test.file(&user);
    let good = [
        ("users", serialize_to_document(&user)),
        (
            "sign_ups",
            serialize_to_document(&test.sign_up("ada@example.com")),
        ),
        (
            "invitations",
            serialize_to_document(&test.invitation("ada@example.com")),
        ),
        ("resets", serialize_to_document(&test.reset())),
        ("sessions", serialize_to_document(&test.session(&user))),
        ("files", serialize_to_document(&file)),
        ("groups", serialize_to_document(&test.group(&user))),
        ("links", serialize_to_document(&test.link(&user, &file))),
        (
            "downloads",
            serialize_to_document(&download(&test, &test.link(&user, &file)).0),
        ),
    ];
    let damages: [(&str, Document); 39] = [
        (
            "downloads",
            doc! { "link_id": "fil_01ARZ3NDEKTSV4RRFFQ69G5FAV" },
        ),
        ("downloads", doc! { "sent": [{ "start": 0, "end": 1_i64 }] }),
        ("users", doc! { "role": "root" }),
        (
            "users",
            doc! { "password_hash": "correct horse battery staple" },
        ),
        ("users", doc! { "_id": "fil_01ARZ3NDEKTSV4RRFFQ69G5FAV" }),
        ("users", doc! { "email": Bson::Null }),
        ("users", doc! { "email_key": { "$literal": "x" } }),
        ("users", doc! { "created_at": "2020-01-01" }),
        ("sign_ups", doc! { "_id": "usr_01ARZ3NDEKTSV4RRFFQ69G5FAV" }),
        ("sign_ups", doc! { "password_hash": "in clear text" }),
        ("sign_ups", doc! { "tries_left": -1 }),
        ("sign_ups", doc! { "expires_at": Bson::Null }),
        (
            "users",
            doc! { "totp": { "sealed_seed": "JBSWY3DPEHPK3PXP" } },
        ),
        ("users", doc! { "totp": "a seed" }),
        ("invitations", doc! { "role": "root" }),
        ("invitations", doc! { "invited_by": Bson::Null }),
        ("invitations", doc! { "expires_at": Bson::Null }),
        ("resets", doc! { "_id": "usr_01ARZ3NDEKTSV4RRFFQ69G5FAV" }),
        ("resets", doc! { "email_key": Bson::Null }),
        ("resets", doc! { "expires_at": "soon" }),
        ("resets", doc! { "of": "everything" }),
        ("sessions", doc! { "refresh_sha256": "token" }),
        ("sessions", doc! { "role": Bson::Null }),
        ("sessions", doc! { "refresh_generation": -1_i64 }),
        ("sessions", doc! { "refresh_seed": "short" }),
        ("sessions", doc! { "origin": { "client": "x".repeat(201) } }),
        ("users", doc! { "disabled_at": "yes" }),
        ("files", doc! { "state": "lost" }),
        ("files", doc! { "size_bytes": -1_i64 }),
        ("files", doc! { "kind": "docm" }),
        ("files", doc! { "name": "" }),
        ("files", doc! { "version": -1_i64 }),
        ("files", doc! { "expires_at": "tomorrow" }),
        ("groups", doc! { "_id": "usr_01ARZ3NDEKTSV4RRFFQ69G5FAV" }),
        ("groups", doc! { "members": vec!["a@example.com"; 1001] }),
        ("groups", doc! { "name": "" }),
        ("links", doc! { "downloads": -1_i64 }),
        ("links", doc! { "max_downloads": 0_i64 }),
        ("links", doc! { "sha256": "ABC" }),
    ];
    for (name, damage) in damages {
        let (_, row) = good
            .iter()
            .find(|(known, _)| *known == name)
            .expect("known");
        let mut row = row.clone().expect("it can be written down");
        row.extend(damage.clone());
        let rows = test.database().collection::<Document>(name);
        let refused = rows.insert_one(row).await.expect_err("it is malformed");
        let text = refused.to_string();
        assert!(text.contains("validation"), "{name} {damage}: {text}");
    }
    for (name, row) in good {
        let rows = test.database().collection::<Document>(name);
        let row = row.expect("it can be written down");
        rows.insert_one(row)
            .await
            .expect("undamaged, it is accepted");
    }
}
