//! Sessions: opening one, and trading its refresh token in.

use dossier_common::audit::Act;
use dossier_common::digest::Sha256;
use dossier_common::id::SessionId;
use dossier_common::session::{self, RefreshSeed, Session};
use dossier_common::store::refresh_tokens::Trade;
use dossier_common::user::User;
use mongodb::bson::DateTime;

use crate::access_token::{ACCESS_TTL, Bearer};
use crate::origin::Origin;
use crate::problem::{Code, Fails, Problem};
use crate::refresh_token::{Standing, generation, session_of};
use crate::state::AppState;
use crate::wire::LoginResponse;

/// What a session is carried on with.
pub type Tokens = LoginResponse;

/// A session that was opened, and the first token to carry it on with.
#[derive(Debug)]
pub struct Opened {
    /// The session.
    pub session: Session,
    refresh_token: String,
}

impl Opened {
    /// What programs carry the session on with.
    pub fn into_tokens(self, state: &AppState) -> Tokens {
        let (idle, now) = (self.session.idle_expires_at, self.session.created_at);
        tokens(state, &self.session, self.refresh_token, idle, now)
    }
}

/// Opens a session; `None` when the account has changed since `user` was read.
///
/// # Errors
///
/// [`Problem`] when the store fails.
pub async fn open_session(
    state: &AppState,
    user: &User,
    second_factor: bool,
    origin: &Origin,
    client: Option<&str>,
) -> Result<Option<Opened>, Problem> {
    let now = state.clock.now();
    let id = SessionId::generate(&state.entropy, now);
    let seed = RefreshSeed::generate(&state.entropy);
    let refresh_token = state.refresh_tokens.token(id, 0, &seed);
    let session = Session {
        second_factor,
        refresh_seed: Some(seed),
        origin: session::Origin::new(origin.network, client),
        ..Session::open(id, user, digest(&refresh_token), now)
    };
    let entry = state.audit.entry(Act::LogIn, origin);
    let entry = entry.by(user.id, user.role).about(id);
    let opened = state
        .store
        .transaction("open a session", |tx| {
            let (user, session, entry) = (user.clone(), session.clone(), entry.clone());
            Box::pin(async move {
                let opened = tx.open_session(&user, &session).await?;
                if opened {
                    tx.record(entry).await?;
                }
                Ok(opened)
            })
        })
        .await?;
    Ok(opened.then_some(Opened {
        session,
        refresh_token,
    }))
}

/// Trades the newest refresh token of a session for new tokens.
///
/// The one before it gives the same successor for [a moment](dossier_common::session::REFRESH_GRACE)
/// after it was traded in. Any older use of it ends the session: somebody has a copy
/// (RFC 9700 §4.14.2).
///
/// # Errors
///
/// [`Problem`] when the token is not good.
pub async fn refresh(
    state: &AppState,
    from: &Origin,
    client: Option<&str>,
    token: &str,
) -> Result<Tokens, Problem> {
    let origin = session::Origin::new(from.network, client);
    let id = session_of(token).ok_or_else(bad_refresh_token)?;
    let now = state.clock.now();
    // Whoever comes second finds the token traded in, and gets what the first one got.
    for _ in 0..2 {
        let session = state.store.find_session(id).await?;
        let session = session
            .filter(|session| session.is_live(now))
            .ok_or_else(bad_refresh_token)?;
        match state.refresh_tokens.standing(&session, token, now) {
            Standing::Newest => {
                if let Some(tokens) = trade(state, &session, token, &origin, now).await? {
                    return Ok(tokens);
                }
            }
            Standing::InGrace(successor) => {
                let idle_expires_at = session.idle_expires_at;
                return Ok(tokens(state, &session, successor, idle_expires_at, now));
            }
            Standing::Replayed => {
                state.store.revoke_session(id, now).await?;
                tracing::warn!(session = %id, "a refresh token was used twice; the session was ended");
                let entry = state.audit.entry(Act::ReplayRefreshToken, from);
                let entry = entry.about(session.user_id).about(id);
                state.audit.record_failure(entry).await;
                break;
            }
            Standing::Unknown => break,
        }
    }
    Err(bad_refresh_token())
}

/// Puts the next token in the place of `token`, which is the newest; `None` when somebody else did.
async fn trade(
    state: &AppState,
    session: &Session,
    token: &str,
    origin: &session::Origin,
    now: DateTime,
) -> Result<Option<Tokens>, Problem> {
    let seed = session.refresh_seed.clone();
    let seed = seed.unwrap_or_else(|| RefreshSeed::generate(&state.entropy));
    let next = session.refresh_generation + 1;
    let refresh_token = state.refresh_tokens.token(session.id, next, &seed);
    let idle_expires_at = Session::idle_expiry(now, session.absolute_expires_at);
    let trade = Trade {
        new: digest(&refresh_token),
        seed,
        remembered: generation(token).is_none().then(|| digest(token)),
        other_key: (!state.refresh_tokens.is_of_first_key(session, token)).then(|| digest(token)),
        origin: origin.clone(),
        idle_expires_at,
        now,
    };
    let traded = state.store.trade_refresh_token(session, &trade).await?;
    Ok(traded.then(|| tokens(state, session, refresh_token, idle_expires_at, now)))
}

fn tokens(
    state: &AppState,
    session: &Session,
    refresh_token: String,
    idle_expires_at: DateTime,
    now: DateTime,
) -> Tokens {
    let bearer = Bearer {
        user_id: session.user_id,
        session_id: session.id,
    };
    let token_id = state.entropy.ulid(now).to_string();
    LoginResponse {
        access_token: state.access_tokens.mint(bearer, token_id, now),
        token_type: "bearer",
        expires_in: ACCESS_TTL.as_secs(),
        refresh_token,
        refresh_expires_in: idle_expires_at.saturating_duration_since(now).as_secs(),
        device_token: None,
    }
}

fn digest(token: &str) -> Sha256 {
    Sha256::of(token.as_bytes())
}

fn bad_refresh_token() -> Problem {
    Problem::new(
        Code::Unauthorized,
        "The refresh token is not good. Please log in again.",
    )
}

/// What [`refresh`] can fail in.
#[derive(Clone, Copy, Debug)]
pub struct Refresh;

impl Fails for Refresh {
    fn codes() -> Vec<Code> {
        vec![Code::Unauthorized]
    }
}
