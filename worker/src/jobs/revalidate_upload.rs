//! Inspecting a stored document again, by newer rules.

use std::time::Duration;

use dossier_common::audit::{Act, Actor, AuditEntry, Outcome};
use dossier_common::file::{File, FileState, Inspection};
use dossier_common::id::FileId;
use dossier_common::queue::{JobError, JobHandle, RevalidateUpload};
use dossier_common::revalidation::{Revalidation, RevalidationOutcome};
use dossier_common::store::StoreError;
use dossier_common::store::files::FileScope;

use super::Run;
use super::validate_upload::{job_error, word};
use crate::document::RULES_VERSION;
use crate::revalidation;
use crate::services::Services;

/// How long a job waits that this worker's rules are too old for.
const NEWER_WORKER_WAIT: Duration = Duration::from_secs(60);

/// Why this worker cannot do the job.
#[derive(Debug, thiserror::Error)]
#[error(
    "this worker has version {} of the rules, the job asks for version {asked}: \
     it waits for a newer worker",
    RULES_VERSION
)]
struct TooOld {
    asked: u32,
}

impl Run for RevalidateUpload {
    /// Inspects the stored bytes once more. A document that is rejected now loses its links in the
    /// transaction that says so; one that stays as it was keeps everything else.
    async fn run(self, services: &Services, handle: &JobHandle) -> Result<(), JobError> {
        if self.rules_version > RULES_VERSION {
            let asked = self.rules_version;
            return Err(JobError::retry_after(TooOld { asked }, NEWER_WORKER_WAIT));
        }
        let file = match load(&self, services).await? {
            Ok(file) => file,
            Err(why) => return skip(handle, self.file_id, why).await,
        };
        let inspected = services.inspector.reinspect(&services.store, &file).await;
        let recorded = match &inspected {
            Ok(inspection) => record(services, &file, inspection).await?,
            Err(_) => None,
        };
        if let Some(outcome) = recorded {
            tracing::info!(file = %file.id, ?outcome, "inspected {} again: {outcome:?}", file.id);
            return Ok(());
        }
        // It may be gone, and its bytes with it.
        match (load(&self, services).await?, inspected) {
            (Err(why), _) => skip(handle, file.id, why).await,
            (Ok(_), Ok(_)) => skip(handle, file.id, "it was changed meanwhile").await,
            (Ok(_), Err(error)) => Err(job_error(error, handle.attempt())),
        }
    }
}

/// Records what `inspection` makes of `file`; nothing when the file is no longer the same.
async fn record(
    services: &Services,
    file: &File,
    inspection: &Inspection,
) -> Result<Option<RevalidationOutcome>, StoreError> {
    let now = services.clock.now();
    let revalidation = Revalidation {
        rules_version: inspection.rules_version,
        outcome: revalidation::outcome(file.state, inspection),
        at: now,
    };
    let entry = AuditEntry::of_now(Act::InspectAgain, &services.clock, &services.entropy)
        .by_program(Actor::Worker)
        .with_outcome(Outcome::Done, word(inspection))
        .with_detail(&format!("{:?}", revalidation.outcome).to_lowercase())
        .about(file.id);
    let recording = services.store.transaction("record a revalidation", |tx| {
        let (file, inspection) = (file.clone(), inspection.clone());
        let (revalidation, entry) = (revalidation.clone(), entry.clone());
        Box::pin(async move {
            let recording = tx.record_revalidation(&file, &inspection, &revalidation);
            let is_recorded = recording.await?;
            if is_recorded {
                tx.record(entry).await?;
            }
            Ok(is_recorded)
        })
    });
    if !recording.await? {
        return Ok(None);
    }
    if revalidation.outcome == RevalidationOutcome::Rejected {
        revoke_late_links(services, file.id).await?;
    }
    Ok(Some(revalidation.outcome))
}

/// The document of `job`, or why there is nothing to do.
async fn load(
    job: &RevalidateUpload,
    services: &Services,
) -> Result<Result<File, &'static str>, StoreError> {
    let store = &services.store;
    let found = store.find_file(job.file_id, &FileScope::Everything).await?;
    let Some(file) = found else {
        return Ok(Err("it is gone"));
    };
    if file.state == FileState::Received {
        return Ok(Err("it has no verdict yet"));
    }
    if file.bytes_removed_at.is_some() {
        return Ok(Err("its bytes were removed"));
    }
    if file.judged_by() < job.rules_version {
        return Ok(Ok(file));
    }
    let last = file.revalidation.map(|it| it.outcome);
    if last == Some(RevalidationOutcome::Rejected) {
        // An earlier attempt may have ended in between.
        revoke_late_links(services, file.id).await?;
    }
    Ok(Err("these rules were applied to it already"))
}

/// Takes back links that were asked for while the document was rejected: the transaction that
/// rejected it did not see them, and they saw an available document. Those asked for later get no
/// token.
async fn revoke_late_links(services: &Services, file: FileId) -> Result<(), StoreError> {
    let revoking = services.store.transaction("revoke late links", |tx| {
        Box::pin(async move { tx.revoke_links_of(file).await })
    });
    revoking.await.map(drop)
}

async fn skip(handle: &JobHandle, file: FileId, why: &str) -> Result<(), JobError> {
    tracing::info!(%file, "skipped {file}: {why}");
    Ok(handle.log(format!("skipped: {why}")).await?)
}
