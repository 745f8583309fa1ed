//! What the jobs do, one a file, and the list of them.
//!
//! Each may run more than once for the same job: it loads (gone or already done is success),
//! decides, acts, and records with a condition that repeats what it found.

mod attempt;
mod erase_blobs;
mod handler;
mod mint_download_token;
mod revalidate_upload;
mod run;
mod send_email;
mod validate_upload;

pub use handler::Handler;
pub use run::Run;

use dossier_common::queue::{QueueName, jobs};

/// Every job that a worker can run.
pub const HANDLERS: &[Handler] = &[
    Handler::of::<jobs::SendEmail>(),
    Handler::of::<jobs::ValidateUpload>(),
    Handler::of::<jobs::RevalidateUpload>(),
    Handler::of::<jobs::EraseBlobs>(),
    Handler::of::<jobs::MintDownloadToken>(),
];

/// The handlers of the jobs in `queues`.
pub fn handlers_of(queues: &[QueueName]) -> impl Iterator<Item = &'static Handler> {
    let is_chosen = |handler: &&Handler| queues.contains(&handler.queue());
    HANDLERS.iter().filter(is_chosen)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_jobs_of_every_queue_have_a_handler() {
        let handled: Vec<QueueName> = HANDLERS.iter().map(Handler::queue).collect();
        assert_eq!(handled, QueueName::ALL);
    }
}
