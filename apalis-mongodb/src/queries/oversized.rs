//! Finds waiting jobs that are so large that a claim may not fit into their documents.

use futures_util::TryStreamExt;
use mongodb::Database;
use mongodb::bson::{Document, RawDocumentBuf, doc};
use mongodb::options::Hint;

use crate::config::Config;
use crate::deadline::within;
use crate::error::Error;
use crate::indexes::by_id;
use crate::model::{JobDocument, Status, field as f};

/// Smaller documents have room for whatever a claim writes, which is some hundred bytes.
const LARGE_BYTES: i32 = 15 * 1024 * 1024;

/// Which of the waiting jobs `ids` are large.
pub(crate) async fn large(
    db: &Database,
    config: &Config,
    ids: &[String],
) -> Result<Vec<String>, Error> {
    let filter = doc! {
        f::ID: { "$in": ids },
        f::STATUS: Status::Pending,
        "$expr": { "$gt": [{ "$bsonSize": "$$ROOT" }, LARGE_BYTES] },
    };
    let jobs = config.collections.jobs(db);
    let reading = async move {
        let find = jobs.find(filter).hint(Hint::Keys(by_id()));
        let find = find.projection(doc! { f::ID: 1 });
        find.await?.try_collect::<Vec<Document>>().await
    };
    let found = within(config.call_limit(), "look for large jobs", reading).await?;
    let id = |job: &Document| job.get_str(f::ID).ok().map(str::to_owned);
    Ok(found.iter().filter_map(id).collect())
}

/// The waiting job called `id`.
pub(crate) async fn waiting(
    db: &Database,
    config: &Config,
    id: &str,
) -> Result<Option<JobDocument>, Error> {
    let jobs = config.collections.raw_jobs(db);
    let filter = doc! { f::ID: id, f::STATUS: Status::Pending };
    let reading = async move { jobs.find_one(filter).await };
    let found: Option<RawDocumentBuf> =
        within(config.call_limit(), "read a large job", reading).await?;
    found.as_ref().map(JobDocument::from_raw).transpose()
}
