//! Who is calling, and what they may know of.

use dossier_common::audit::{Act, AuditEntry};
use dossier_common::file::Reader;
use dossier_common::id::{SessionId, UserId};
use dossier_common::session::Session;
use dossier_common::store::StoreError;
use dossier_common::store::files::FileScope;
use dossier_common::store::invitations::InvitationScope;
use dossier_common::user::Role;
use mongodb::bson::DateTime;

use crate::access_token::AccessTokenError;
use crate::audit::Audit;
use crate::origin::Origin;
use crate::problem::{Code, Problem};
use crate::state::AppState;

/// A person with a standing session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The person.
    pub user_id: UserId,
    /// The session.
    pub session_id: SessionId,
    /// What the person may do.
    pub role: Role,
    /// The person's address as it is compared.
    pub email_key: String,
    /// Where the request comes from.
    pub origin: Origin,
    /// Whether the session has a second factor.
    pub second_factor: bool,
    /// Until when the access token works that was sent; with a cookie, when the session ends unless it is used.
    pub expires_at: DateTime,
}

impl Caller {
    /// Which documents the caller may know of at the moment.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the caller's groups cannot be read.
    pub async fn file_scope(&self, state: &AppState) -> Result<FileScope, StoreError> {
        match self.role {
            Role::Client => self.reader(state).await.map(FileScope::MeantFor),
            Role::Ops => Ok(FileScope::OwnedBy(self.user_id)),
            Role::Admin => Ok(FileScope::Everything),
        }
    }

    /// The caller as somebody whom documents are meant for, with the groups of this moment.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the groups cannot be read.
    pub async fn reader(&self, state: &AppState) -> Result<Reader, StoreError> {
        Ok(Reader {
            email_key: self.email_key.clone(),
            groups: state.store.groups_of(&self.email_key).await?,
            now: state.clock.now(),
        })
    }

    /// Which invitations the caller may know of.
    pub fn invitation_scope(&self) -> InvitationScope {
        match self.role {
            Role::Admin => InvitationScope::Everything,
            Role::Ops | Role::Client => InvitationScope::MadeBy(self.user_id),
        }
    }

    /// The entry of the audit that the caller did `act` now.
    pub fn entry(&self, audit: &Audit, act: Act) -> AuditEntry {
        let entry = audit.entry(act, &self.origin);
        entry.by(self.user_id, self.role)
    }

    /// Whether the caller may see how a document's job is doing.
    pub fn sees_processing(&self) -> bool {
        self.role != Role::Client
    }

    /// Whether the caller may still do what a request began with, for requests that take long: the session stands, in
    /// the role that it had and with the second factor that this role needs.
    ///
    /// # Errors
    ///
    /// [`Problem`] when it does not.
    pub async fn still_signed_in(&self, state: &AppState) -> Result<(), Problem> {
        let session = state.store.find_session(self.session_id).await?;
        match session {
            Some(session) if self.is_still(&session, state) => Ok(()),
            _ => Err(refused(AccessTokenError::Invalid)),
        }
    }

    /// The same for answers that go on, as of a moment ago.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when that cannot be told.
    pub async fn still_has_role(&self, state: &AppState) -> Result<bool, StoreError> {
        let session = state.store.recent_session(self.session_id).await?;
        Ok(session.is_some_and(|session| self.is_still(&session, state)))
    }

    fn is_still(&self, session: &Session, state: &AppState) -> bool {
        let is_proven = session.second_factor || !state.totp_required_for.contains(session.role);
        session.is_live(state.clock.now()) && session.role == self.role && is_proven
    }
}

/// The caller of a route of the web console, whom its cookie tells; nobody who is signed in, perhaps. The console's
/// middleware adds it to each of its requests, and no other route has it: cookies are read there alone.
#[derive(Clone, Debug)]
pub struct ByCookie(pub Option<Caller>);

pub(super) fn refused(error: AccessTokenError) -> Problem {
    match error {
        AccessTokenError::Expired => Problem::new(
            Code::TokenExpired,
            "Please refresh the session or log in again.",
        ),
        AccessTokenError::Invalid => Problem::new(
            Code::Unauthorized,
            "The access token is not good. Please log in again.",
        ),
    }
}
