//! What became of a document among those it is meant for.

use std::collections::{BTreeMap, BTreeSet};

use dossier_common::file::{File, FileState};
use dossier_common::id::GroupId;
use dossier_common::notice::{Notice, NoticeState};
use dossier_common::queue::JobState;

use crate::problem::Problem;
use crate::state::AppState;
use crate::wire::{ActivityResponse, RecipientResponse, ToldState};

/// Who was told of `file`, looked at it, and downloaded it.
///
/// # Errors
///
/// [`Problem`] when that cannot be read.
pub async fn activity(state: &AppState, file: &File) -> Result<ActivityResponse, Problem> {
    let store = &state.store;
    let notices = store.list_notices(file.id).await?;
    let first = store.find_first_download(file.id).await?;
    let begun = notices.iter().filter_map(|notice| notice.job_id.clone());
    let begun: BTreeSet<String> = begun.collect();
    let jobs = store.find_jobs(begun.into_iter().collect()).await?;
    let jobs: BTreeMap<_, _> = jobs.into_iter().map(|job| (job.id, job.state)).collect();
    let told = notices.iter().map(|notice| {
        let told_state = told_state(notice, &jobs);
        RecipientResponse::told(notice, told_state)
    });
    let known: BTreeSet<_> = notices.iter().map(|it| it.email_key.as_str()).collect();
    let recipients = file.recipients.as_deref().unwrap_or_default();
    // A group's members have notices of their own.
    let is_untold = |it: &&String| !known.contains(it.as_str()) && it.parse::<GroupId>().is_err();
    let untold = recipients.iter().filter(is_untold);
    let untold = untold.map(|address| RecipientResponse::untold(address, without_notice(file)));
    Ok(ActivityResponse::new(
        told.chain(untold).collect(),
        first.as_ref(),
    ))
}

/// How far a notice has come. One whose mail nobody sends any more has failed, until an operator gives
/// its job another run.
fn told_state(notice: &Notice, jobs: &BTreeMap<String, JobState>) -> ToldState {
    use JobState::{Cancelled, Dead, Malformed};
    let job = notice.job_id.as_ref().map(|id| jobs.get(id));
    match (notice.state, job) {
        (NoticeState::Sent, _) => ToldState::Sent,
        (NoticeState::Skipped, _) => ToldState::Skipped,
        (NoticeState::Unsubscribed, _) => ToldState::Unsubscribed,
        (NoticeState::Pending, Some(None | Some(Dead | Cancelled | Malformed))) => {
            ToldState::Failed
        }
        (NoticeState::Pending, _) => ToldState::Pending,
    }
}

/// Those without a notice are told once there is a verdict, or the document is older than notices are.
fn without_notice(file: &File) -> ToldState {
    match file.state {
        FileState::Received => ToldState::Pending,
        FileState::Available | FileState::Rejected => ToldState::Skipped,
    }
}
