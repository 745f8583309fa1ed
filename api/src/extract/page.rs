//! Pages of lists: which one is asked for, and where it is cut.

use std::str::FromStr;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use dossier_common::id::UserId;
use dossier_common::token::CursorClaims;
use utoipa::IntoParams;

use super::query::read_query;
use crate::problem::{Code, Fails, Problem};
use crate::state::AppState;

const DEFAULT_LIMIT: u32 = 50;
const MAX_LIMIT: u32 = 200;

/// `?limit=` and `?cursor=`.
#[derive(Clone, Debug)]
pub struct PageRequest {
    limit: u32,
    cursor: Option<String>,
}

/// The parameters of every list.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "only describes the parameters")]
pub struct PageQuery {
    /// How many items.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u32>,
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
}

/// A page of one list of one caller.
#[derive(Clone, Debug)]
pub struct Page {
    request: PageRequest,
    list: &'static str,
    user_id: UserId,
}

impl PageRequest {
    /// The page that these parameters ask for.
    ///
    /// # Errors
    ///
    /// [`Problem`] when `limit` breaks its rule.
    pub(super) fn read(limit: Option<String>, cursor: Option<String>) -> Result<Self, Problem> {
        let limit = match limit {
            None => Some(DEFAULT_LIMIT),
            Some(text) => text.parse().ok(),
        };
        let limit = limit
            .filter(|limit| (1..=MAX_LIMIT).contains(limit))
            .ok_or_else(|| {
                Problem::invalid_field("limit", "must be a whole number from 1 to 200")
            })?;
        Ok(Self { limit, cursor })
    }

    /// The page of the usual length after this cursor, or the first one.
    pub fn from_cursor(cursor: Option<String>) -> Self {
        let limit = DEFAULT_LIMIT;
        Self { limit, cursor }
    }

    /// The page of the list of this name.
    pub fn of(self, list: &'static str, user_id: UserId) -> Page {
        Page {
            request: self,
            list,
            user_id,
        }
    }
}

impl Page {
    /// The id after which the page begins, opened from the cursor.
    ///
    /// # Errors
    ///
    /// [`Problem`] when the cursor is not one of this list and this caller.
    pub fn after<I: FromStr>(&self, state: &AppState) -> Result<Option<I>, Problem> {
        let Some(cursor) = &self.request.cursor else {
            return Ok(None);
        };
        let wrong = || Problem::invalid_field("cursor", "must be a next_cursor of this list");
        let claims: CursorClaims = state
            .token_keys
            .open(cursor, state.clock.now())
            .map_err(|_| wrong())?;
        if claims.list != self.list || claims.user_id != self.user_id {
            return Err(wrong());
        }
        claims.after.parse().map(Some).map_err(|_| wrong())
    }

    /// How many items to read: one more than asked for tells whether another page follows.
    pub fn read_limit(&self) -> i64 {
        i64::from(self.request.limit) + 1
    }

    /// Cuts `items` to the page, and seals the cursor of the next one if there is one.
    pub fn cut<T>(
        &self,
        state: &AppState,
        items: &mut Vec<T>,
        id_of: impl Fn(&T) -> String,
    ) -> Option<String> {
        let limit = self.request.limit as usize;
        let more = items.len() > limit;
        items.truncate(limit);
        let last = items.last().filter(|_| more)?;
        let claims = CursorClaims {
            list: self.list.to_owned(),
            user_id: self.user_id,
            after: id_of(last),
        };
        Some(state.token_keys.seal(&claims, state.clock.now()))
    }
}

impl FromRequestParts<AppState> for PageRequest {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &AppState) -> Result<Self, Problem> {
        let [limit, cursor] = read_query(&parts.uri, ["limit", "cursor"])?;
        Self::read(limit, cursor)
    }
}

impl Fails for PageRequest {
    fn codes() -> Vec<Code> {
        vec![Code::InvalidFields]
    }
}
