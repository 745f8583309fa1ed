//! Takes the stack down in the reverse order of its coming up.

use std::time::Duration;

use futures_util::future::join_all;

use super::supervised::Stack;
use crate::mongod::Mongod;
use crate::process::Signal;

/// A worker may finish the jobs it has.
const GRACE: Duration = Duration::from_secs(30);

impl Stack {
    /// Stops everything: workers drain, then the api, the mail server and the database go.
    pub async fn stop(mut self) {
        self.stop_all().await;
    }

    /// Stops all processes; the mail server, the record and the lock stay with the value.
    pub(crate) async fn stop_all(&mut self) {
        join_all(self.workers.iter().map(|worker| worker.process.stop(GRACE))).await;
        self.workers.clear();
        let apis: Vec<_> = self
            .api
            .take()
            .into_iter()
            .chain(self.other_apis.drain(..))
            .collect();
        join_all(apis.iter().map(|api| api.process.stop(GRACE))).await;
        if let Some(mongod) = self.mongod.take() {
            mongod.stop().await;
        }
    }

    /// Kills all processes without waiting for anything.
    pub(crate) fn kill_all(&self) {
        let services = self.workers.iter().chain(&self.api).chain(&self.other_apis);
        let processes = services.map(|service| &service.process);
        for process in processes.chain(self.mongod.iter().map(Mongod::process)) {
            process.signal(Signal::KILL);
        }
    }
}
