//! `dossier-api healthcheck` tells whether the process on this machine is ready.

use std::time::{Duration, Instant};

use axum::Router;
use axum::routing::get;
use dossier_devstack::port::free_port;
use tokio::net::TcpListener;

use crate::harness::{App, Program, eventually};

/// The exit code, and all it said.
async fn check(metrics_address: &str) -> (i32, String) {
    let program = Program::bare(&["healthcheck"]).variable("METRICS_ADDR", metrics_address);
    program.run("").await
}

#[tokio::test]
async fn a_process_is_ready_until_it_drains_and_then_the_reason_is_told() {
    let app = App::start().await;
    let program = Program::configured(app.uri()).variable("SHUTDOWN_DELAY_SECONDS", "60");
    let running = program.start().await;
    let address = running.listens("metrics");
    let (code, said) = check(&address).await;
    assert_eq!(code, 0, "{said}");
    assert!(said.starts_with("ok\nFERNET_KEYS "), "{said}");
    let everywhere = address.replace("127.0.0.1", "0.0.0.0");
    assert_ne!(everywhere, address);
    let (code, said) = check(&everywhere).await;
    assert_eq!(code, 0, "{said}");
    assert!(said.starts_with("ok\nFERNET_KEYS "), "{said}");

    running.signal("TERM").await;
    let said = eventually("it is not ready any more", async || {
        let (code, said) = check(&address).await;
        (code == 1).then_some(said)
    })
    .await;
    assert!(
        said.contains("503") && said.contains("shutting down"),
        "{said}"
    );
}

#[tokio::test]
async fn where_nobody_listens_the_address_and_the_variable_are_told() {
    let address = format!("127.0.0.1:{}", free_port().expect("a port"));
    let (code, said) = check(&address).await;
    assert_eq!(code, 1, "{said}");
    assert!(
        said.contains(&address) && said.contains("METRICS_ADDR"),
        "{said}"
    );
}

#[tokio::test]
async fn a_process_that_does_not_answer_is_given_up() {
    // Its system takes the connection; nobody answers.
    let silent = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = silent.local_addr().expect("an address").to_string();
    let asked = Instant::now();
    let (code, said) = check(&address).await;
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("did not answer within 3 s"), "{said}");
    assert!(asked.elapsed() < Duration::from_secs(30), "{said}");
}

#[tokio::test]
async fn a_port_that_a_process_picks_cannot_be_asked() {
    let (code, said) = check("127.0.0.1:0").await;
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("METRICS_ADDR: must name a port"), "{said}");
}

#[tokio::test]
async fn a_worker_that_is_ready_makes_no_api_ready() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address").to_string();
    let answer = ([("server", "dossier-worker")], "ok\nFERNET_KEYS 55bacc80\n");
    let worker = Router::new().route("/readyz", get(async move || answer));
    tokio::spawn(axum::serve(listener, worker).into_future());
    let (code, said) = check(&address).await;
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("is no dossier-api"), "{said}");
}
