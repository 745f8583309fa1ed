//! Callers by what they may do.

use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;
use dossier_common::user::Role;
use headers::authorization::Bearer;
use headers::{Authorization, HeaderMapExt};

use super::caller::{ByCookie, Caller, refused};
use crate::access_token::{AccessTokenError, Verified};
use crate::origin::Origin;
use crate::problem::{Code, Fails, Problem};
use crate::request_record::RequestRecord;
use crate::state::AppState;

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
        if let Some(ByCookie(caller)) = parts.extensions.get::<ByCookie>() {
            let sign_in = || Problem::new(Code::Unauthorized, "Please sign in.");
            return caller.clone().map(Self).ok_or_else(sign_in);
        }
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
