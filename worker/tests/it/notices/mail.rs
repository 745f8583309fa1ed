//! What a mail about documents says, and how operators find it.

use dossier_common::file::DocumentKind;
use dossier_common::notice::NoticeState;
use dossier_common::token::UnsubscribeClaims;

use super::{
    STRANGER, address, available, behind, judge, notices, only_mail, ops, received, sent, state,
};
use crate::harness::{Bench, CLIENT, PUBLIC_URL, Program};

#[tokio::test]
async fn three_documents_are_told_in_one_mail_and_none_before_its_verdict() {
    let bench = Bench::new().await;
    let owner = ops(&bench).await;
    bench.user(CLIENT, Some("Ada")).await;
    let mut files = Vec::new();
    for name in ["a.docx", "b & c.docx", "d.docx"] {
        files.push(received(&bench, &owner, name, &[CLIENT]).await);
    }
    assert!(bench.mails().await.is_empty(), "there is no verdict yet");
    for file in &files {
        judge(&bench, file, Ok(DocumentKind::Docx)).await;
        assert_eq!(state(&bench, file).await, NoticeState::Pending);
    }
    let job = only_mail(&bench).await;
    let payload = format!("{:?}", bench.job(job).await);
    assert!(!payload.contains(CLIENT), "no address is in it: {payload}");

    let mails = sent(&bench, CLIENT).await;
    assert_eq!(mails.len(), 1);
    let mail = &mails[0];
    assert_eq!(mail.subject, "Documents are ready for you");
    let (text, html) = (mail.text.as_deref(), mail.html.as_deref());
    let (text, html) = (text.expect("a text"), html.expect("HTML"));
    assert!(text.starts_with("Hello Ada,"), "{text}");
    for file in &files {
        assert_eq!(text.matches(file.name.as_str()).count(), 1, "{text}");
        let place = format!("{PUBLIC_URL}/documents/{}", file.id);
        assert!(
            text.contains(&place) && text.contains("from Grace"),
            "{text}"
        );
        assert_eq!(state(&bench, file).await, NoticeState::Sent);
        assert_eq!(notices(&bench, file).await[0].told_at, Some(bench.now()));
    }
    assert!(html.contains("b &amp; c.docx"), "{html}");
    for absent in ["/download/", "/invitation/", "no account yet"] {
        assert!(!text.contains(absent) && !html.contains(absent), "{text}");
    }

    let later = available(&bench, &owner, "later.docx", &[CLIENT]).await;
    let mails = sent(&bench, CLIENT).await;
    assert_eq!(mails.len(), 2);
    let second = mails.iter().find(|it| it.subject.starts_with("A document"));
    let text = second.and_then(|it| it.text.as_deref()).expect("a text");
    assert!(text.contains(later.name.as_str()) && !text.contains("a.docx"));
}

#[tokio::test]
async fn the_mail_says_how_such_mails_are_stopped_and_others_do_not() {
    let bench = Bench::new().await;
    let owner = ops(&bench).await;
    bench.user(CLIENT, None).await;
    available(&bench, &owner, "a.docx", &[CLIENT]).await;
    let mail = sent(&bench, CLIENT).await.remove(0);
    let header = mail.header("List-Unsubscribe").expect("it is there");
    let url = header.trim_matches(['<', '>']);
    let token = behind(url, &format!("{PUBLIC_URL}/unsubscribe/"));
    let opened = bench.services.token_keys.open(token, bench.now());
    let claims: UnsubscribeClaims = opened.expect("it opens");
    assert_eq!(claims.address_id, address(&bench, CLIENT).await.id);
    let one_click = mail.header("List-Unsubscribe-Post");
    assert_eq!(one_click, Some("List-Unsubscribe=One-Click"));
    let text = mail.text.as_deref().expect("a text");
    assert!(text.contains(url), "{text}");

    bench.sign_up(None).await;
    let mails = sent(&bench, CLIENT).await;
    let other = mails.iter().find(|it| it.subject.contains("account"));
    let other = other.expect("the mail of a sign-up");
    assert_eq!(other.header("List-Unsubscribe"), None);
}

#[tokio::test]
async fn operators_find_the_mail_by_its_address_and_see_how_many_were_told() {
    let bench = Bench::new().await;
    let owner = ops(&bench).await;
    let file = available(&bench, &owner, "a.docx", &[STRANGER]).await;
    let job = only_mail(&bench).await.to_string();
    let kind = "documents-available";
    let said = async |arguments: &[&str]| {
        let program = Program::bare(arguments).variable("MONGODB_URI", bench.uri());
        let (code, said) = program.run().await;
        assert_eq!(code, 0, "{said}");
        said
    };
    let listed = said(&[
        "jobs", "list", "--email", STRANGER, "--kind", kind, "--json",
    ])
    .await;
    assert!(listed.contains(&job), "{listed}");
    let told = said(&["explain", STRANGER]).await;
    assert!(
        told.contains(&job) && told.contains("told of documents"),
        "{told}"
    );
    let told = said(&["explain", &file.id.to_string()]).await;
    assert!(told.contains("of 1 recipients 0 were told"), "{told}");
    // The mail that was begun to tell of it is one of its jobs.
    assert!(!told.contains(&job), "{told}");
    let address = address(&bench, STRANGER).await.id;
    let taken = bench.store().take_notices(address, &job).await;
    assert_eq!(taken.expect("they can be").len(), 1);
    let told = said(&["explain", &file.id.to_string()]).await;
    assert!(told.contains(&job), "{told}");
    assert_eq!(sent(&bench, STRANGER).await.len(), 1);
    let told = said(&["explain", &file.id.to_string()]).await;
    assert!(told.contains("of 1 recipients 1 were told"), "{told}");
}
