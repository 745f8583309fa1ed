//! Finished jobs are removed by their workers in the order of the index that lists them, so that the
//! end of a job is written to one index less. What was to expire by the old index is removed by the
//! time it ended.

use crate::{Action, Migration};

const JOBS: &str = "apalis_jobs";

pub(super) fn migration() -> Migration {
    Migration {
        number: 5,
        name: "retention without an index of its own",
        actions: vec![Action::DropIndex {
            collection: JOBS,
            name: "ttl",
        }],
    }
}
