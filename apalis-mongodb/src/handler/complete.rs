//! Commits a job together with its effect.

use mongodb::ClientSession;

use super::JobHandle;
use crate::error::Error;
use crate::queries::ack;
use crate::settlement::Verdict;

impl JobHandle {
    /// Marks the job done inside the caller's transaction, so that the handler's effect and the
    /// job's completion commit together or not at all. Return `Ok` after the commit; after an
    /// abort return an error, and the job is retried as usual.
    ///
    /// # Errors
    ///
    /// - [`Error::LeaseLost`] when the job is another worker's now: abort the transaction.
    /// - [`Error::NotReplicaSet`] on a standalone server.
    /// - [`Error::TimedOut`] when the server does not tell its time.
    /// - [`Error::Database`] when the database fails: abort the transaction.
    pub async fn complete_in(&self, session: &mut ClientSession) -> Result<(), Error> {
        let settlement = self.settlement(Verdict::Done { result: None });
        let worker = self.runtime();
        self.lease().set_in_transaction();
        let clock = worker.clock.reading(&worker.db).await?;
        let statement = ack::statement(&settlement, &worker.config, &worker.id, &clock);
        ack::in_transaction(&worker.jobs(), statement, session)
            .await?
            .then_some(())
            .ok_or_else(|| Error::LeaseLost(self.id()))
    }
}
