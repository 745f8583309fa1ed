//! Logging in.

use dossier_common::email::EmailAddress;
use dossier_common::network::Network;
use dossier_common::session::Origin;

use super::session::{Tokens, open_session};
use crate::extract::LoginInput;
use crate::password::{HashingPlace, Verdict};
use crate::problem::{Code, Fails, Problem};
use crate::state::AppState;

/// Opens a session.
///
/// # Errors
///
/// [`Problem`]: the same for an unknown address, a wrong password, a sign-up that is not confirmed
/// yet and a disabled account, after the same time. What is no address takes no time; nothing is
/// done for a network that has too many log-ins under way.
pub async fn log_in(
    state: &AppState,
    network: Network,
    client: Option<&str>,
    input: LoginInput,
) -> Result<Tokens, Problem> {
    let email = input.email.parse::<EmailAddress>();
    let email = email.map_err(|_| wrong_credentials())?;
    let place = state.passwords.place(network)?;
    let user = state.store.find_user_by_email_key(&email.key()).await?;
    let hash = user.as_ref().map(|user| user.password_hash.as_str());
    let verdict = place.verify(&input.password, hash).await?;
    let user = user
        .filter(|user| verdict != Verdict::Wrong && !user.is_disabled())
        .ok_or_else(wrong_credentials)?;
    if let Verdict::Outdated(better) = verdict {
        let stored = &user.password_hash;
        let store = &state.store;
        store.rehash_password(user.id, stored, &better).await?;
    }
    let opened = open_session(state, &user, Origin::new(network, client)).await?;
    opened.ok_or_else(wrong_credentials)
}

fn wrong_credentials() -> Problem {
    Problem::new(
        Code::InvalidCredentials,
        "Please check the e-mail address and the password. If you have just signed up, first open the link in the mail and enter your password there.",
    )
}

/// What [`log_in`] can fail in.
#[derive(Clone, Copy, Debug)]
pub struct LogIn;

impl Fails for LogIn {
    fn codes() -> Vec<Code> {
        [vec![Code::InvalidCredentials], HashingPlace::codes()].concat()
    }
}
