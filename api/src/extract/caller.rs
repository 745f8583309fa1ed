//! Who is calling, and in which role.

use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;
use dossier_common::audit::{Act, AuditEntry};
use dossier_common::file::Reader;
use dossier_common::id::{SessionId, UserId};
use dossier_common::session::Session;
use dossier_common::store::StoreError;
use dossier_common::store::files::FileScope;
use dossier_common::store::invitations::InvitationScope;
use dossier_common::user::Role;
use headers::authorization::Bearer;
use headers::{Authorization, HeaderMapExt};
use mongodb::bson::DateTime;

use crate::access_token::{AccessTokenError, Verified};
use crate::audit::Audit;
use crate::origin::Origin;
use crate::problem::{Code, Fails, Problem};
use crate::request_record::RequestRecord;
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
    /// Until when the access token works that was sent.
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
}

/// Anybody who is signed in, with a second factor where the role needs one.
#[derive(Clone, Debug)]
pub struct SignedIn(pub Caller);

/// Anybody who is signed in, also without the second factor that the role needs: for setting it up.
#[derive(Clone, Debug)]
pub struct Enrolling(pub Caller);

/// A signed-in client.
#[derive(Clone, Debug)]
pub struct Client(pub Caller);

/// A signed-in member of Ops.
#[derive(Clone, Debug)]
pub struct Ops(pub Caller);

/// A signed-in admin.
#[derive(Clone, Debug)]
pub struct Admin(pub Caller);
/// A signed-in member of Ops, or an admin.
#[derive(Clone, Debug)]
pub struct Staff(pub Caller);

impl Caller {
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

impl FromRequestParts<AppState> for SignedIn {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let Enrolling(caller) = Enrolling::from_request_parts(parts, state).await?;
        if state.totp_required_for.contains(caller.role) && !caller.second_factor {
            return Err(Problem::new(
                Code::SecondFactorRequired,
                "Your role needs a second factor. Please set one up (POST /v1/me/totp), or log in with its code.",
            ));
        }
        Ok(Self(caller))
    }
}

impl FromRequestParts<AppState> for Enrolling {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let token = bearer_token(parts).ok_or_else(|| {
            Problem::new(
                Code::Unauthorized,
                "Please send an access token: Authorization: Bearer …",
            )
        })?;
        let now = state.clock.now();
        let verified = state.access_tokens.verify(token.token(), now);
        let Verified { bearer, expires_at } = verified.map_err(refused)?;
        let session = state.store.recent_session(bearer.session_id).await?;
        let session = session
            .filter(|session| session.user_id == bearer.user_id && session.is_live(now))
            .ok_or_else(|| refused(AccessTokenError::Invalid))?;
        if let Some(record) = parts.extensions.get::<RequestRecord>() {
            record.set_caller(session.user_id, session.role);
            record.set_session(session.second_factor);
        }
        Ok(Self(Caller {
            origin: Origin::from_request_parts(parts, state).await?,
            user_id: session.user_id,
            session_id: session.id,
            role: session.role,
            email_key: session.email_key.clone(),
            second_factor: session.second_factor,
            expires_at,
        }))
    }
}

impl FromRequestParts<AppState> for Client {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        in_role(parts, state, Role::Client, "Only clients may do this.")
            .await
            .map(Self)
    }
}

impl FromRequestParts<AppState> for Ops {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        in_role(parts, state, Role::Ops, "Only Ops may do this.")
            .await
            .map(Self)
    }
}

impl FromRequestParts<AppState> for Admin {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        in_role(parts, state, Role::Admin, "Only admins may do this.")
            .await
            .map(Self)
    }
}

impl FromRequestParts<AppState> for Staff {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let SignedIn(caller) = SignedIn::from_request_parts(parts, state).await?;
        match caller.role {
            Role::Ops | Role::Admin => Ok(Self(caller)),
            Role::Client => Err(Problem::new(
                Code::Forbidden,
                "Only Ops and admins may do this.",
            )),
        }
    }
}

impl Fails for Enrolling {
    fn codes() -> Vec<Code> {
        vec![Code::Unauthorized, Code::TokenExpired]
    }
}

impl Fails for SignedIn {
    fn codes() -> Vec<Code> {
        [Enrolling::codes(), vec![Code::SecondFactorRequired]].concat()
    }
}

impl Fails for Client {
    fn codes() -> Vec<Code> {
        [SignedIn::codes(), vec![Code::Forbidden]].concat()
    }
}

impl Fails for Staff {
    fn codes() -> Vec<Code> {
        Client::codes()
    }
}

impl Fails for Admin {
    fn codes() -> Vec<Code> {
        Client::codes()
    }
}

impl Fails for Ops {
    fn codes() -> Vec<Code> {
        Client::codes()
    }
}

async fn in_role(
    parts: &mut Parts,
    state: &AppState,
    role: Role,
    otherwise: &'static str,
) -> Result<Caller, Problem> {
    let SignedIn(caller) = SignedIn::from_request_parts(parts, state).await?;
    if caller.role == role {
        Ok(caller)
    } else {
        Err(Problem::new(Code::Forbidden, otherwise))
    }
}

/// The token of the one `Authorization: Bearer` header (RFC 6750 §2.1). The typed header reads the
/// first of several; which of two callers it is, is not for us to choose.
fn bearer_token(parts: &Parts) -> Option<Authorization<Bearer>> {
    let values = parts.headers.get_all(header::AUTHORIZATION);
    let is_one = values.iter().count() == 1;
    parts.headers.typed_get().filter(|_| is_one)
}

fn refused(error: AccessTokenError) -> Problem {
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
