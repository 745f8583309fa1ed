//! A ready login for each role.

use super::error::Error;
use super::record::Login;
use super::service::{command, run_once};
use super::supervised::Stack;

/// Creates the Ops, the Client and the Admin user, unless they exist.
pub(super) async fn create(stack: &Stack) -> Result<(), Error> {
    let ops = create_one(stack, &stack.secrets.ops, "ops");
    let client = create_one(stack, &stack.secrets.client, "client");
    let admin = create_one(stack, &stack.secrets.admin, "admin");
    tokio::try_join!(ops, client, admin).map(drop)
}

async fn create_one(stack: &Stack, login: &Login, role: &str) -> Result<(), Error> {
    let mut create = command(
        &stack.prepared.api,
        &[("MONGODB_URI", stack.mongodb_uri.clone())],
    );
    create.args([
        "users",
        "create",
        "--email",
        &login.email,
        "--role",
        role,
        "--password-stdin",
        "--if-absent",
    ]);
    run_once(create, &format!("{}\n", login.password))
        .await
        .map(drop)
}
