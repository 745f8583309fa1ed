//! Every route, on one screen.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::get;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use utoipa_swagger_ui::{Config, SwaggerUi};

use crate::console;
use crate::console_setting::ConsoleSetting;
use crate::handlers::{
    admin, auth, download, failures, files, groups, health, invitations, jobs, links, mails, me,
    operations, pages, queues, sessions, uploads, users, workers,
};
use crate::legacy;
use crate::middleware::{
    answer_refusal, answer_unfinished, assign_request_id, audit_denials, identify_network, observe,
    run_to_completion, say_rate_limits, say_tus_version, set_security_headers,
};
use crate::openapi::{self, Description};
use crate::problem::{self, Problem};
use crate::state::AppState;

fn described_routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::with_openapi(Description::openapi())
        // Accounts and sessions
        .routes(routes!(auth::sign_up))
        .routes(routes!(auth::verify_email))
        .routes(routes!(auth::resend_verification))
        .routes(routes!(auth::request_password_reset))
        .routes(routes!(auth::confirm_password_reset))
        .routes(routes!(auth::confirm_second_factor_reset))
        .routes(routes!(auth::log_in))
        .routes(routes!(auth::refresh_session))
        .routes(routes!(auth::log_out))
        .routes(routes!(me::show_me))
        .routes(routes!(me::show_storage))
        .routes(routes!(me::show_notices, me::set_notices))
        .routes(routes!(
            sessions::list_sessions,
            sessions::end_other_sessions
        ))
        .routes(routes!(sessions::end_session))
        // Accounts, for admins
        .routes(routes!(users::list_users, users::create_user))
        .routes(routes!(users::show_user, users::delete_user))
        .routes(routes!(users::set_user_role))
        .routes(routes!(users::disable_user))
        .routes(routes!(users::enable_user))
        .routes(routes!(users::send_user_reset))
        .routes(routes!(users::send_user_second_factor_reset))
        .routes(routes!(me::change_password))
        .routes(routes!(me::begin_totp))
        .routes(routes!(me::confirm_totp))
        .routes(routes!(me::disable_totp))
        // Invitations
        .routes(routes!(
            invitations::create_invitation,
            invitations::list_invitations
        ))
        .routes(routes!(invitations::revoke_invitation))
        .routes(routes!(auth::accept_invitation))
        // Documents
        .routes(routes!(files::create_file, files::list_files))
        .routes(routes!(files::listen_to_files))
        .routes(routes!(files::listen_to_file))
        .routes(routes!(files::explain_file))
        .routes(routes!(
            files::show_file,
            files::change_file,
            files::withdraw_file
        ))
        .routes(routes!(files::restore_file))
        .routes(routes!(files::replace_file))
        .routes(routes!(files::list_versions))
        .routes(routes!(files::show_activity))
        .routes(routes!(files::notify_first_download))
        .merge(resumable_uploads())
        // Groups that documents are meant for
        .routes(routes!(groups::create_group, groups::list_groups))
        .routes(routes!(groups::show_group, groups::delete_group))
        .routes(routes!(groups::rename_group))
        .routes(routes!(groups::set_group_members))
        // Links
        .routes(routes!(links::create_link))
        .routes(routes!(links::list_links))
        .routes(routes!(links::show_link, links::revoke_link))
        .routes(routes!(me::list_downloads))
        .routes(routes!(download::download_link, download::check_link))
        .routes(routes!(download::download_file, download::check_download))
        // Running the service
        .routes(routes!(admin::list_audit))
        .routes(routes!(admin::show_overview))
        .routes(routes!(admin::listen_to_overview))
        .routes(routes!(admin::explain))
        // Jobs
        .routes(routes!(jobs::list_jobs))
        .routes(routes!(jobs::show_job, jobs::delete_job))
        .routes(routes!(jobs::retry_job))
        .routes(routes!(jobs::run_job_now))
        .routes(routes!(jobs::cancel_job))
        .routes(routes!(jobs::release_job))
        .routes(routes!(
            operations::begin_operation,
            operations::list_operations
        ))
        .routes(routes!(operations::show_operation))
        .routes(routes!(operations::stop_operation))
        .routes(routes!(operations::resume_operation))
        .routes(routes!(failures::list_failures))
        .routes(routes!(failures::retry_failures))
        // Queues, workers and mails
        .routes(routes!(queues::list_queues))
        .routes(routes!(queues::show_queue))
        .routes(routes!(queues::pause_queue))
        .routes(routes!(queues::resume_queue))
        .routes(routes!(queues::limit_queue))
        .routes(routes!(workers::list_workers))
        .routes(routes!(mails::list_mails))
        .routes(routes!(mails::show_mail_server))
        // For clients of the FastAPI generation
        .merge(legacy::routes())
}

/// Uploads that arrive over several requests, by tus 1.0.0.
fn resumable_uploads() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(uploads::create_upload, uploads::describe_uploads))
        .routes(routes!(
            uploads::check_upload,
            uploads::append_to_upload,
            uploads::end_upload,
            uploads::override_upload_method
        ))
        .route_layer(from_fn(say_tus_version))
}

fn other_routes(state: &AppState) -> Router<AppState> {
    let console = match state.console {
        ConsoleSetting::On => console::routes(state),
        ConsoleSetting::Off => Router::new(),
    };
    console
        // For browsers
        .route(
            "/verify-email/{token}",
            get(pages::show_verification_page).post(pages::confirm_verification),
        )
        .route(
            "/invitation/{token}",
            get(pages::show_invitation_page).post(pages::accept_invitation),
        )
        .route(
            "/reset-password",
            get(pages::show_reset_page).post(pages::ask_for_reset),
        )
        .route(
            "/reset-password/{token}",
            get(pages::show_new_password_page).post(pages::confirm_reset),
        )
        .route(
            "/reset-second-factor/{token}",
            get(pages::show_second_factor_page).post(pages::remove_second_factor),
        )
        .route(
            "/unsubscribe/{token}",
            get(pages::show_unsubscribe_page).post(pages::unsubscribe),
        )
        .route("/docs/problems", get(pages::show_problem_codes))
        // For orchestrators
        .route("/livez", get(health::show_liveness))
        .route("/readyz", get(health::show_readiness))
}

/// The description of the interface, in OpenAPI 3.1; `docs/openapi.json` is a copy.
pub fn openapi() -> utoipa::openapi::OpenApi {
    let (_, mut description) = described_routes().split_for_parts();
    openapi::complete(&mut description);
    description
}

/// The whole service.
pub fn router(state: AppState) -> Router {
    let (described, _) = described_routes().split_for_parts();
    let routes = described.merge(other_routes(&state)).merge(documentation());
    let routes = match state.console {
        ConsoleSetting::On => routes.fallback(console::show_nothing),
        ConsoleSetting::Off => routes.fallback(async || Problem::not_found()),
    };
    routes
        // Every body has a limit of its own: MAX_UPLOAD_BYTES for uploads, 64 KiB for the rest.
        .layer(DefaultBodyLimit::disable())
        .layer(from_fn_with_state(state.clone(), audit_denials))
        .layer(from_fn(run_to_completion))
        .layer(from_fn(say_rate_limits))
        .layer(from_fn_with_state(state.clone(), answer_unfinished))
        .layer(from_fn(answer_refusal))
        .layer(from_fn(pages::show_failures))
        .layer(from_fn(console::show_failures))
        .layer(from_fn(problem::render))
        .layer(from_fn_with_state(state.clone(), set_security_headers))
        .layer(from_fn(observe))
        .layer(from_fn_with_state(state.clone(), identify_network))
        .layer(from_fn_with_state(state.clone(), assign_request_id))
        .with_state(state)
}

/// `/openapi.json` and the pages under `/docs` that show it.
fn documentation() -> Router<AppState> {
    let config = Config::new(["/openapi.json"]).try_it_out_enabled(true);
    Router::from(
        SwaggerUi::new("/docs")
            .config(config)
            .url("/openapi.json", openapi()),
    )
    .layer(from_fn(pages::allow_documentation_assets))
}
