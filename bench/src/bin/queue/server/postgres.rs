//! What PostgreSQL counts.

use sqlx::{Connection, PgConnection};

/// The transactions of `database` so far; those of this question are another database's.
pub(super) async fn commands(uri: &str, database: &str) -> anyhow::Result<u64> {
    let mut connection = PgConnection::connect(uri).await?;
    let count =
        "SELECT (xact_commit + xact_rollback)::bigint FROM pg_stat_database WHERE datname = $1";
    let count: i64 = sqlx::query_scalar(count)
        .bind(database)
        .fetch_one(&mut connection)
        .await?;
    connection.close().await?;
    Ok(count.unsigned_abs())
}
