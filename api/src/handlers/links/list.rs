//! `GET /v1/links`

use axum::extract::State;
use dossier_common::id::LinkId;

use crate::extract::{Client, PageRequest, seal_cursor};
use crate::problem::Problem;
use crate::state::AppState;
use crate::wire::{LinkPage, LinkResponse};

/// The list's name in its cursors.
const LIST: &str = "links";

/// List the caller's download links, newest first
#[utoipa::path(
    get, path = "/v1/links", tag = "links",
    params(
        ("limit" = Option<u32>, Query, description = "How many, 1 to 200; 50 unless said", minimum = 1, maximum = 200),
        ("cursor" = Option<String>, Query, description = "The `next_cursor` of the page before"),
    ),
    responses((status = 200, description = "A page of links", body = LinkPage)),
)]
pub async fn list_links(
    State(state): State<AppState>,
    Client(caller): Client,
    page: PageRequest,
) -> Result<axum::Json<LinkPage>, Problem> {
    let after: Option<LinkId> = page.after(&state, LIST, caller.user_id)?;
    let limit = i64::from(page.limit);
    let mut links = state
        .store
        .list_links(caller.user_id, after, limit + 1)
        .await?;
    let more = links.len() > page.limit as usize;
    links.truncate(page.limit as usize);
    let last = links
        .last()
        .filter(|_| more)
        .map(|link| link.id.to_string());
    let items = links
        .iter()
        .map(|link| LinkResponse::new(link, &state.public_url));
    Ok(axum::Json(LinkPage {
        items: items.collect(),
        next_cursor: last.map(|last| seal_cursor(&state, LIST, caller.user_id, last)),
    }))
}
