//! `GET /v1/links`

use axum::extract::State;
use dossier_common::id::LinkId;

use crate::extract::{Client, PageQuery, PageRequest};
use crate::problem::{Problem, Problems};
use crate::services::show_to_client;
use crate::state::AppState;
use crate::wire::{LinkPage, LinkResponse};

/// The list's name in its cursors.
const LIST: &str = "links";

/// List the caller's download links, newest first
///
/// Expired, used up and revoked ones are among them, as are those to documents that the caller may not see any more;
/// they are deleted 30 days after they expired.
#[utoipa::path(
    get, path = "/v1/links", tag = "links", security(("bearer" = [])),
    params(PageQuery),
    responses(
        (status = 200, description = "A page of links", body = LinkPage),
        Problems<(Client, PageRequest)>,
    ),
)]
pub async fn list_links(
    State(state): State<AppState>,
    Client(caller): Client,
    page: PageRequest,
) -> Result<axum::Json<LinkPage>, Problem> {
    let page = page.of(LIST, caller.user_id);
    let after: Option<LinkId> = page.after(&state)?;
    let limit = page.read_limit();
    let mut links = state.store.list_links(caller.user_id, after, limit).await?;
    let next_cursor = page.cut(&state, &mut links, |link| link.id.to_string());
    show_to_client(&state, &caller, &mut links).await?;
    let now = state.clock.now();
    let items = links
        .iter()
        .map(|link| LinkResponse::new(link, &state.public_url, now));
    Ok(axum::Json(LinkPage {
        items: items.collect(),
        next_cursor,
    }))
}
