//! Minting: once, for links that wait.

use dossier_common::file::DocumentKind;
use dossier_common::id::{LinkId, UserId};
use dossier_common::link::LinkState;
use dossier_common::queue::{JobState, MintDownloadToken, QueueName};
use dossier_common::token::DownloadClaims;

use crate::harness::Bench;

#[tokio::test]
async fn a_link_gets_a_token_that_says_for_whom_what_and_until_when() {
    let bench = Bench::new().await;
    let (link, job) = bench.link().await;
    let workers = bench.work(&[QueueName::of::<MintDownloadToken>()]);
    bench.reaches(job, JobState::Done).await;
    workers.stop().await;
    let ready = bench.store().find_link(link.id).await.expect("readable");
    let ready = ready.expect("there");
    assert_eq!(ready.state, LinkState::Ready);
    let token = ready.token.expect("a token");
    let claims: DownloadClaims = bench
        .services
        .token_keys
        .open(&token, bench.now())
        .expect("it opens");
    let expires_at = u64::try_from(link.expires_at.timestamp_millis() / 1000);
    let expected = DownloadClaims {
        link_id: link.id,
        file_id: link.file_id,
        sha256: link.sha256,
        client_id: link.client_id,
        expires_at: expires_at.expect("after 1970"),
    };
    assert_eq!(claims, expected);
}

#[tokio::test]
async fn minting_again_changes_nothing() {
    let bench = Bench::new().await;
    let (link, job) = bench.link().await;
    let token = async || {
        let link = bench.store().find_link(link.id).await.expect("readable");
        link.expect("there").token
    };
    let minted = bench.attempt::<MintDownloadToken>(job).await;
    assert_eq!(minted.state, JobState::Done, "it can be minted");
    let first = token().await;
    assert!(first.is_some());
    let again = bench.enqueue(MintDownloadToken { link_id: link.id }).await;
    let minted = bench.attempt::<MintDownloadToken>(again).await;
    assert_eq!(minted.state, JobState::Done, "there is nothing to do");
    assert_eq!(token().await, first);
}

#[tokio::test]
async fn a_revoked_link_and_one_that_is_gone_get_no_token() {
    let bench = Bench::new().await;
    let (link, job) = bench.link().await;
    assert!(bench.store().revoke_link(link.id).await.expect("it can be"));
    let gone = LinkId::generate(&bench.entropy, bench.now());
    let of_gone = bench.enqueue(MintDownloadToken { link_id: gone }).await;
    for job in [job, of_gone] {
        let minted = bench.attempt::<MintDownloadToken>(job).await;
        assert_eq!(minted.state, JobState::Done, "there is nothing to do");
    }
    let revoked = bench.store().find_link(link.id).await.expect("readable");
    let revoked = revoked.expect("there");
    assert_eq!((revoked.state, revoked.token), (LinkState::Revoked, None));
}

#[tokio::test]
async fn a_link_to_a_document_that_is_not_available_any_more_is_taken_back() {
    let bench = Bench::new().await;
    let owner = UserId::generate(&bench.entropy, bench.now());
    let document = ("report.docx", &b"bytes"[..]);
    let rejected = bench.judged(owner, document, Err("DDE"), 1).await;
    let gone = bench
        .judged(owner, document, Ok(DocumentKind::Docx), 1)
        .await;
    bench.remove(&gone).await;
    for file in [rejected, gone] {
        let (link, job) = bench.link_to(&file).await;
        let minted = bench.attempt::<MintDownloadToken>(job).await;
        assert_eq!(minted.state, JobState::Done, "no attempt can do better");
        let link = bench.store().find_link(link.id).await.expect("readable");
        let link = link.expect("there");
        assert_eq!((link.state, link.token), (LinkState::Revoked, None));
    }
}
