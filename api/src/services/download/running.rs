//! A response under way.

use dossier_common::store::StoreError;
use dossier_common::store::downloads::{Joined, Wanted};
use dossier_service::server::ConnectionFate;

use super::counted::CountedResponse;
use super::opening::Opening;
use super::whole::WholeResponse;
use crate::state::AppState;

/// Why a body ends before its end.
#[derive(Debug, thiserror::Error)]
pub enum BrokenOff {
    /// The bytes, or what is recorded of them, are out of reach.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Other requests have got the next bytes.
    #[error("the link has no more bytes for this response")]
    UsedUp,
    /// Its document, link or session has ended.
    #[error("its document, link or session has ended")]
    Ended,
}

/// A response under way. What it sends is recorded by the time its last byte leaves.
///
/// When it is dropped earlier its connection broke; what was handed over is recorded then.
#[derive(Debug)]
pub struct RunningResponse(Kind);

#[derive(Debug)]
enum Kind {
    Counted(Box<CountedResponse>),
    Whole(Box<WholeResponse>),
}

impl RunningResponse {
    /// Of a download that is recorded.
    pub(super) fn joined(state: &AppState, wanted: Wanted, joined: Joined) -> Self {
        let response = CountedResponse::new(state, wanted, joined, None);
        Self(Kind::Counted(Box::new(response)))
    }

    /// Of a download that is being recorded.
    pub(super) fn opening(
        state: &AppState,
        wanted: Wanted,
        joined: Joined,
        opening: Opening,
    ) -> Self {
        let response = CountedResponse::new(state, wanted, joined, Some(opening));
        Self(Kind::Counted(Box::new(response)))
    }

    /// The same, which counts as delivered when its connection goes on or is closed in order.
    #[must_use]
    pub fn on(mut self, fate: Option<ConnectionFate>) -> Self {
        if let Kind::Counted(response) = &mut self.0 {
            response.watch(fate);
        }
        self
    }

    /// How many of the next `length` bytes may be handed over now: one at least, unless `length` is none.
    ///
    /// # Errors
    ///
    /// [`BrokenOff`] when there are none.
    pub async fn admit(&mut self, length: usize) -> Result<usize, BrokenOff> {
        match &mut self.0 {
            Kind::Counted(response) => response.admit(length).await,
            Kind::Whole(_) => Ok(length),
        }
    }

    /// Counts bytes that are about to be handed over. The last of them are recorded first.
    ///
    /// # Errors
    ///
    /// [`BrokenOff`] when they must not be.
    pub async fn count(&mut self, length: usize) -> Result<(), BrokenOff> {
        match &mut self.0 {
            Kind::Counted(response) => response.count(length).await,
            Kind::Whole(response) => Ok(response.count(length).await?),
        }
    }
}

impl From<WholeResponse> for RunningResponse {
    fn from(response: WholeResponse) -> Self {
        Self(Kind::Whole(Box::new(response)))
    }
}
