//! Which accounts a list shows.

use std::str::FromStr;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use dossier_common::store::user_list::UserFilter;
use utoipa::IntoParams;

use super::page::PageRequest;
use super::query::read_query;
use crate::problem::{Code, Fails, Problem};
use crate::state::AppState;
use crate::wire::{RoleName, UserStateName};

/// A page of the accounts that a filter leaves.
#[derive(Clone, Debug)]
pub struct UserListRequest {
    /// Which accounts.
    pub filter: UserFilter,
    /// Which page of them.
    pub page: PageRequest,
}

/// The filters of a list of accounts.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "only describes the parameters")]
pub struct UserListQuery {
    /// Only accounts with this role.
    #[param(inline)]
    role: Option<RoleName>,
    /// Only accounts in this state.
    #[param(inline)]
    state: Option<UserStateName>,
    /// Only accounts with this text in their address.
    #[param(min_length = 1, max_length = 254)]
    address: Option<String>,
}

impl FromRequestParts<AppState> for UserListRequest {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &AppState) -> Result<Self, Problem> {
        let names = ["role", "state", "address", "limit", "cursor"];
        let [role, state, address, limit, cursor] = read_query(&parts.uri, names)?;
        if address.as_ref().is_some_and(|text| !is_part(text)) {
            let rule = "must be 1 to 254 characters of an address";
            return Err(Problem::invalid_field("address", rule));
        }
        let filter = UserFilter {
            role: parse("role", role)?,
            state: parse("state", state)?,
            address,
        };
        let page = PageRequest::read(limit, cursor)?;
        Ok(Self { filter, page })
    }
}

impl Fails for UserListRequest {
    fn codes() -> Vec<Code> {
        vec![Code::InvalidFields]
    }
}

fn parse<T>(name: &'static str, text: Option<String>) -> Result<Option<T>, Problem>
where
    T: FromStr<Err: std::fmt::Display>,
{
    let value = text.map(|text| text.parse()).transpose();
    value.map_err(|error| Problem::invalid_field(name, format!("{error}")))
}

fn is_part(text: &str) -> bool {
    (1..=254).contains(&text.chars().count())
}
