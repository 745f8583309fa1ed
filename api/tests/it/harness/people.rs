//! People with an account, without the price of hashing a password each.

use std::sync::OnceLock;

use dossier_api::access_token::Bearer;
use dossier_api::password::{Password, hash_alone};
use dossier_common::digest::Sha256;
use dossier_common::entropy::Entropy;
use dossier_common::id::{SessionId, UserId};
use dossier_common::session::Session;
use dossier_common::user::{Role, User};

use super::App;

/// Everybody's password.
pub(crate) const PASSWORD: &str = "correct horse battery staple";

/// Somebody who is signed in.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    pub(crate) id: UserId,
    pub(crate) session: SessionId,
    pub(crate) email: String,
    pub(crate) token: String,
}

impl App {
    /// An account.
    pub(crate) async fn account(&self, email: &str, role: Role, verified: bool) -> User {
        let now = self.now();
        let email = email.parse::<dossier_common::email::EmailAddress>();
        let email = email.expect("an address");
        let user = User {
            id: UserId::generate(&self.state.entropy, now),
            email_key: email.key(),
            email,
            name: None,
            role,
            password_hash: hash_of_password(),
            email_verified_at: verified.then_some(now),
            disabled_at: None,
            last_log_in_at: None,
            totp: None,
            created_at: now,
            updated_at: now,
        };
        let adding = self.state.store.transaction("add a user", |tx| {
            let user = user.clone();
            Box::pin(async move { tx.insert_user(&user).await })
        });
        adding.await.expect("the account can be added");
        user
    }

    /// Somebody with a verified account and a session.
    pub(crate) async fn person(&self, email: &str, role: Role) -> Person {
        let user = self.account(email, role, true).await;
        let now = self.now();
        let id = SessionId::generate(&self.state.entropy, now);
        let opened = Session::open(id, &user, Sha256::of(b"nobody knows"), now);
        let session = Session {
            idle_expires_at: opened.absolute_expires_at,
            ..opened
        };
        let opening = self.state.store.transaction("open a session", |tx| {
            let (user, session) = (user.clone(), session.clone());
            Box::pin(async move { tx.open_session(&user, &session).await })
        });
        assert!(opening.await.expect("the session can be added"));
        Person {
            id: user.id,
            session: session.id,
            email: email.to_owned(),
            token: self.mint(user.id, session.id),
        }
    }

    pub(crate) async fn client(&self) -> Person {
        self.person("client@example.com", Role::Client).await
    }

    pub(crate) async fn ops(&self) -> Person {
        self.person("ops@example.com", Role::Ops).await
    }

    pub(crate) async fn admin(&self) -> Person {
        self.person("admin@example.com", Role::Admin).await
    }

    /// A fresh access token of a session.
    pub(crate) fn mint(&self, user_id: UserId, session_id: SessionId) -> String {
        let bearer = Bearer {
            user_id,
            session_id,
        };
        let id = self.state.entropy.ulid(self.now()).to_string();
        self.state.access_tokens.mint(bearer, id, self.now())
    }
}

/// The hash of [`PASSWORD`].
pub(crate) fn hash_of_password() -> String {
    static HASH: OnceLock<String> = OnceLock::new();
    let hash = || {
        let password = Password::new(PASSWORD.to_owned());
        let hashed = hash_alone(&password, &Entropy::seeded(5));
        hashed.expect("the password can be hashed")
    };
    HASH.get_or_init(hash).clone()
}
