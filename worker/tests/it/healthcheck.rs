//! `dossier-worker healthcheck` tells whether the process on this machine is ready.

use crate::harness::{Bench, Program};

#[tokio::test]
async fn a_worker_is_ready_until_it_has_ended() {
    let bench = Bench::new().await;
    let worker = Program::worker(bench.uri(), &bench.mail.smtp_url());
    let worker = worker.start().await;
    let address = worker.metrics_address();
    let check = || Program::bare(&["healthcheck"]).variable("METRICS_ADDR", &address);
    let (code, said) = check().run().await;
    assert_eq!(code, 0, "{said}");
    assert!(said.starts_with("ok\nFERNET_KEYS "), "{said}");
    let (code, log) = worker.stop().await;
    assert_eq!(code, 0, "{log}");
    let (code, said) = check().run().await;
    assert_eq!(code, 1, "{said}");
    assert!(said.contains(&address), "{said}");
}
