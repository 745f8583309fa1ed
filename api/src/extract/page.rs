//! Which page of a list is asked for.

use std::str::FromStr;

use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use dossier_common::id::UserId;
use dossier_common::token::CursorClaims;
use serde::Deserialize;

use crate::problem::Problem;
use crate::state::AppState;

const DEFAULT_LIMIT: u32 = 50;
const MAX_LIMIT: u32 = 200;

/// `?limit=` and `?cursor=`.
#[derive(Clone, Debug)]
pub struct PageRequest {
    /// How many items are wanted, 1 to 200.
    pub limit: u32,
    cursor: Option<String>,
}

#[derive(Deserialize)]
struct Raw {
    limit: Option<String>,
    cursor: Option<String>,
}

impl PageRequest {
    /// The id after which the page begins, opened from the cursor.
    ///
    /// # Errors
    ///
    /// [`Problem`] when the cursor is not one of this list and this caller.
    pub fn after<I: FromStr>(
        &self,
        state: &AppState,
        list: &str,
        user_id: UserId,
    ) -> Result<Option<I>, Problem> {
        let Some(cursor) = &self.cursor else {
            return Ok(None);
        };
        let wrong = || Problem::invalid_field("cursor", "must be a next_cursor of this list");
        let claims: CursorClaims = state
            .token_keys
            .open(cursor, state.clock.now())
            .map_err(|_| wrong())?;
        if claims.list != list || claims.user_id != user_id {
            return Err(wrong());
        }
        claims.after.parse().map(Some).map_err(|_| wrong())
    }
}

/// The cursor of the page after the one that ends with `last`.
pub fn seal_cursor(state: &AppState, list: &str, user_id: UserId, last: String) -> String {
    let claims = CursorClaims {
        list: list.to_owned(),
        user_id,
        after: last,
    };
    state.token_keys.seal(&claims, state.clock.now())
}

impl FromRequestParts<AppState> for PageRequest {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let rule = || Problem::invalid_field("limit", "must be a whole number from 1 to 200");
        let Query(raw) = Query::<Raw>::from_request_parts(parts, state)
            .await
            .map_err(|_| rule())?;
        let limit = match raw.limit {
            None => DEFAULT_LIMIT,
            Some(text) => text.parse().map_err(|_| rule())?,
        };
        if !(1..=MAX_LIMIT).contains(&limit) {
            return Err(rule());
        }
        Ok(Self {
            limit,
            cursor: raw.cursor,
        })
    }
}
