//! Sign-up: the same answer for every address, and one transaction.

use dossier_common::email::EmailAddress;
use dossier_common::id::{JobId, UserId, VerificationId};
use dossier_common::network::Network;
use dossier_common::queue::SendEmail;
use dossier_common::store::{Conflict, StoreError, Tx};
use dossier_common::user::{Role, User};
use dossier_common::verification::{
    MAX_VERIFICATION_MAILS, VERIFICATION_MAIL_WINDOW, Verification,
};

use crate::password::check_length;
use crate::problem::{FieldError, Problem};
use crate::state::AppState;
use crate::wire::SignUpRequest;

/// What everybody who signs up is told.
pub const SIGN_UP_MESSAGE: &str =
    "Thank you. If this address can be used, a mail with a link to confirm it is on its way.";

const MAX_NAME_CHARS: usize = 100;

/// Signs somebody up.
///
/// A new address gets an account and a verification mail; one whose account is unproven starts
/// over; the owner of a proven one is told by mail. The caller cannot tell which it was.
///
/// # Errors
///
/// [`Problem`] with every field that breaks its rule.
pub async fn sign_up(
    state: &AppState,
    network: Network,
    request: SignUpRequest,
) -> Result<(), Problem> {
    let candidate = check(state, network, request).await?;
    let signed_up = transact(state, &candidate).await;
    match signed_up {
        // Two sign-ups of one new address at once: the other one has made the account by now.
        Err(StoreError::Conflict(Conflict::Email)) => Ok(transact(state, &candidate).await?),
        other => Ok(other?),
    }
}

/// Asks for another verification mail; unknown and proven addresses get none.
///
/// # Errors
///
/// [`Problem`] when `email` is no address.
pub async fn resend_verification(state: &AppState, email: &str) -> Result<(), Problem> {
    let email: EmailAddress = email
        .parse()
        .map_err(|error| Problem::invalid_field("email", format!("{error}")))?;
    let plan = MailPlan::new(state);
    let key = email.key();
    state
        .store
        .transaction("ask for another verification mail", |tx| {
            let (key, plan) = (key.clone(), plan.clone());
            Box::pin(async move {
                match tx.find_user_by_email_key(&key).await? {
                    Some(user) if !user.is_verified() => plan.verify(tx, user.id).await,
                    _ => Ok(()),
                }
            })
        })
        .await?;
    Ok(())
}

async fn transact(state: &AppState, candidate: &User) -> Result<(), StoreError> {
    let plan = MailPlan::new(state);
    state
        .store
        .transaction("sign up", |tx| {
            let (candidate, plan) = (candidate.clone(), plan.clone());
            Box::pin(async move {
                match tx.find_user_by_email_key(&candidate.email_key).await? {
                    None => {
                        tx.insert_user(&candidate).await?;
                        plan.verify(tx, candidate.id).await
                    }
                    Some(user) if user.is_verified() => plan.account_exists(tx, user.id).await,
                    Some(user) => plan.start_over(tx, user.id, &candidate).await,
                }
            })
        })
        .await
}

/// The account as it would be, with the password hashed, whether or not it will be needed. What
/// takes time comes last, when nothing else is wrong.
async fn check(
    state: &AppState,
    network: Network,
    request: SignUpRequest,
) -> Result<User, Problem> {
    let mut errors = Vec::new();
    let email = request.email.parse::<EmailAddress>();
    if let Err(error) = &email {
        errors.push(FieldError::new("email", error.to_string()));
    }
    if let Err(rule) = check_length(&request.password) {
        errors.push(FieldError::new("password", rule));
    }
    let name = request.name.map(|name| name.trim().to_owned());
    let name = name.filter(|name| !name.is_empty());
    if name.as_deref().is_some_and(is_no_name) {
        let rule = "must be at most 100 characters long, without control characters and / : @";
        errors.push(FieldError::new("name", rule));
    }
    let (Ok(email), true) = (email, errors.is_empty()) else {
        return Err(Problem::invalid_fields(errors));
    };
    let place = state.passwords.place(network)?;
    let hashing = place.hash_new(&request.password, email.as_str());
    let password_hash = hashing.await?;
    let now = state.clock.now();
    Ok(User {
        id: UserId::generate(&state.entropy, now),
        email_key: email.key(),
        email,
        name,
        role: Role::Client,
        password_hash,
        email_verified_at: None,
        created_at: now,
        updated_at: now,
    })
}

/// The name stands in mails to an address that is not proven yet: nobody shall send links by it.
fn is_no_name(name: &str) -> bool {
    let is_no_part = |c: char| c.is_control() || matches!(c, '/' | ':' | '@');
    name.chars().count() > MAX_NAME_CHARS || name.chars().any(is_no_part)
}

/// The ids of the mail that a transaction may enqueue, generated outside of it: it may run twice.
#[derive(Clone)]
struct MailPlan {
    verification: VerificationId,
    job: JobId,
    now: mongodb::bson::DateTime,
}

impl MailPlan {
    fn new(state: &AppState) -> Self {
        let now = state.clock.now();
        Self {
            verification: VerificationId::generate(&state.entropy, now),
            job: JobId::generate(&state.entropy, now),
            now,
        }
    }

    async fn verify(&self, tx: &mut Tx<'_>, user: UserId) -> Result<(), StoreError> {
        if self.within_quota(tx, user).await? {
            self.request(tx, user).await?;
        }
        Ok(())
    }

    /// A new password comes with a new mail or not at all: an earlier mail's link must not
    /// confirm it.
    async fn start_over(
        &self,
        tx: &mut Tx<'_>,
        user: UserId,
        candidate: &User,
    ) -> Result<(), StoreError> {
        if self.within_quota(tx, user).await? {
            let (hash, name) = (&candidate.password_hash, candidate.name.as_deref());
            tx.restart_unverified(user, hash, name, self.now).await?;
            self.request(tx, user).await?;
        }
        Ok(())
    }

    async fn request(&self, tx: &mut Tx<'_>, user: UserId) -> Result<(), StoreError> {
        let verification = Verification::new(self.verification, user, self.now);
        tx.request_verification(&verification, self.job).await
    }

    async fn account_exists(&self, tx: &mut Tx<'_>, user: UserId) -> Result<(), StoreError> {
        if self.within_quota(tx, user).await? {
            let email = SendEmail::AccountExists { user_id: user };
            tx.enqueue(email, self.job).await?;
        }
        Ok(())
    }

    /// Nobody's mailbox is filled through us.
    async fn within_quota(&self, tx: &mut Tx<'_>, user: UserId) -> Result<bool, StoreError> {
        let (limit, window) = (MAX_VERIFICATION_MAILS, VERIFICATION_MAIL_WINDOW);
        tx.take_mail_quota(user, limit, window, self.now).await
    }
}
