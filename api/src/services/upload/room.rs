//! Room for one upload: reserved before its bytes are taken, counted once its document exists, and given back
//! when there will be none.

use std::time::Duration;

use dossier_common::id::{BlobId, UserId};
use dossier_common::storage::UsageOf;
use dossier_common::store::StoreError;
use tokio::time::Instant;

use super::refusal::{Refusal, stored};
use crate::problem::Problem;
use crate::state::AppState;

/// So much is reserved at a time where a client does not say how much it sends.
const STEP_BYTES: u64 = 4 * 1024 * 1024;

/// What an upload has beside the longest silence of its client to come to its end.
const GRACE: Duration = Duration::from_secs(5 * 60);

/// How often a process tells that its upload goes on.
const RENEW_EVERY: Duration = Duration::from_secs(60);

/// The room that one upload has. Unless it is [settled](Self::settle) or [given up](Self::give_up), it is
/// taken for that of a process that died, and ended when its lease is over.
#[derive(Debug)]
pub(in crate::services) struct Room {
    state: AppState,
    upload: BlobId,
    user: UserId,
    held_bytes: u64,
    renewed_at: Instant,
}

impl Room {
    /// Reserves room for a body of `declared` bytes, of which at most `overhead` are not the document's.
    pub(in crate::services) async fn reserve(
        state: &AppState,
        (user, upload): (UserId, BlobId),
        declared: Option<u64>,
        overhead: u64,
    ) -> Result<Self, Problem> {
        let most = state.limits.upload_bytes;
        let (wanted, least) = match declared {
            Some(length) => (length.min(most), length.saturating_sub(overhead)),
            None => (STEP_BYTES.min(most), 0),
        };
        // First of all, so that nothing is written to a volume that is full.
        if let Some(refusal) = lacking(state, least).await {
            return Err(refusal.problem(&state.limits.storage, least));
        }
        let mut room = Self {
            state: state.clone(),
            upload,
            user,
            held_bytes: 0,
            renewed_at: Instant::now(),
        };
        let opened = state.store.open_reservation(upload, user, room.lease());
        opened.await.map_err(stored)?;
        match room.grow(wanted, least).await {
            Ok(()) => Ok(room),
            Err(problem) => {
                room.give_up().await;
                Err(problem)
            }
        }
    }

    /// The room of `bytes` that an upload has since an earlier request, if the limits of now allow it. It stays
    /// reserved if they do not.
    pub(in crate::services) async fn again(
        state: &AppState,
        (user, upload): (UserId, BlobId),
        bytes: u64,
    ) -> Result<Self, Problem> {
        let mut room = Self {
            state: state.clone(),
            upload,
            user,
            held_bytes: 0,
            renewed_at: Instant::now(),
        };
        match room.grow(bytes, bytes).await {
            Ok(()) => Ok(room),
            Err(problem) => {
                room.leave().await;
                Err(problem)
            }
        }
    }

    /// Leaves the room to the request that goes on with the upload. If it was ended meanwhile, what was reserved
    /// [again](Self::again) is given back.
    pub(in crate::services) async fn leave(self) {
        let store = &self.state.store;
        let released = store.release_ended_reservation(self.upload, self.user);
        if let Err(error) = released.await {
            tracing::warn!(%error, "the room of an upload that was ended may still be reserved");
        }
    }

    /// Sees to it that there is room for `bytes` in all, and that nobody takes this process for dead.
    pub(super) async fn make(&mut self, bytes: u64) -> Result<(), Problem> {
        let is_enough = bytes <= self.held_bytes;
        if is_enough && self.renewed_at.elapsed() < RENEW_EVERY {
            return Ok(());
        }
        self.renew().await?;
        if is_enough {
            return Ok(());
        }
        let most = self.state.limits.upload_bytes.max(bytes);
        self.grow((bytes + STEP_BYTES).min(most), bytes).await
    }

    /// Counts the document that there is now.
    pub(in crate::services) async fn settle(self, size_bytes: i64) {
        let store = &self.state.store;
        let settled = store.settle_reservation(self.upload, self.user, Some(size_bytes));
        if let Err(error) = settled.await {
            tracing::warn!(%error, "a document is not counted yet; it is when its lease is over");
        }
    }

    /// Removes the bytes and gives the room back, unless the document exists.
    pub(in crate::services) async fn give_up(self) {
        if let Err(error) = self.state.store.end_reservation(self.upload).await {
            tracing::warn!(%error, "an upload is not given up yet; it is when its lease is over");
        }
    }

    /// Reserves `wanted` bytes in all, or at least `least`.
    async fn grow(&mut self, wanted: u64, least: u64) -> Result<(), Problem> {
        let mut refusal = self.hold(wanted).await?;
        if refusal.is_some() && least < wanted {
            refusal = self.hold(least).await?;
        }
        // What processes that died have reserved may be in the way.
        if refusal.is_some() {
            let ended = self.state.store.end_expired_reservations().await;
            if ended.map_err(stored)? > 0 {
                refusal = self.hold(least).await?;
            }
        }
        match refusal {
            None => Ok(()),
            Some(refusal) => Err(refusal.problem(&self.state.limits.storage, least)),
        }
    }

    /// Reserves `bytes` in all, or says what stands in the way.
    async fn hold(&mut self, bytes: u64) -> Result<Option<Refusal>, Problem> {
        let refusal = self.try_hold(bytes).await.map_err(stored)?;
        if refusal.is_none() {
            self.held_bytes = bytes;
        }
        Ok(refusal)
    }

    async fn try_hold(&self, bytes: u64) -> Result<Option<Refusal>, StoreError> {
        let (store, limits) = (&self.state.store, &self.state.limits.storage);
        let person = UsageOf::Person(self.user);
        let theirs = store.hold_storage(person, self.upload, bytes, limits.of_person);
        let theirs = theirs.await?;
        if !theirs.is_held {
            let taken = theirs.usage.taken_beside(self.upload);
            return Ok(Some(Refusal::OfPerson(taken)));
        }
        let all = store.hold_storage(UsageOf::Everybody, self.upload, bytes, limits.of_all);
        let all = all.await?;
        if !all.is_held {
            return Ok(Some(Refusal::OfAll));
        }
        Ok(lacking(&self.state, all.usage.held_bytes()).await)
    }

    async fn renew(&mut self) -> Result<(), Problem> {
        let store = &self.state.store;
        let renewed = store.renew_reservation(self.upload, self.lease());
        if !renewed.await.map_err(stored)? {
            return Err(stored(StoreError::UploadExpired));
        }
        self.renewed_at = Instant::now();
        Ok(())
    }

    fn lease(&self) -> Duration {
        self.state.limits.upload_idle + GRACE
    }
}

/// Whether the volume of the database lacks room for `bytes`. Where that is not known they are accepted: the
/// figure is a guard against a disk that fills up, and must not stop a service whose disk has room.
async fn lacking(state: &AppState, bytes: u64) -> Option<Refusal> {
    let free = state.free_space.bytes().await?;
    let reserve = state.limits.storage.reserve_bytes;
    (free < reserve.saturating_add(bytes)).then_some(Refusal::Volume { free })
}
