//! The figures of the queues are served once, by whichever process is asked first.

use crate::harness::{App, Program, Wire};

const JOBS: &str = "dossier_queue_jobs{queue=\"send-email\",state=\"ready\"} ";

async fn page(operators: &Wire) -> String {
    operators.exchange("GET /metrics HTTP/1.1", b"").await
}

#[tokio::test]
async fn one_of_several_processes_serves_the_figures_until_it_stops() {
    let app = App::start().await;
    let one = Program::configured(app.uri()).start().await;
    let other = Program::configured(app.uri()).start().await;
    let first = Wire::at(&one.listens("metrics"));
    let second = Wire::at(&other.listens("metrics"));
    for _ in 0..2 {
        let (first, second) = (page(&first).await, page(&second).await);
        assert!(first.contains(JOBS), "{first}");
        assert!(!second.contains(JOBS), "{second}");
        let none = "dossier_queue_figures_served 0";
        assert!(second.contains(none), "{second}");
    }
    let (code, log) = one.stop().await;
    assert_eq!(code, 0, "{log}");
    let second = page(&second).await;
    assert!(second.contains(JOBS), "{second}");
    other.stop().await;
}

#[tokio::test]
async fn a_page_says_what_each_metric_is_and_which_process_serves_it() {
    let app = App::start().await;
    let running = Program::configured(app.uri()).start().await;
    let clients = Wire::at(&running.listens("address"));
    clients.exchange("GET /v1/me HTTP/1.1", b"").await;
    let page = page(&Wire::at(&running.listens("metrics"))).await;
    let version = env!("CARGO_PKG_VERSION");
    let build = format!("dossier_build_info{{program=\"dossier-api\",version=\"{version}\"}} 1");
    assert!(page.contains(&build), "{page}");
    for name in [
        "dossier_http_requests_total",
        "dossier_http_request_seconds",
        "dossier_queue_jobs",
        "dossier_queue_oldest_unfinished_age_seconds",
        "process_start_time_seconds",
    ] {
        let help = format!("# HELP {name} ");
        assert_eq!(page.matches(&help).count(), 1, "{name}: {page}");
    }
    running.stop().await;
}
