//! Requests that a network may make only so many of.

use std::marker::PhantomData;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use dossier_common::throttle::{LOG_INS_OF_NETWORK, MAILS_OF_NETWORK, MAILS_OF_SITE, Quota};

use super::ClientNetwork;
use crate::problem::{Code, Fails, Problem};
use crate::request_record::RequestRecord;
use crate::state::AppState;

/// What a network may ask for so often.
pub trait Limit: Send {
    /// How often.
    const QUOTA: Quota;

    /// How often its site may, where that is counted as well.
    const OF_SITE: Option<Quota> = None;
}

/// Passwords that are tried.
#[derive(Clone, Copy, Debug)]
pub struct Passwords;

impl Limit for Passwords {
    const QUOTA: Quota = LOG_INS_OF_NETWORK;
}

/// Mails that are asked for.
#[derive(Clone, Copy, Debug)]
pub struct Mails;

impl Limit for Mails {
    const QUOTA: Quota = MAILS_OF_NETWORK;
    const OF_SITE: Option<Quota> = Some(MAILS_OF_SITE);
}

/// The request is one of those that its network may make. It is the first extractor of its handler:
/// nothing else is done for a request too many.
#[derive(Clone, Copy, Debug)]
pub struct Limited<L>(PhantomData<L>);

impl<L: Limit> FromRequestParts<AppState> for Limited<L> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let ClientNetwork(network) = ClientNetwork::from_request_parts(parts, state).await?;
        let left = state.throttle.network(L::QUOTA, network).await?;
        if let Some(quota) = L::OF_SITE {
            state.throttle.site(quota, network).await?;
        }
        if let Some(record) = parts.extensions.get::<RequestRecord>() {
            record.set_rate_limit(left);
        }
        Ok(Self(PhantomData))
    }
}

impl<L> Fails for Limited<L> {
    fn codes() -> Vec<Code> {
        vec![Code::RateLimited]
    }
}
