//! What Redis counts.

use anyhow::Context;

/// All commands it has processed, this question included.
pub(super) async fn commands(uri: &str) -> anyhow::Result<u64> {
    let client = redis::Client::open(uri)?;
    let mut connection = client.get_multiplexed_async_connection().await?;
    let info: String = redis::cmd("INFO")
        .arg("stats")
        .query_async(&mut connection)
        .await?;
    let line = info
        .lines()
        .find_map(|line| line.strip_prefix("total_commands_processed:"));
    Ok(line
        .context("Redis does not count commands")?
        .trim()
        .parse()?)
}
