//! Jobs in the states that tests need.

use std::time::Duration;

use dossier_common::clock::Clock;
use mongodb::bson::{Document, doc};
use serde_json::Value;

use super::{App, PASSWORD, Person};

impl App {
    /// A job that waits to send the mail of a sign-up, by its id.
    pub(crate) async fn mail_job(&self, admin: &Person, email: &str) -> String {
        self.sign_up(email, PASSWORD).await.expect(202);
        let path = format!("/v1/admin/jobs?email={email}");
        let page = self.get(&path).by(admin).send().await.expect(200).json();
        let id = page["items"][0]["id"].as_str().expect("an id");
        id.to_owned()
    }

    /// The job has died of `error`.
    pub(crate) async fn job_dies(&self, id: &str, error: &str) {
        let died = doc! {
            "$set": { "status": "Failed", "last_error": error, "attempts": 12 },
            "$currentDate": { "finished_at": true },
        };
        self.change_job(id, died).await;
    }

    /// A worker that is gone has the job.
    pub(crate) async fn job_runs(&self, id: &str) {
        let an_hour = Duration::from_secs(60 * 60);
        let runs = doc! {
            "$set": {
                "status": "Running", "worker": "send-email@gone.1.x", "attempts": 1,
                "lease_until": Clock::system().now().saturating_add_duration(an_hour),
            },
            "$currentDate": { "started_at": true },
        };
        self.change_job(id, runs).await;
    }

    /// The job waits for another hour.
    pub(crate) async fn job_waits(&self, id: &str) {
        let an_hour = Duration::from_secs(60 * 60);
        let run_at = Clock::system().now().saturating_add_duration(an_hour);
        self.change_job(id, doc! { "$set": { "run_at": run_at } })
            .await;
    }

    async fn change_job(&self, id: &str, change: Document) {
        let jobs = self.database().collection::<Document>("apalis_jobs");
        let changed = jobs.update_one(doc! { "_id": id }, change).await;
        assert_eq!(changed.expect("it can be").matched_count, 1, "{id}");
    }

    /// What admins see at `path`.
    pub(crate) async fn seen(&self, admin: &Person, path: &str) -> Value {
        self.get(path).by(admin).send().await.expect(200).json()
    }
}
