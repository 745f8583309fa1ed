//! Every capability trait of apalis-core, one a file.

mod factory;
mod fetch_by_id;
mod list_queues;
mod list_tasks;
mod list_workers;
mod register_worker;
mod reschedule;
mod resume;
mod statistics;
mod try_new;
mod update;
mod vacuum;
mod wait_for_completion;

use apalis_core::task::Task;
use apalis_core::task::builder::TaskBuilder;

pub use factory::MongoStorageFactory;
pub use wait_for_completion::Results;

use crate::codec::MongoCompact;
use crate::error::Error;
use crate::model::JobDocument;
use crate::storage::describe;

/// A stored job as apalis shows it.
fn task_of<Compact: MongoCompact>(job: JobDocument) -> Result<Task<Compact>, Error> {
    let args = Compact::from_stored(job.args.clone()).map_err(|e| Error::Codec(Box::new(e)))?;
    Ok(describe(TaskBuilder::new(args), &job).build())
}
