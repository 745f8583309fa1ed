//! Invited, told, downloaded, withdrawn: the whole story in a browser, with scripts and without.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use dossier_devstack::story::Fixture;
use serde_json::json;

use super::browser::Scripts;
use super::visitor::{Visitor, fixture};
use crate::harness::TestStack;

const CLIENT: &str = "client@dossier.example";
const DOCUMENT: &str = "report.docx";

/// Drops a file on the element, as a mouse would.
const DROP: &str = "
    const [selector, name, base64] = arguments;
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    const data = new DataTransfer();
    data.items.add(new File([bytes], name));
    const target = document.querySelector(selector);
    for (const type of ['dragenter', 'dragover', 'drop']) {
        target.dispatchEvent(new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer: data }));
    }";

#[tokio::test]
async fn a_document_is_dropped_for_a_client_who_downloads_it_until_it_is_withdrawn() {
    let stack = TestStack::start(|options| options).await;
    let (ops, client) = tokio::join!(
        Visitor::new(&stack, Scripts::On),
        Visitor::new(&stack, Scripts::On)
    );
    ops.sign_in(&stack.secrets().ops).await;
    let login = ops.invite(&stack, CLIENT).await;
    ops.at("/upload").await;
    ops.address_to(CLIENT).await;
    let document = Fixture::read(DOCUMENT).expect("the fixture");
    let values = vec![
        json!("#drop-zone"),
        json!(DOCUMENT),
        json!(STANDARD.encode(&document.bytes)),
    ];
    ops.browser
        .run("window.isSamePage = true;", Vec::new())
        .await;
    ops.browser.run(DROP, values).await;
    ops.browser.click("#send").await;
    ops.browser
        .element("#upload-list li[data-state=available]")
        .await;
    let is_same = ops
        .browser
        .run("return window.isSamePage;", Vec::new())
        .await;
    assert_eq!(is_same, json!(true), "the page was loaded again");
    let link = ops
        .browser
        .element("#upload-list [data-part=document]")
        .await;
    let link = link
        .attr("href")
        .await
        .expect("it can be read")
        .expect("an address");
    let id = link.rsplit('/').next().expect("an id").to_owned();

    stack.wait_for_mail(CLIENT).await;
    client.sign_in(&login).await;
    end_of_story(&ops, &client, &id, &document).await;
    ops.browser.end().await;
    client.browser.end().await;
}

#[tokio::test]
async fn the_same_story_needs_no_script() {
    let stack = TestStack::start(|options| options).await;
    let (ops, client) = tokio::join!(
        Visitor::new(&stack, Scripts::Off),
        Visitor::new(&stack, Scripts::Off)
    );
    ops.sign_in(&stack.secrets().ops).await;
    let login = ops.invite(&stack, CLIENT).await;
    ops.at("/upload").await;
    ops.address_to(CLIENT).await;
    ops.browser.choose("#file", &fixture(DOCUMENT)).await;
    ops.browser.click("#send").await;
    ops.browser.element("[role=status]").await;
    let api = stack.ops().await;
    let listed = api.get("/v1/files").await.expect("an answer").json();
    let id = listed["items"][0]["id"].as_str().expect("an id").to_owned();
    let checked = api
        .final_file(&id, std::time::Duration::from_millis(50))
        .await;
    assert_eq!(checked.expect("a verdict")["state"], "available");
    let document = Fixture::read(DOCUMENT).expect("the fixture");
    client.sign_in(&login).await;
    end_of_story(&ops, &client, &id, &document).await;
    ops.browser.end().await;
    client.browser.end().await;
}

/// The client downloads the document, until Ops withdraw it.
async fn end_of_story(ops: &Visitor, client: &Visitor, id: &str, document: &Fixture) {
    client.at("/documents").await;
    let page = client.browser.element("main").await;
    let page = page.html(true).await.expect("a page");
    assert!(page.contains(id) && page.contains(DOCUMENT), "{page}");
    let download = client.download(id).await;
    assert_eq!(download.status(), 200);
    let bytes = download.bytes().await.expect("all of it");
    assert!(bytes == document.bytes, "other bytes");
    ops.at(&format!("/documents/{id}")).await;
    ops.browser.click("form[action$='/withdraw'] button").await;
    ops.browser.agree().await;
    ops.browser.element("form[action$='/restore']").await;
    client.at("/documents").await;
    assert!(!client.browser.source().await.contains(id), "it is listed");
}
