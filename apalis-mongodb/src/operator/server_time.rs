//! The time, as the server has it.

use mongodb::bson::DateTime;

use super::Operator;
use crate::clock::server_now;
use crate::error::Error;

impl Operator {
    /// The server's time, by which leases, ages and states go.
    ///
    /// # Errors
    ///
    /// [`Error::Database`] when the database fails, [`Error::TimedOut`] when it does not answer.
    pub async fn server_time(&self) -> Result<DateTime, Error> {
        server_now(&self.db).await
    }
}
