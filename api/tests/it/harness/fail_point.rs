//! Making the server fail commands of one test.

use mongodb::Client;
use mongodb::bson::{Document, doc};
use tokio::sync::{Mutex, MutexGuard};

use super::App;

/// The server has one such fail point; tests take turns.
static TURN: Mutex<()> = Mutex::const_new(());

/// A fail point that is switched on.
pub(crate) struct FailPoint {
    client: Client,
    application: String,
    _turn: MutexGuard<'static, ()>,
}

impl FailPoint {
    /// Waits for its turn; nothing fails yet.
    pub(crate) async fn of(app: &App) -> Self {
        Self {
            client: app.database().client().clone(),
            application: app.database().name().to_owned(),
            _turn: TURN.lock().await,
        }
    }

    /// From now on the service's commands that fit `data` fail, as `mode` says.
    pub(crate) async fn set(&self, mode: Document, mut data: Document) {
        data.insert("appName", &self.application);
        self.configure(doc! { "configureFailPoint": "failCommand", "mode": mode, "data": data })
            .await;
    }

    /// Nothing fails any more; returns how often it did.
    pub(crate) async fn clear(&self) {
        self.configure(doc! { "configureFailPoint": "failCommand", "mode": "off" })
            .await;
        self.end_open_transactions().await;
    }

    async fn configure(&self, command: Document) {
        let admin = self.client.database("admin");
        let configured = admin.run_command(command).await;
        configured.expect("the server takes fail points: run it with enableTestCommands=1");
    }

    /// A transaction whose commit was made to fail stays open on the server for a minute and
    /// holds its locks.
    async fn end_open_transactions(&self) {
        let admin = self.client.database("admin");
        let filter = doc! { "appName": &self.application, "transaction": { "$exists": true } };
        let stages = [
            doc! { "$currentOp": { "idleSessions": true } },
            doc! { "$match": filter },
        ];
        let mut open = admin
            .aggregate(stages)
            .await
            .expect("sessions can be listed");
        let mut ids = Vec::new();
        while open.advance().await.expect("sessions can be listed") {
            let session = open.deserialize_current().expect("a document");
            let id = session.get_document("lsid").expect("a session").get("id");
            ids.push(doc! { "id": id.cloned() });
        }
        if !ids.is_empty() {
            let killed = admin.run_command(doc! { "killSessions": ids }).await;
            killed.expect("sessions can be ended");
        }
    }
}
