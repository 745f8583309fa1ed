//! A queue's token bucket, kept in the store and refilled by the server's clock, so that all
//! workers of the queue share one.

use mongodb::Collection;
use mongodb::bson::{Bson, DateTime, Document, doc};
use mongodb::options::ReturnDocument;

use super::queue_state::SETTINGS_LIMIT;
use crate::deadline::within;
use crate::error::Error;
use crate::model::{QueueLimits, Rate, field as f, time};

const BUCKET: &str = "bucket";

/// Acquires at most `wanted` starts and returns how many were granted.
pub(crate) async fn acquire(
    queues: &Collection<Document>,
    queue: &str,
    limits: &QueueLimits,
    wanted: usize,
) -> Result<usize, Error> {
    let Some(rate) = limits.rate else {
        return Ok(wanted);
    };
    let (queues, filter) = (queues.clone(), doc! { f::ID: queue });
    let update = acquiring(rate, wanted);
    let acquiring = async move {
        let acquire = queues.find_one_and_update(filter, update);
        let acquire = acquire.return_document(ReturnDocument::After);
        acquire.projection(doc! { BUCKET: 1 }).await
    };
    let updated = within(
        SETTINGS_LIMIT,
        "acquire from a queue's rate limit",
        acquiring,
    )
    .await?;
    let granted = updated
        .as_ref()
        .and_then(|document| document.get_document(BUCKET).ok())
        .and_then(|bucket| bucket.get("granted").cloned());
    Ok(match granted {
        Some(Bson::Double(granted)) => granted as usize,
        Some(Bson::Int32(granted)) => usize::try_from(granted).unwrap_or(0),
        Some(Bson::Int64(granted)) => usize::try_from(granted).unwrap_or(0),
        // The limit was lifted meanwhile.
        _ => wanted,
    })
}

fn acquiring(rate: Rate, wanted: usize) -> Vec<Document> {
    let period = time::millis(rate.per).max(1);
    let path = |field: &str| f::path(&format!("{BUCKET}.{field}"));
    let full = f64::from(rate.starts);
    // What is not as it was written here begins anew, so that it stops no claim.
    let has_time = doc! { "$and": [
        { "$eq": [{ "$type": path("at") }, "date"] },
        { "$gte": [path("at"), DateTime::from_millis(0)] },
    ] };
    let at = doc! { "$cond": [has_time, path("at"), "$$NOW"] };
    // A clock that was set back takes no tokens.
    let since = doc! { "$max": [0, { "$subtract": ["$$NOW", at] }] };
    let refill = doc! { "$multiply": [since, full / period as f64] };
    // What is not a number comes before all numbers.
    let has_tokens = doc! { "$and": [
        { "$isNumber": path("tokens") },
        { "$gte": [path("tokens"), 0] },
    ] };
    let known = doc! { "$cond": [has_tokens, { "$min": [full, path("tokens")] }, full] };
    let tokens = doc! { "$min": [full, { "$add": [{ "$toDouble": known }, refill] }] };
    let wanted = i64::try_from(wanted).unwrap_or(i64::MAX);
    let granted = doc! { "$min": [wanted, { "$floor": path("tokens") }] };
    vec![
        doc! { "$set": { BUCKET: { "tokens": tokens, "at": "$$NOW" } } },
        doc! { "$set": { BUCKET: { "granted": granted } } },
        doc! { "$set": { BUCKET: {
            "tokens": { "$subtract": [path("tokens"), path("granted")] },
        } } },
    ]
}

/// Gives back starts that were granted and not used. Without a limit there is nothing to give them to;
/// the next refill cuts what is too much.
pub(crate) async fn give_back(
    queues: &Collection<Document>,
    queue: &str,
    unused: usize,
) -> Result<(), Error> {
    let unused = i64::try_from(unused).unwrap_or(0);
    let filter = doc! { f::ID: queue, format!("{BUCKET}.tokens"): { "$type": "number" } };
    let update = doc! { "$inc": { format!("{BUCKET}.tokens"): unused as f64 } };
    let queues = queues.clone();
    let giving_back = async move { queues.update_one(filter, update).await };
    within(
        SETTINGS_LIMIT,
        "give back to a queue's rate limit",
        giving_back,
    )
    .await
    .map(drop)
}
