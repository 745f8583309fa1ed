//! What MongoDB counts.

use mongodb::Client;
use mongodb::bson::{Bson, doc};

/// The sum of what it counts, this question included.
pub(super) async fn commands(uri: &str) -> anyhow::Result<u64> {
    let client = Client::with_uri_str(uri).await?;
    let admin = client.database("admin");
    let status = admin.run_command(doc! { "serverStatus": 1 }).await?;
    let counters = status.get_document("opcounters")?;
    let counted = counters.iter().filter(|(name, _)| *name != "deprecated");
    let numbers = counted.map(|(_, count)| match count {
        Bson::Int32(count) => i64::from(*count),
        Bson::Int64(count) => *count,
        _ => 0,
    });
    Ok(numbers.sum::<i64>().unsigned_abs())
}
