//! The stacks of this program.

use dossier_devstack::stack::Prepared;

pub(crate) use dossier_bench::ObservedStack as Side;

/// How many worker processes there are.
const WORKERS: usize = 2;

/// Starts an API and two workers, which give the mail server so many seconds for a mail.
pub(crate) async fn start(prepared: &Prepared, smtp_timeout: u32) -> anyhow::Result<Side> {
    let started = Side::start(prepared, |options| {
        options
            .workers(WORKERS)
            .env("LOG_FORMAT", "text")
            .worker_env("SMTP_TIMEOUT_SECONDS", smtp_timeout)
    });
    started.await
}
