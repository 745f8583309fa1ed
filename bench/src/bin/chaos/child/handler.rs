//! What a job does.

use std::time::Duration;

use apalis::prelude::{AbortError, BoxDynError, Data};
use apalis_mongodb::JobHandle;

use super::journal::Journal;
use crate::job::{Job, Kind};

pub(super) async fn handle(
    job: Job,
    handle: JobHandle,
    journal: Data<Journal>,
) -> Result<(), BoxDynError> {
    journal.started(&job, handle.attempt()).await?;
    tokio::time::sleep(Duration::from_millis(job.work_ms.into())).await;
    match job.kind {
        Kind::Transactional => Ok(journal.effect_with_completion(&job, &handle).await?),
        Kind::FailsOnce if handle.attempt() == 1 => Err("the first attempt fails".into()),
        Kind::Doomed => Err(AbortError::new("no attempt can help").into()),
        Kind::Plain | Kind::FailsOnce => Ok(()),
    }
}
