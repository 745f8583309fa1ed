//! Downloads: which use of its link a response belongs to, and what it may send. `docs/decisions/limited-links.md` has
//! the rules.

mod counted;
mod opening;
mod running;
mod whole;

use opening::Opening;
pub use running::{BrokenOff, RunningResponse};
use whole::WholeResponse;

use std::time::Duration;

use dossier_common::audit::{Act, AuditEntry};
use dossier_common::download::{Begun, Download, Span};
use dossier_common::file::File;
use dossier_common::id::{DownloadId, ResponseId};
use dossier_common::link::Link;
use dossier_common::pauses::Patience;
use dossier_common::store::StoreError;
use dossier_common::store::blobs::ByteRange;
use dossier_common::store::downloads::{Join, Joined, Wanted};
use tokio::time::timeout_at;

use super::notices::note_download;
use crate::extract::Caller;
use crate::problem::Problem;
use crate::state::AppState;

/// How a request waits for another response to end that is at its bytes: longer than a response that nothing is
/// heard of counts as one.
const WHILE_BUSY: Patience = Patience {
    shortest: Duration::from_millis(5),
    longest: Duration::from_millis(300),
    limit: Duration::from_secs(25),
};

/// How many bytes a response of a limited link is granted at a time: what is granted, others have to wait for.
const LIMITED_BLOCK: i64 = 1024 * 1024;

/// How many bytes a response of any other link is granted at a time. Each time costs a write.
const BLOCK: i64 = 64 * 1024 * 1024;

/// A download of a link without limit that is in one piece and no longer than this, in bytes, is recorded once: as
/// sent, before its last bytes leave.
const MOST_AT_ONCE: i64 = 16 * 1024 * 1024;

/// How a part of a document waits for the download that it goes on with to be recorded, by a link without limit.
const WHILE_RECORDING: Patience = Patience {
    shortest: Duration::from_millis(5),
    longest: Duration::from_millis(10),
    limit: Duration::from_millis(20),
};

/// Begins to deliver `range`, which is not empty, in a use of `link`: one that was begun before and has these bytes
/// left, else another one.
///
/// # Errors
///
/// [`Problem`]: not found when the link has nothing left of them.
pub async fn begin_download(
    state: &AppState,
    caller: &Caller,
    link: &Link,
    file: &File,
    range: ByteRange,
) -> Result<RunningResponse, Problem> {
    if link.max_downloads.is_none() {
        return begin_unlimited(state, caller, link, file, range).await;
    }
    let wanted = wanted(state, range, LIMITED_BLOCK);
    let mut link = link.clone();
    let mut entry = None;
    let mut pauses = WHILE_BUSY.begin();
    let mut turn = None;
    loop {
        let now = state.clock.now();
        // Only where there is no other use, a response goes on with one that may not have all of its bytes.
        let may_be_cut = !link.may_open();
        let joining = state.store.join_download(link.id, wanted, may_be_cut, now);
        let join = joining.await?;
        if let Join::Joined(joined) = join {
            return Ok(RunningResponse::joined(state, wanted, joined));
        }
        // The rest of a download belongs to it, and waits for what may have broken off a moment ago. Whoever begins
        // anew takes another use if there is one.
        let is_busy = join == Join::Busy;
        let is_rest = wanted.bytes.start > 0;
        if link.may_open() && !(is_busy && is_rest) {
            let entry = entry.get_or_insert_with(|| entry_of(state, caller, &link, file, range));
            if let Some(joined) = open(state, &link, file, wanted, entry.as_ref()).await? {
                // Where no note can be made, it is dropped, and gives back what it was to send.
                let response = RunningResponse::joined(state, wanted, joined);
                note_download(state, caller, file).await?;
                return Ok(response);
            }
        } else if !is_busy {
            return Err(Problem::not_found());
        }
        drop(turn);
        if !pauses.pause().await {
            return Err(Problem::not_found());
        }
        let waiting = timeout_at(pauses.deadline(), state.link_turns.take(link.id)).await;
        turn = Some(waiting.map_err(|_| Problem::not_found())?);
        let read = state.store.find_link(link.id).await?;
        let read = read.filter(|link| link.is_live(state.clock.now()));
        link = read.ok_or_else(Problem::not_found)?;
    }
}

/// The same of a link without limit: nothing is refused, so the response need not wait for what is recorded. Its last
/// bytes do.
async fn begin_unlimited(
    state: &AppState,
    caller: &Caller,
    link: &Link,
    file: &File,
    range: ByteRange,
) -> Result<RunningResponse, Problem> {
    let wanted = wanted(state, range, BLOCK);
    // Nothing is saved by going on with another download from the first byte on.
    if wanted.bytes.start > 0
        && let Some(joined) = join_unlimited(state, link, wanted).await?
    {
        return Ok(RunningResponse::joined(state, wanted, joined));
    }
    let entry = entry_of(state, caller, link, file, range);
    let now = state.clock.now();
    let id = DownloadId::generate(&state.entropy, now);
    let mut download = Download::new(id, link, file.size_bytes, now);
    let open = |download| Opening::begin(state, caller, file, download, entry);
    if wanted.bytes.size() == file.size_bytes && file.size_bytes <= MOST_AT_ONCE {
        download.send_at_once();
        let opening = open(download.clone());
        return Ok(WholeResponse::new(state, download, opening).into());
    }
    let begun = download.begin(wanted.response, wanted.bytes, wanted.block, now);
    let Begun::Granted(granted) = begun else {
        return Err(Problem::not_found());
    };
    let joined = Joined {
        download: id,
        granted,
    };
    Ok(RunningResponse::opening(
        state,
        wanted,
        joined,
        open(download),
    ))
}

/// The download that the response goes on with, if there is one. The one that it belongs to may be about to be recorded.
async fn join_unlimited(
    state: &AppState,
    link: &Link,
    wanted: Wanted,
) -> Result<Option<Joined>, StoreError> {
    let mut pauses = WHILE_RECORDING.begin();
    loop {
        let now = state.clock.now();
        let joining = state.store.join_download(link.id, wanted, false, now);
        if let Join::Joined(joined) = joining.await? {
            return Ok(Some(joined));
        }
        if !pauses.pause().await {
            return Ok(None);
        }
    }
}

fn wanted(state: &AppState, range: ByteRange, block: i64) -> Wanted {
    Wanted {
        response: ResponseId::generate(&state.entropy, state.clock.now()),
        bytes: Span::new(signed(range.start), signed(range.end)),
        block,
    }
}

/// Whether a link that is used up still has the bytes at `range`, because a connection has lost them.
///
/// # Errors
///
/// [`Problem`] when that cannot be read.
pub async fn may_resume(state: &AppState, link: &Link, range: ByteRange) -> Result<bool, Problem> {
    let now = state.clock.now();
    let response = ResponseId::generate(&state.entropy, now);
    let wanted = Span::new(signed(range.start), signed(range.end));
    let downloads = state.store.find_downloads(link.id).await?;
    let mut begun = downloads
        .into_iter()
        .map(|mut it| it.begin(response, wanted, LIMITED_BLOCK, now));
    Ok(begun.any(|it| it != Begun::Refused))
}

/// Begins another use of the link, in one transaction with its entry in the audit; nothing when another request has
/// changed the link meanwhile, or is about to.
async fn open(
    state: &AppState,
    link: &Link,
    file: &File,
    wanted: Wanted,
    entry: Option<&AuditEntry>,
) -> Result<Option<Joined>, Problem> {
    let now = state.clock.now();
    let id = DownloadId::generate(&state.entropy, now);
    let mut download = Download::new(id, link, file.size_bytes, now);
    let begun = download.begin(wanted.response, wanted.bytes, wanted.block, now);
    let Begun::Granted(granted) = begun else {
        return Err(Problem::not_found());
    };
    let entry = entry.cloned();
    let opened = state
        .store
        .transaction_unless_met("begin a download", |tx| {
            let (link, download, entry) = (link.clone(), download.clone(), entry.clone());
            Box::pin(async move {
                let opened = tx.open_download(&link, &download, now).await?;
                if let Some(entry) = entry.filter(|_| opened) {
                    tx.record(entry).await?;
                }
                Ok(opened)
            })
        })
        .await?;
    let download = id;
    Ok(opened
        .unwrap_or_default()
        .then_some(Joined { download, granted }))
}

/// The entry of the audit, unless there are so many that they are only counted.
fn entry_of(
    state: &AppState,
    caller: &Caller,
    link: &Link,
    file: &File,
    range: ByteRange,
) -> Option<AuditEntry> {
    let entry = caller.entry(&state.audit, Act::Download);
    let entry = entry.about(link.id).about(file.id);
    let bytes = format!("bytes {}-{}", range.start, range.end);
    state.audit.admit_download(entry.with_detail(&bytes))
}

fn signed(offset: u64) -> i64 {
    i64::try_from(offset).unwrap_or(i64::MAX)
}
