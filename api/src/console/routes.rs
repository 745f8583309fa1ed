//! Every route of the console, on one screen.

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{get, head, post};

use super::csrf::check_origin;
use super::visitor::know_visitor;
use super::{account, assets, documents, jobs, operations, people, session, upload};
use crate::middleware::say_tus_version;
use crate::state::AppState;

/// The console.
pub fn routes(state: &AppState) -> Router<AppState> {
    of_everybody()
        .merge(of_staff())
        .merge(of_admins())
        .merge(resumable_uploads())
        .route_layer(from_fn_with_state(state.clone(), check_origin))
        .route_layer(from_fn_with_state(state.clone(), know_visitor))
        .route("/assets/{file}", get(assets::show_asset))
}

fn of_everybody() -> Router<AppState> {
    Router::new()
        // Sessions
        .route("/", get(session::show_home))
        .route(
            "/sign-in",
            get(session::show_sign_in).post(session::sign_in),
        )
        .route("/sign-out", post(session::sign_out))
        .route("/signed-out", get(session::show_signed_out))
        .route(
            "/sign-up",
            get(session::show_sign_up).post(session::sign_up),
        )
        .route("/language", post(session::set_language))
        // Documents
        .route("/documents", get(documents::show_documents))
        .route("/documents/history", get(documents::show_history))
        .route("/documents/events", get(documents::listen_to_documents))
        .route(
            "/documents/downloads/{link_id}",
            get(documents::fetch_download),
        )
        .route("/documents/{id}", get(documents::show_document))
        .route("/documents/{id}/events", get(documents::listen_to_document))
        .route("/documents/{id}/download", post(documents::begin_download))
        // The own account
        .route("/account", get(account::show_account))
        .route("/account/password", post(account::change_password))
        .route("/account/notices", post(account::set_notices))
        .route(
            "/account/second-factor",
            get(account::show_second_factor).post(account::begin_second_factor),
        )
        .route(
            "/account/second-factor/confirm",
            post(account::confirm_second_factor),
        )
        .route(
            "/account/second-factor/disable",
            post(account::disable_second_factor),
        )
        .route("/account/sessions", get(account::show_sessions))
        .route(
            "/account/sessions/end-others",
            post(account::end_other_sessions),
        )
        .route("/account/sessions/{id}/end", post(account::end_session))
}

fn of_staff() -> Router<AppState> {
    Router::new()
        // Documents
        .route("/documents/{id}/change", post(documents::change_document))
        .route(
            "/documents/{id}/withdraw",
            post(documents::withdraw_document),
        )
        .route("/documents/{id}/restore", post(documents::restore_document))
        .route(
            "/documents/{id}/notify",
            post(documents::notify_first_download),
        )
        .route(
            "/documents/{id}/content/{csrf}",
            post(documents::replace_document),
        )
        .route("/upload", get(upload::show_upload))
        .route("/upload/audience", post(upload::show_reach))
        .route("/upload/{csrf}", post(upload::upload_form))
        // People
        .route(
            "/invitations",
            get(people::show_invitations).post(people::create_invitation),
        )
        .route("/invitations/{id}/revoke", post(people::revoke_invitation))
        .route(
            "/groups",
            get(people::show_groups).post(people::create_group),
        )
        .route("/groups/{id}", get(people::show_group))
        .route("/groups/{id}/rename", post(people::rename_group))
        .route("/groups/{id}/members", post(people::set_members))
        .route("/groups/{id}/delete", post(people::delete_group))
}

fn of_admins() -> Router<AppState> {
    Router::new()
        // The whole service
        .route("/admin", get(operations::show_overview))
        .route(
            "/admin/overview/events",
            get(operations::listen_to_overview),
        )
        .route("/admin/queues", get(operations::show_queues))
        .route("/admin/queues/{name}", get(operations::show_queue))
        .route("/admin/queues/{name}/pause", post(operations::pause_queue))
        .route(
            "/admin/queues/{name}/resume",
            post(operations::resume_queue),
        )
        .route("/admin/queues/{name}/limit", post(operations::limit_queue))
        .route("/admin/workers", get(operations::show_workers))
        .route("/admin/mails", get(operations::show_mails))
        .route("/admin/explain", get(operations::show_explanation))
        // Jobs
        .route("/admin/jobs", get(jobs::show_jobs))
        .route(
            "/admin/jobs/bulk",
            get(jobs::show_bulk).post(jobs::begin_bulk),
        )
        .route("/admin/jobs/{id}", get(jobs::show_job))
        .route("/admin/jobs/{id}/{verb}", post(jobs::change_job))
        .route("/admin/operations", get(jobs::show_operations))
        .route("/admin/operations/{id}", get(jobs::show_operation))
        .route("/admin/operations/{id}/stop", post(jobs::stop_operation))
        .route(
            "/admin/operations/{id}/resume",
            post(jobs::resume_operation),
        )
        .route("/admin/failures", get(jobs::show_failures))
        .route("/admin/failures/retry", post(jobs::retry_failures))
        // Accounts
        .route(
            "/admin/users",
            get(people::show_users).post(people::create_user),
        )
        .route("/admin/users/{id}", get(people::show_user))
        .route("/admin/users/{id}/role", post(people::set_role))
        .route("/admin/users/{id}/disable", post(people::disable_user))
        .route("/admin/users/{id}/enable", post(people::enable_user))
        .route("/admin/users/{id}/delete", post(people::delete_user))
        .route("/admin/users/{id}/send-reset", post(people::send_reset))
        .route(
            "/admin/users/{id}/send-second-factor-reset",
            post(people::send_second_factor_reset),
        )
        .route("/admin/audit", get(people::show_audit))
}

/// Uploads of scripts that arrive over several requests, by tus 1.0.0.
fn resumable_uploads() -> Router<AppState> {
    Router::new()
        .route("/console/uploads", post(upload::create_resumable))
        .route(
            "/console/uploads/{id}",
            head(upload::check_resumable)
                .patch(upload::append_resumable)
                .delete(upload::end_resumable),
        )
        .route_layer(from_fn(say_tus_version))
}
