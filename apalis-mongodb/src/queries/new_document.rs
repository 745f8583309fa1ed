//! The document of a new job.

use mongodb::bson::oid::ObjectId;
use mongodb::bson::{Bson, DateTime, Document, doc};

use crate::compat;
use crate::config::Config;
use crate::error::Error;
use crate::model::{Status, UNTIL_STARTED, field as f, id, time};
use crate::new_job::{NewJob, When};
use crate::opaque;

/// The document of `job`, enqueued at `now` by the server's clock.
pub(crate) fn of(job: NewJob<Bson>, config: &Config, now: DateTime) -> Result<Document, Error> {
    let run_at = match job.when {
        When::Now => now,
        When::At(at) => at,
        When::In(wait) => time::after(now, wait),
        When::Off(millis) => time::off(now, millis),
    };
    if let Some(id) = job.id.as_ref().filter(|id| id.len() > id::MAX_BYTES) {
        return Err(Error::IdTooLong {
            bytes: id.len(),
            limit: id::MAX_BYTES,
        });
    }
    opaque::check_levels(&job.args).map_err(|e| Error::Codec(Box::new(e)))?;
    let attempts = job.max_attempts.unwrap_or(config.max_attempts);
    let mut document = doc! {
        f::ID: job.id.unwrap_or_else(|| ObjectId::new().to_hex()),
        f::QUEUE: &config.queue,
        f::STATUS: Status::Pending,
        f::PRIORITY: job.priority,
        f::RUN_AT: run_at,
        f::ARGS: job.args,
        f::ATTEMPTS: 0,
        f::MAX_ATTEMPTS: i32::try_from(attempts).unwrap_or(i32::MAX),
        f::CRASHES: 0,
        f::MAX_CRASHES: i64::from(config.max_crashes),
        f::CREATED_AT: now,
    };
    if let Some(strategy) = job.retry {
        strategy.validate()?;
        let strategy = compat::to_bson(&strategy).map_err(|e| Error::Codec(Box::new(e)))?;
        document.insert(f::RETRY, strategy);
    }
    if let Some(key) = job.unique_key {
        document.insert(f::UNIQUE_KEY, key);
        if job.unique_until_started {
            document.insert(f::UNIQUE_UNTIL, UNTIL_STARTED);
        }
    }
    if let Some(key) = job.idempotency_key {
        document.insert(f::IDEMPOTENCY_KEY, key);
    }
    if !job.metadata.is_empty() {
        document.insert(f::METADATA, metadata(job.metadata));
    }
    Ok(document)
}

fn metadata(entries: Vec<(String, String)>) -> Vec<Bson> {
    entries
        .into_iter()
        .map(|(k, v)| doc! { "k": k, "v": v }.into())
        .collect()
}

/// The id of a document that was built here, or that another program wrote.
pub(crate) fn id_of(document: &Document) -> String {
    document.get(f::ID).map(id::shown).unwrap_or_default()
}
