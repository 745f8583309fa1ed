//! What is found out about a request on its way, for those who see its answer.

use std::sync::{Arc, OnceLock};

use dossier_common::id::UserId;
use dossier_common::queue::Cause;
use dossier_common::user::Role;

use crate::rate_limit::RateLimit;

/// What is found out about a request; clones share it.
#[derive(Clone, Debug, Default)]
pub struct RequestRecord(Arc<Facts>);

#[derive(Debug, Default)]
struct Facts {
    caller: OnceLock<(UserId, Role)>,
    session: OnceLock<&'static str>,
    rate_limit: OnceLock<RateLimit>,
}

impl RequestRecord {
    /// This person is calling; jobs that are enqueued for the request name them.
    pub fn set_caller(&self, user_id: UserId, role: Role) {
        // There is one caller of a request; whoever asks again is told the same.
        let _ = self.0.caller.set((user_id, role));
        Cause::set_user(user_id);
    }

    /// Who is calling, if that is known.
    pub fn caller(&self) -> Option<(UserId, Role)> {
        self.0.caller.get().copied()
    }

    /// What the caller's session rests on: a password alone, or a second factor besides.
    pub fn set_session(&self, second_factor: bool) {
        let kind = match second_factor {
            true => "two_factors",
            false => "password",
        };
        // As with the caller.
        let _ = self.0.session.set(kind);
    }

    /// What the caller's session rests on, if there is one.
    pub fn session(&self) -> Option<&'static str> {
        self.0.session.get().copied()
    }

    /// So much is left of a limit.
    pub fn set_rate_limit(&self, limit: RateLimit) {
        // The first limit that a request meets is that of its network, which is told.
        let _ = self.0.rate_limit.set(limit);
    }

    /// What is left of the limit of the request's network, if it has one.
    pub fn rate_limit(&self) -> Option<RateLimit> {
        self.0.rate_limit.get().copied()
    }
}
