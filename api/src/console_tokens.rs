//! What the cookies and forms of the web console carry: derived, so that nothing that works is stored.
//!
//! A cookie is `ses_….HMAC` over the session and its random seed, under a key that the database does not have. A form's
//! token is an HMAC over the session alone, for another purpose.

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use dossier_common::id::SessionId;
use dossier_common::session::Session;

use crate::signing_keys::SigningKeys;

/// Derives and checks cookies and the tokens of forms: the first key makes them, every one is accepted.
#[derive(Clone, Debug)]
pub struct ConsoleTokens(SigningKeys);

impl ConsoleTokens {
    /// Under what is derived from each of these keys.
    pub fn new(keys: SigningKeys) -> Self {
        Self(keys)
    }

    /// The cookie of a session; none for one that has no seed.
    pub fn cookie(&self, session: &Session) -> Option<String> {
        let tag = self.sign(&cookie_message(session)?);
        Some(format!("{}.{tag}", session.id))
    }

    /// Whether `cookie` is one of the session.
    pub fn is_cookie(&self, session: &Session, cookie: &str) -> bool {
        let tag = cookie.split_once('.').map(|(_, tag)| tag);
        let signed = cookie_message(session).zip(tag);
        signed.is_some_and(|(message, tag)| self.is_signed(&message, tag))
    }

    /// The token that forms of the session carry.
    pub fn form_token(&self, session: SessionId) -> String {
        self.sign(&form_message(session))
    }

    /// Whether `token` is that of the session's forms.
    pub fn is_form_token(&self, session: SessionId, token: &str) -> bool {
        self.is_signed(&form_message(session), token)
    }

    fn sign(&self, message: &str) -> String {
        let key = &self.0.current()[0].1.console;
        URL_SAFE_NO_PAD.encode(hmac::sign(key, message.as_bytes()))
    }

    /// Compares in constant time.
    fn is_signed(&self, message: &str, tag: &str) -> bool {
        let Ok(tag) = URL_SAFE_NO_PAD.decode(tag) else {
            return false;
        };
        let keys = self.0.current();
        let mut keys = keys.iter().map(|(_, key)| &key.console);
        keys.any(|key| hmac::verify(key, message.as_bytes(), &tag).is_ok())
    }
}

/// The session that a cookie names.
pub fn session_of(cookie: &str) -> Option<SessionId> {
    cookie.split_once('.')?.0.parse().ok()
}

fn cookie_message(session: &Session) -> Option<String> {
    let seed = session.refresh_seed.as_ref()?;
    Some(format!("console.{}.{}", session.id, seed.as_str()))
}

fn form_message(session: SessionId) -> String {
    format!("csrf.{session}")
}
