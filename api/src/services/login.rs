//! Sessions: logging in and refreshing.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use dossier_common::digest::Sha256;
use dossier_common::email::EmailAddress;
use dossier_common::id::SessionId;
use dossier_common::network::Network;
use dossier_common::session::{SESSION_ABSOLUTE_TTL, Session};
use dossier_common::user::User;
use mongodb::bson::DateTime;
use secrecy::ExposeSecret;

use super::one_time_code::{TakeCode, prove_second_factor};
use crate::access_token::{ACCESS_TTL, Bearer};
use crate::extract::LoginInput;
use crate::password::{HashingPlace, Verdict};
use crate::problem::{Code, Fails, Problem};
use crate::state::AppState;
use crate::wire::LoginResponse;

/// What a session is carried on with.
pub type Tokens = LoginResponse;

/// Opens a session.
///
/// # Errors
///
/// [`Problem`]: the same for an unknown address, a wrong password and a sign-up that is not
/// confirmed yet, after the same time. What is no address takes no time; nothing is done for a
/// network that has too many log-ins under way. Whether the account has a second factor is told to
/// whoever knows its password alone.
pub async fn log_in(
    state: &AppState,
    network: Network,
    input: LoginInput,
) -> Result<Tokens, Problem> {
    let email = input.email.parse::<EmailAddress>();
    let email = email.map_err(|_| wrong_credentials())?;
    let place = state.passwords.place(network)?;
    let user = state.store.find_user_by_email_key(&email.key()).await?;
    let hash = user.as_ref().map(|user| user.password_hash.as_str());
    let verdict = place.verify(&input.password, hash).await?;
    let user = user
        .filter(|_| verdict != Verdict::Wrong)
        .ok_or_else(wrong_credentials)?;
    if let Verdict::Outdated(better) = verdict {
        let stored = &user.password_hash;
        let store = &state.store;
        store.rehash_password(user.id, stored, &better).await?;
    }
    let code = input.totp.as_ref().map(ExposeSecret::expose_secret);
    let second_factor = prove_second_factor(state, &user, code).await?;
    open_session(state, &user, second_factor).await
}

/// Trades the newest refresh token of a session for new tokens. An older one ends the session:
/// somebody has a copy (RFC 9700 §4.14.2).
///
/// # Errors
///
/// [`Problem`] when the token is not good.
pub async fn refresh(state: &AppState, token: &str) -> Result<Tokens, Problem> {
    let id = session_of(token).ok_or_else(bad_refresh_token)?;
    let now = state.clock.now();
    let session = state.store.find_session(id).await?;
    let session = session
        .filter(|session| session.is_live(now))
        .ok_or_else(bad_refresh_token)?;
    let refresh_token = draw_refresh_token(state, id);
    let (old, new) = (digest(token), digest(&refresh_token));
    let idle_expires_at = Session::idle_expiry(now, session.absolute_expires_at);
    let rotated = state
        .store
        .rotate_refresh_token(id, old, new, idle_expires_at, now)
        .await?;
    if !rotated {
        if state.store.revoke_replayed(id, old, now).await? {
            tracing::warn!(session = %id, "a refresh token was used twice; the session was ended");
        }
        return Err(bad_refresh_token());
    }
    Ok(tokens(state, &session, refresh_token, idle_expires_at, now))
}

async fn open_session(
    state: &AppState,
    user: &User,
    second_factor: bool,
) -> Result<Tokens, Problem> {
    let now = state.clock.now();
    let id = SessionId::generate(&state.entropy, now);
    let refresh_token = draw_refresh_token(state, id);
    let absolute_expires_at = now.saturating_add_duration(SESSION_ABSOLUTE_TTL);
    let session = Session {
        id,
        user_id: user.id,
        role: user.role,
        email_key: user.email_key.clone(),
        second_factor,
        refresh_sha256: digest(&refresh_token),
        used_refresh_sha256: Vec::new(),
        idle_expires_at: Session::idle_expiry(now, absolute_expires_at),
        absolute_expires_at,
        revoked_at: None,
        created_at: now,
    };
    state.store.insert_session(&session).await?;
    let idle_expires_at = session.idle_expires_at;
    Ok(tokens(state, &session, refresh_token, idle_expires_at, now))
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
    }
}

/// A refresh token names its session and adds 256 random bits; only its digest is stored.
fn draw_refresh_token(state: &AppState, session: SessionId) -> String {
    let secret = URL_SAFE_NO_PAD.encode(state.entropy.bytes::<32>());
    format!("{session}.{secret}")
}

fn session_of(token: &str) -> Option<SessionId> {
    token.split_once('.')?.0.parse().ok()
}

fn digest(token: &str) -> Sha256 {
    Sha256::of(token.as_bytes())
}

fn wrong_credentials() -> Problem {
    Problem::new(
        Code::InvalidCredentials,
        "Please check the e-mail address and the password. If you have just signed up, first open the link in the mail and enter your password there.",
    )
}

fn bad_refresh_token() -> Problem {
    Problem::new(
        Code::Unauthorized,
        "The refresh token is not good. Please log in again.",
    )
}

/// What [`log_in`] can fail in.
#[derive(Clone, Copy, Debug)]
pub struct LogIn;

impl Fails for LogIn {
    fn codes() -> Vec<Code> {
        let own = vec![Code::InvalidCredentials, Code::TotpRequired];
        [own, TakeCode::codes(), HashingPlace::codes()].concat()
    }
}

/// What [`refresh`] can fail in.
#[derive(Clone, Copy, Debug)]
pub struct Refresh;

impl Fails for Refresh {
    fn codes() -> Vec<Code> {
        vec![Code::Unauthorized]
    }
}
