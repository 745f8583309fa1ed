//! Which verdicts stand in the store already.

use std::collections::{HashMap, HashSet};

use futures_util::TryStreamExt;
use mongodb::Database;
use mongodb::bson::oid::ObjectId;
use mongodb::bson::{Bson, doc};

use crate::config::Config;
use crate::deadline::within;
use crate::error::Error;
use crate::lease::Lease;
use crate::model::{Status, field as f};

/// What the store knows of jobs whose verdicts may have been written.
#[derive(Debug)]
pub(crate) struct Known {
    /// Settled under our tokens.
    settled: HashSet<String>,
    /// There, in whatever state.
    present: HashSet<String>,
}

impl Known {
    /// Whether the verdict stands; `removes` says that it was to remove the job.
    pub(crate) fn is_applied(&self, id: &str, removes: bool) -> bool {
        self.settled.contains(id) || (removes && !self.present.contains(id))
    }
}

/// Which of the jobs under `leases` carry our verdict already: the token stays in the document until
/// the next claim, so an acknowledgement that was applied but whose reply was lost, or that a
/// transaction made, is told from one that was refused.
pub(crate) async fn known(
    db: &Database,
    config: &Config,
    leases: &[&Lease],
) -> Result<Known, Error> {
    let ids: Vec<Bson> = leases
        .iter()
        .map(|lease| lease.id.as_str().into())
        .collect();
    let jobs = config.collections.jobs(db);
    let reading = async move {
        let find = jobs.find(doc! { f::ID: { "$in": ids } });
        let find = find.projection(doc! { f::LOCK_TOKEN: 1, f::STATUS: 1 });
        find.await?.try_collect::<Vec<_>>().await
    };
    let found = within(config.call_limit(), "verify acknowledgements", reading).await?;
    let tokens: HashMap<&str, ObjectId> = leases
        .iter()
        .map(|lease| (lease.id.as_str(), lease.token))
        .collect();
    let mut known = Known {
        settled: HashSet::new(),
        present: HashSet::new(),
    };
    for document in &found {
        let Ok(id) = document.get_str(f::ID) else {
            continue;
        };
        let running = document.get_str(f::STATUS).ok() == Some(Status::Running.as_str());
        let token = document.get_object_id(f::LOCK_TOKEN).ok();
        if !running && token.as_ref() == tokens.get(id) {
            known.settled.insert(id.to_owned());
        }
        known.present.insert(id.to_owned());
    }
    Ok(known)
}
