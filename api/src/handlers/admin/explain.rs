//! `GET /v1/admin/explain`

use axum::extract::State;
use dossier_common::story::Explanation;

use crate::extract::{Admin, ExplainParameters, ExplainQuery};
use crate::problem::{Problem, Problems};
use crate::state::AppState;
use crate::wire::ExplanationResponse;

/// Explain what became of the mails to an address, or of a document
///
/// What is stored of it, its newest jobs, what it comes to, and what to do. As `dossier-worker explain`.
#[utoipa::path(
    get, path = "/v1/admin/explain", tag = "administration", security(("bearer" = [])),
    params(ExplainParameters),
    responses(
        (status = 200, description = "What became of it", body = ExplanationResponse),
        Problems<(Admin, ExplainQuery)>,
    ),
)]
pub async fn explain(
    State(state): State<AppState>,
    Admin(_admin): Admin,
    query: ExplainQuery,
) -> Result<axum::Json<ExplanationResponse>, Problem> {
    let said = match query {
        ExplainQuery::Address(email) => Explanation::of_address(&state.store, &email).await?,
        ExplainQuery::File(id) => Explanation::of_file(&state.store, id).await?,
    };
    Ok(axum::Json(said.into()))
}
