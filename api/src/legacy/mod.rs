//! The interface of the FastAPI generation, over the same services as v1.
//!
//! Only shapes live here. Errors are the problems of v1, whose `detail` such clients read. As in
//! that generation, parameters that are not known are ignored.

mod accounts;
mod links;
mod list;
mod upload;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::state::AppState;

/// The routes of the FastAPI generation.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(accounts::legacy_sign_up))
        .routes(routes!(accounts::legacy_log_in))
        .routes(routes!(upload::legacy_upload_file))
        .routes(routes!(list::legacy_list_files))
        .routes(routes!(links::legacy_create_link))
}
