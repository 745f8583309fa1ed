//! Gives a job another priority.

use mongodb::bson::doc;
use mongodb::bson::oid::ObjectId;

use super::Operator;
use crate::error::Error;
use crate::model::{Status, field as f};

impl Operator {
    /// Gives the job `id`, which no worker holds, another priority: higher runs first. Workers are
    /// woken, and one that has found the job in its old place claims it no more. A finished job keeps
    /// the priority for when it is retried.
    ///
    /// # Errors
    ///
    /// - [`Error::NotFound`] when there is no such job.
    /// - [`Error::WrongState`] when a worker holds it.
    /// - [`Error::Database`] when the database fails.
    pub async fn reprioritise(&self, id: &str, priority: i32) -> Result<(), Error> {
        let free = doc! { f::STATUS: { "$ne": Status::Running } };
        let change = doc! { "$set": {
            f::PRIORITY: { "$literal": priority },
            f::LOCK_TOKEN: ObjectId::new(),
        } };
        match self
            .change_one(id, free, change, "reprioritise a job")
            .await?
        {
            None => Ok(()),
            Some(state) => Err(Error::WrongState {
                id: id.to_owned(),
                state,
                advice: "a worker holds it; try again when its attempt has ended",
            }),
        }
    }
}
