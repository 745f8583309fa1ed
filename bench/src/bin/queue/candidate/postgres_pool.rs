//! What the candidates over PostgreSQL share: a pool, and an empty database.

use std::str::FromStr;

use anyhow::Context;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, PgPool};

/// As many producers push at once; a server has a hundred for all.
const MOST_CONNECTIONS: u32 = 16;

/// A pool that connects when first used.
pub(super) fn lazy(uri: &str) -> anyhow::Result<PgPool> {
    let options = PgConnectOptions::from_str(uri)?;
    let pool = PgPoolOptions::new().max_connections(MOST_CONNECTIONS);
    Ok(pool.connect_lazy_with(options))
}

/// Makes the database of `uri` new and empty, with a table `users` for what an application
/// writes beside its jobs.
pub(super) async fn recreate_database(uri: &str) -> anyhow::Result<()> {
    let options = PgConnectOptions::from_str(uri)?;
    let name = options
        .get_database()
        .context("the address names no database")?;
    let mut server = PgConnection::connect_with(&options.clone().database("postgres")).await?;
    for sentence in [
        format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"),
        format!("CREATE DATABASE {name}"),
    ] {
        server.execute(AssertSqlSafe(sentence)).await?;
    }
    let mut database = PgConnection::connect_with(&options).await?;
    database
        .execute(
            "CREATE TABLE users (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text)",
        )
        .await?;
    Ok(database.close().await?)
}
