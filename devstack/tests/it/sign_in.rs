//! The page that signs people in to the console by one click.

use dossier_devstack::sign_in::SignInPage;
use reqwest::header::{COOKIE, HOST, LOCATION, SET_COOKIE};
use reqwest::redirect::Policy;
use reqwest::{Client, Response};

use crate::harness::TestStack;

fn browser() -> Client {
    let client = Client::builder().redirect(Policy::none()).build();
    client.expect("a client")
}

async fn press(page: &SignInPage, role: &str, header: (&str, &str)) -> Response {
    let button = format!("{}/as/{role}", page.url());
    let click = browser().post(button).header(header.0, header.1);
    click.send().await.expect("an answer")
}

#[tokio::test]
async fn one_click_signs_in_as_each_role_and_leads_to_the_console() {
    let stack = TestStack::start(|options| options).await;
    let record = stack.record();
    let page = SignInPage::start(0, &record).await.expect("a port");
    let shown = browser().get(page.url()).send().await.expect("an answer");
    assert_eq!(shown.status(), 200);
    let html = shown.text().await.expect("a text");
    for (role, login) in [
        ("ops", &record.ops),
        ("client", &record.client),
        ("admin", &record.admin),
    ] {
        assert!(html.contains(&format!("action=\"/as/{role}\"")), "{html}");
        let answer = press(&page, role, ("sec-fetch-site", "same-origin")).await;
        assert_eq!(answer.status(), 303);
        assert_eq!(answer.headers()[LOCATION], format!("{}/", record.api_url));
        let cookies = answer.headers().get_all(SET_COOKIE).iter();
        let mut cookies = cookies.map(|cookie| cookie.to_str().expect("a text"));
        let cookie = cookies.find(|it| it.starts_with("dossier="));
        let cookie = cookie.expect("the session's cookie");
        assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"));
        assert!(!cookie.contains("Domain") && !cookie.contains("Secure"));
        let pair = cookie.split(';').next().expect("a pair");
        let account = browser().get(format!("{}/account", record.api_url));
        let account = account.header(COOKIE, pair).send().await;
        let account = account.expect("an answer");
        assert_eq!(account.status(), 200);
        let html = account.text().await.expect("a text");
        assert!(html.contains(&login.email), "{html}");
    }
}

#[tokio::test]
async fn other_sites_and_other_names_of_this_machine_sign_nobody_in() {
    let stack = TestStack::start(|options| options).await;
    let page = SignInPage::start(0, &stack.record()).await.expect("a port");
    for header in [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("origin", "http://127.0.0.1"),
        ("origin", "null"),
        ("accept", "*/*"),
    ] {
        let answer = press(&page, "admin", header).await;
        assert_eq!(answer.status(), 403, "{header:?}");
        assert!(answer.headers().get(SET_COOKIE).is_none(), "{header:?}");
    }
    let own = press(&page, "admin", ("origin", page.url())).await;
    assert_eq!(own.status(), 303);
    let nobody = press(&page, "root", ("origin", page.url())).await;
    assert_eq!(nobody.status(), 404);
    for host in ["dossier.example.com", "localhost", "127.0.0.1"] {
        let request = browser().get(page.url()).header(HOST, host);
        let answer = request.send().await.expect("an answer");
        assert_eq!(answer.status(), 421, "{host}");
    }
}
