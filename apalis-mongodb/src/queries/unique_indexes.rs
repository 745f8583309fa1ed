//! Whether the indexes are there that keep keys unique.

use std::time::Duration;

use futures_util::TryStreamExt;
use mongodb::bson::{Document, doc};
use mongodb::{Collection, IndexModel};

use crate::deadline::within;
use crate::error::Error;
use crate::indexes::UNIQUE;
use crate::model::field as f;

/// The driver searches for a server for 30 s, unless set otherwise.
const SEARCH_LIMIT: Duration = Duration::from_secs(35);
const NAMESPACE_NOT_FOUND: i32 = 26;

/// Looks for them, by their keys: their names do not matter.
///
/// # Errors
///
/// [`Error::MissingIndex`] for the first that is missing or not unique, or the database's.
pub(crate) async fn check(jobs: &Collection<Document>) -> Result<(), Error> {
    let found = list(jobs.clone()).await?;
    for (index, key) in UNIQUE {
        let keys = doc! { f::QUEUE: 1, key: 1 };
        if !found.iter().any(|index| is_unique_on(index, &keys)) {
            let collection = jobs.name().to_owned();
            return Err(Error::MissingIndex { index, collection });
        }
    }
    Ok(())
}

async fn list(jobs: Collection<Document>) -> Result<Vec<IndexModel>, Error> {
    let listing = async move { jobs.list_indexes().await?.try_collect().await };
    match within(SEARCH_LIMIT, "list the indexes of the jobs", listing).await {
        Err(error) if error.has_code(NAMESPACE_NOT_FOUND) => Ok(Vec::new()),
        listed => listed,
    }
}

fn is_unique_on(index: &IndexModel, keys: &Document) -> bool {
    let unique = index.options.as_ref().and_then(|options| options.unique);
    unique == Some(true) && index.keys.keys().eq(keys.keys())
}
